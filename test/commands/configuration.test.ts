// Configurations that can or cannot be used, as configtest and serve tell it.
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { serverUser } from '../support/server-user.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

const UNKNOWN = 'perhaps misspelled or defined by a module not included in the server configuration';

const BAD = `Listen 127.0.0.1:{PORT}
RewriteEngin on
KeepAlive maybe
<Directory {ROOT}>
    Requires all granted
</Directory>
`;

/** The findings on standard error, in Apache's words alone. */
function sentencesIn(err: string): string[] {
  return err.split('\n').filter((line) => line !== '' && !line.startsWith('  '));
}

describe('a configuration with errors', () => {
  it.each(['serve', 'configtest'])('is refused by %s with all of them at once', async (command) => {
    const file = shop.write('bad.conf', BAD);
    const { code, out, err } = await shop.run([command, '-f', 'bad.conf']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(sentencesIn(err)).toEqual([
      `AH00526: Syntax error on line 2 of ${file}:`,
      `Invalid command 'RewriteEngin', ${UNKNOWN}`,
      `AH00526: Syntax error on line 3 of ${file}:`,
      'KeepAlive must be On or Off',
      `AH00526: Syntax error on line 5 of ${file}:`,
      `Invalid command 'Requires', ${UNKNOWN}`,
    ]);
  });

  it('is shown with the line, a caret and a better word', async () => {
    shop.write('bad.conf', BAD);
    const { err } = await shop.run(['configtest', '-f', 'bad.conf']);
    expect(err).toContain('  2 | RewriteEngin on\n    | ^^^^^^^^^^^^\n  hint: did you mean RewriteEngine?\n');
    expect(err).toContain('  3 | KeepAlive maybe\n    |           ^^^^^\n');
    expect(err).toContain('  hint: did you mean Require?\n');
  });

  it('names the files that led to an included one', async () => {
    const inner = shop.write('inner.conf', 'Nonsense\n');
    const outer = shop.write('outer.conf', 'ServerName x\nInclude inner.conf\n');
    const { err } = await shop.run(['configtest', '-f', 'outer.conf']);
    expect(err).toContain(`AH00526: Syntax error on line 1 of ${inner}:`);
    expect(err).toContain(`  included from ${outer}:2\n`);
  });
});

describe('a file that cannot be read', () => {
  it.each(['serve', 'configtest'])('is named by %s with the reason', async (command) => {
    mkdirSync(`${shop.root}/folder`);
    const missing = await shop.run([command, '-f', 'missing.conf']);
    const folder = await shop.run([command, '-f', 'folder']);
    const sentence = `portico: Could not open configuration file ${shop.root}`;
    expect(sentencesIn(missing.err)).toEqual([`${sentence}/missing.conf: No such file or directory`]);
    expect(sentencesIn(folder.err)).toEqual([`${sentence}/folder: Is a directory`]);
    expect([missing.code, folder.code, missing.out, folder.out]).toEqual([1, 1, '', '']);
  });

  it('may be one without permission', async () => {
    shop.write('secret.conf', 'ServerName x\n', 0o000);
    const { code, err } = await shop.run(['serve', '-f', 'secret.conf'], { user: serverUser });
    expect(code).toBe(1);
    expect(sentencesIn(err)).toEqual([
      `portico: Could not open configuration file ${shop.root}/secret.conf: Permission denied`,
    ]);
  });
});

describe('a configuration that can be used', () => {
  it('is Syntax OK', async () => {
    shop.write('good.conf', 'Listen 8080\nServerName x\n');
    expect(await shop.run(['configtest', '-f', 'good.conf'])).toEqual({
      code: 0,
      out: '',
      err: 'Syntax OK\n',
    });
  });

  it('is looked for under -d, as in Apache', async () => {
    shop.write('etc/site.conf', 'ServerName x\nInclude more.conf\n');
    shop.write('etc/more.conf', 'Listen 8080\n');
    const { code, err } = await shop.run(['configtest', '-d', 'etc', '-f', 'site.conf']);
    expect({ code, err }).toEqual({ code: 0, err: 'Syntax OK\n' });
  });

  it('is changed by -C before it and -c behind it', async () => {
    shop.write('good.conf', 'ServerName file\n');
    const words = [
      'serve',
      '-f',
      'good.conf',
      '-C',
      'Listen 8080',
      '-c',
      'ServerAdmin me@x',
      '--print-config',
    ];
    expect((await shop.run(words)).out).toBe('Listen 8080\nServerName file\nServerAdmin me@x\n');
    const { code, err } = await shop.run(['configtest', '-f', 'good.conf', '-c', 'Nonsense']);
    expect(code).toBe(1);
    expect(err).toContain(`Invalid command 'Nonsense', ${UNKNOWN}`);
  });

  it('is changed by -D, which a condition or a variable may ask for or not', async () => {
    shop.write(
      'good.conf',
      `<IfDefine A>\nListen \${P}\n</IfDefine>\n<IfDefine !A>\nListen 81\n</IfDefine>\n`,
    );
    const print = ['serve', '-f', 'good.conf', '--print-config'];
    expect((await shop.run([...print, '-D', 'A', '-D', 'P=8081'])).out).toMatch(/^Listen 8081$/m);
    const other = await shop.run([...print, '-D', 'NOBODY_ASKS']);
    expect({ code: other.code, err: other.err }).toEqual({ code: 0, err: '' });
    expect(other.out).toMatch(/^Listen 81$/m);
  });
});

describe('findings that are no errors', () => {
  const CONF = `LoadModule rewrite_module modules/mod_rewrite.so
LoadModule dav_module modules/mod_dav.so
LoadModule ldap_module modules/mod_ldap.so
StartServers 2
`;
  const ONE_LINE =
    'portico: warning: no module here for: dav_module, ldap_module (2 LoadModule lines): ' +
    'their directives are unknown and their work is not done\n';

  it('are few: the modules that are missing, in one line', async () => {
    shop.write('modules.conf', CONF);
    const { code, err } = await shop.run(['configtest', '-f', 'modules.conf']);
    expect({ code, err }).toEqual({ code: 0, err: `${ONE_LINE}Syntax OK\n` });
  });

  it('say so at the start of the server too', async () => {
    shop.write('modules.conf', `${CONF}Listen 127.0.0.1:{PORT}\nLoadModule authz_core_module x\n`);
    const server = shop.start(['serve', '-f', 'modules.conf'], { user: serverUser });
    await server.ready();
    expect(server.err()).toBe(ONE_LINE);
  });

  it('are all shown by configtest -v, each with its line', async () => {
    const file = shop.write('modules.conf', CONF);
    const { code, err } = await shop.run(['configtest', '-v', '-f', 'modules.conf']);
    expect(code).toBe(0);
    expect(err).toContain(`${file}:2: warning: portico has no module dav_module\n`);
    expect(err).toContain(`${file}:3: warning: portico has no module ldap_module\n`);
    expect(err).toContain(`${file}:4: info: StartServers`);
    expect(err).toMatch(/\nSyntax OK\n$/);
  });

  it('are none of them a module name that looks misspelled', async () => {
    const file = shop.write('modules.conf', 'LoadModule rewrit_module modules/mod_rewrite.so\n');
    const { code, err } = await shop.run(['configtest', '-f', 'modules.conf']);
    expect(code).toBe(1);
    expect(err).toContain(
      `AH00526: Syntax error on line 1 of ${file}:\nportico has no module rewrit_module\n`,
    );
    expect(err).toContain('  hint: did you mean rewrite_module?\n');
  });
});
