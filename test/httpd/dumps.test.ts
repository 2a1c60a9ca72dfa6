// What `portico httpd` tells of itself and of a configuration, beside what Apache's httpd tells.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { apacheProgram } from '../support/programs.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

const MODULES = '/usr/lib/apache2/modules';

const CONF = `ServerRoot {ROOT}
DefaultRuntimeDir {ROOT}
LoadModule mpm_event_module ${MODULES}/mod_mpm_event.so
LoadModule authz_core_module ${MODULES}/mod_authz_core.so
Include conf/modules/*.load
Listen 127.0.0.1:{PORT}
ServerName main.example.test
DocumentRoot {ROOT}/htdocs
PidFile run/pid
User www-data
Group #33
Define answer 42
Include conf/hosts.conf
IncludeOptional conf/none/*.conf
`;

const HOSTS = `<VirtualHost *:80>
    ServerName a.example.test
    ServerAlias www.a.example.test *.wild.example.test other.example.test
</VirtualHost>
<VirtualHost *:80 192.0.2.1:80>
    ServerName b.example.test
</VirtualHost>
<VirtualHost *:*>
    ServerName any.example.test
</VirtualHost>
<VirtualHost 192.0.2.1:443 198.51.100.7:443 [2001:db8::1]:443>
    ServerName c.example.test
</VirtualHost>
<VirtualHost _default_:8080>
</VirtualHost>
<VirtualHost 192.0.2.1:443>
    ServerName d.example.test
    ServerAlias d2.example.test
</VirtualHost>
Include conf/inner.conf
`;

function plant(): void {
  shop.write('htdocs/index.html', '');
  shop.write('logs/.keep', '');
  shop.write('httpd.conf', CONF);
  shop.write('conf/hosts.conf', HOSTS);
  shop.write('conf/inner.conf', '# nothing\n');
  shop.write('conf/modules/alias.load', `LoadModule alias_module ${MODULES}/mod_alias.so\n`);
  shop.write('conf/modules/rewrite.load', `LoadModule rewrite_module ${MODULES}/mod_rewrite.so\n`);
}

interface Told {
  readonly code: number | null;
  readonly out: string[];
  readonly err: string;
}

function apache(...words: string[]): Told {
  const told = spawnSync(apacheProgram(), ['-d', shop.root, '-f', 'httpd.conf', ...words], {
    encoding: 'latin1',
  });
  return { code: told.status, out: told.stdout.split('\n'), err: told.stderr };
}

async function portico(...words: string[]): Promise<Told> {
  const { code, out, err } = await shop.run(['httpd', '-d', '{ROOT}', '-f', 'httpd.conf', ...words]);
  return { code, out: out.split('\n'), err };
}

/** portico has neither mutexes nor a score board. */
function withoutShared(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^(Mutex|ScoreBoardFile)/.test(line));
}

describe('an account of a configuration', () => {
  testWith(['apache2'], 'has the virtual hosts and the settings as Apache lists them', async () => {
    plant();
    for (const words of [['-S'], ['-t', '-D', 'DUMP_VHOSTS'], ['-tDDUMP_RUN_CFG', '-D', 'X=1']]) {
      const expected = apache(...words);
      const told = await portico(...words);
      expect(withoutShared(told.out)).toEqual(withoutShared(expected.out));
      expect({ code: told.code, err: told.err }).toEqual({ code: expected.code, err: '' });
    }
  });

  testWith(['apache2'], 'has the included files as Apache lists them', async () => {
    plant();
    const expected = apache('-t', '-DDUMP_INCLUDES');
    expect((await portico('-t', '-DDUMP_INCLUDES')).out).toEqual(expected.out);
    expect(expected.out.length).toBeGreaterThan(5);
  });

  testWith(['apache2'], 'has the modules that LoadModule lines brought as Apache lists them', async () => {
    plant();
    const shared = (told: Told): string[] => told.out.filter((line) => line.endsWith('(shared)'));
    const expected = apache('-M');
    const told = await portico('-M');
    expect(shared(told)).toEqual(shared(expected));
    expect(told.out[0]).toBe('Loaded Modules:');
    for (const name of ['core', 'so', 'http', 'log_config', 'version']) {
      expect(expected.out).toContain(` ${name}_module (static)`);
      expect(told.out).toContain(` ${name}_module (static)`);
    }
  });

  it('lists every module as loaded where no LoadModule line stands', async () => {
    shop.write('httpd.conf', 'Listen 127.0.0.1:{PORT}\n');
    const { out } = await portico('-M');
    expect(out).toContain(' rewrite_module (static)');
    expect(out.filter((line) => line.endsWith('(shared)'))).toEqual([]);
  });

  testWith(['apache2'], 'says Syntax OK, or what is wrong, with the exit code of Apache', async () => {
    plant();
    expect(await portico('-t')).toEqual({ code: 0, out: [''], err: 'Syntax OK\n' });
    expect(apache('-t').err).toMatch(/Syntax OK\n$/);
    shop.write('conf/inner.conf', '\nKeepAlive maybe\n');
    const expected = apache('-t');
    const told = await portico('-t');
    expect([told.code, expected.code]).toEqual([1, 1]);
    const sentence = `AH00526: Syntax error on line 2 of ${shop.root}/conf/inner.conf:\nKeepAlive must be On or Off\n`;
    expect(expected.err).toContain(sentence);
    expect(told.err).toContain(sentence);
  });

  testWith(['apache2'], 'may name a DocumentRoot that is not there with -T', async () => {
    plant();
    shop.write('conf/inner.conf', 'DocumentRoot {ROOT}/nowhere\n');
    for (const words of [['-t'], ['-t', '-T']])
      expect((await portico(...words)).code).toBe(apache(...words).code);
    expect((await portico('-t', '-T')).code).toBe(0);
    expect((await portico('-t')).code).toBe(1);
  });

  it('is written to the file of -E, as severe as -e says', async () => {
    plant();
    shop.write('conf/inner.conf', 'LoadModule lua_module x\nServerAdmin ${NOBODY}\n');
    const loud = await portico('-t', '-E', `${shop.root}/start.log`);
    expect(loud.err).toBe('Syntax OK\n');
    expect(shop.read('start.log')).toContain('AH00111: Config variable ${NOBODY} is not defined');
    expect((await portico('-t', '-e', 'error')).err).toBe('Syntax OK\n');
    expect((await portico('-t', '-e', 'debug')).err).toContain('DefaultRuntimeDir has no effect');
  });
});

describe('what httpd tells of itself', () => {
  testWith(['apache2'], 'has the lines that tools read', async () => {
    shop.write('httpd.conf', CONF);
    const version = await portico('-v');
    expect(version.out[0]).toMatch(/^Server version: Apache\/2\.4\.71 \(portico \d+\.\d+\.\d+\)$/);
    expect(version.out[1]).toMatch(/^Server built: {3}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    const settings = await portico('-V');
    const keys = (lines: readonly string[]): string[] =>
      lines
        .map((line) => /^(Server[^:]*:|Architecture:| -D [A-Z_]+)/.exec(line)?.[1])
        .filter((key) => key !== undefined);
    const expected = spawnSync('/bin/sh', ['-c', '. /etc/apache2/envvars; exec apache2 -V'], {
      encoding: 'latin1',
    });
    const known = keys(expected.stdout.split('\n'));
    expect(keys(settings.out).filter((key) => !known.includes(key))).toEqual([]);
    expect(settings.out.find((line) => line.startsWith("Server's Module"))).toBe(
      expected.stdout.split('\n').find((line) => line.startsWith("Server's Module")),
    );
    expect(settings.out).toContain('Server MPM:     event');
    for (const name of ['HTTPD_ROOT', 'SERVER_CONFIG_FILE'])
      expect(settings.out.filter((line) => line.includes(name))).toEqual(
        expected.stdout.split('\n').filter((line) => line.includes(name)),
      );
    expect({ code: settings.code, err: settings.err }).toEqual({ code: 0, err: '' });
  });

  it('lists what is compiled in', async () => {
    const { out, code } = await portico('-l');
    expect(code).toBe(0);
    expect(out[0]).toBe('Compiled in modules:');
    expect(out).toEqual(expect.arrayContaining(['  core.c', '  mod_so.c', '  http_core.c']));
    expect(out).not.toContain('  mod_rewrite.c');
  });

  testWith(['apache2'], 'lists directives as Apache does', async () => {
    plant();
    const entries = (told: Told): Map<string, string> =>
      new Map(
        told.out
          .join('\n')
          .split(/\n(?=\S)/)
          .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.trimEnd()]),
      );
    const told = entries(await portico('-L'));
    const expected = entries(apache('-L'));
    for (const name of [
      'RewriteRule (mod_rewrite.c)',
      'ServerName (core.c)',
      '<VirtualHost (core.c)',
      'AllowOverride (core.c)',
      'Redirect (mod_alias.c)',
    ])
      expect(told.get(name)).toBe(expected.get(name));
  });

  it.each([['-h'], ['-?'], ['-Z'], ['-k', 'dance'], ['-f'], ['-e', 'loud'], ['stray']])(
    'answers %s with its usage',
    async (...words) => {
      const { code, out, err } = await shop.run(['httpd', ...words]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^(portico httpd: .*\n)?Usage: portico httpd \[-D name\]/);
    },
  );
});

describe('a module that is not Apache', () => {
  const FOREIGN = `Listen 127.0.0.1:{PORT}
LoadModule php_module modules/libphp.so
LoadModule lua_module modules/mod_lua.so
LoadModule dir_module modules/mod_dir.so
<IfModule php_module>
php_value a b
</IfModule>
<IfModule mod_lua.c>
LuaScope once
</IfModule>
`;

  it.each([
    ['httpd', ['-t']],
    ['configtest', []],
    ['serve', ['--print-config']],
  ])('keeps %s from using the configuration, unless it is to be skipped', async (command, more) => {
    const file = shop.write('httpd.conf', FOREIGN);
    const words = [command, '-f', file, ...more];
    const refused = await shop.run(words);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      `AH00526: Syntax error on line 2 of ${file}:\nportico has no module php_module\n`,
    );
    expect(refused.err).toContain('--skip-unknown-modules');
    const skipped = await shop.run([...words, '--skip-unknown-modules']);
    expect(skipped.code).toBe(0);
    expect(skipped.err).toContain('no module here for: php_module, lua_module');
  });

  it('of Apache that portico lacks is named where its directives stand, with what to do', async () => {
    shop.write('httpd.conf', 'LoadModule lua_module modules/mod_lua.so\nLuaScope once\n');
    const { code, err } = await portico('-t');
    expect(code).toBe(1);
    expect(err).toContain("Invalid command 'LuaScope'");
    expect(err).toContain(
      "LuaScope belongs to Apache's mod_lua, and portico does not have it. Take the line out, or put it inside <IfModule mod_lua.c>, which is skipped here.",
    );
  });
});
