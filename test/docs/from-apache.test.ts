// docs/from-apache.md as somebody follows it: its commands and configurations are run as they stand there, on a tree in
// Debian's layout.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from '../support/app-scene.ts';
import { openWorkshop, visit, type Workshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { isListening, makeScene, until } from '../support/scene.ts';
import { startScriptedBackend } from '../support/scripted-backend.ts';
import { porticoCli } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/from-apache.md'), 'utf8');

function blocksOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

const [questions = '', rehearsal = '', copy = '', trial = '', takeOver = ''] = blocksOf('sh');
const [behindTls = '', bothServers = ''] = blocksOf('apache');
const [unit = ''] = blocksOf('ini');

let shop: Workshop;
let listenPort: number;

beforeEach(async () => {
  shop = await openWorkshop();
  listenPort = await freePort();
  shop.write('bin/portico', `#!/bin/sh\nexec "${process.execPath}" "${porticoCli}" "$@"\n`, 0o755);
  plant();
});

afterEach(() => shop.close());

/** What Debian's package and an administrator leave behind, in short. */
function plant(): void {
  shop.write(
    'etc/apache2/apache2.conf',
    `PidFile \${APACHE_PID_FILE}
User \${APACHE_RUN_USER}
Group \${APACHE_RUN_GROUP}
ErrorLog \${APACHE_LOG_DIR}/error.log
IncludeOptional mods-enabled/*.load
Include ports.conf
<Directory {ROOT}/www>
    Require all granted
</Directory>
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\"" combined
IncludeOptional sites-enabled/*.conf
`,
  );
  shop.write(
    'etc/apache2/envvars',
    `export APACHE_RUN_USER=www-data
export APACHE_RUN_GROUP=www-data
export APACHE_PID_FILE={ROOT}/run/apache2.pid
export APACHE_LOG_DIR={ROOT}/log
`,
  );
  shop.write('etc/apache2/ports.conf', 'Listen 80\n');
  const loads = ['alias', 'authz_core', 'dir', 'mime', 'mpm_event', 'rewrite'];
  shop.write(
    'etc/apache2/mods-enabled/all.load',
    loads.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so\n`).join(''),
  );
  shop.write(
    'etc/apache2/sites-available/example.conf',
    `<VirtualHost *:80>
    ServerName www.example.com
    DocumentRoot {ROOT}/www
    RewriteEngine On
    RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]
    CustomLog \${APACHE_LOG_DIR}/access.log combined
</VirtualHost>
`,
  );
  mkdirSync(join(shop.root, 'etc/apache2/sites-enabled'));
  symlinkSync('../sites-available/example.conf', join(shop.root, 'etc/apache2/sites-enabled/example.conf'));
  shop.write('www/index.html', 'the site\n');
  shop.write('home/.keep', '');
  shop.write('urls.txt', 'http://www.example.com/\nhttp://www.example.com/old/page\n');
  shop.write(
    'log/access.log',
    '192.0.2.1 - - [01/Nov/2026:10:00:00 +0000] "GET /old/page HTTP/1.1" 301 0 "-" "-"\n',
  );
  shop.write('run/.keep', '');
  if (serverUser === undefined) return;
  for (const path of ['home', 'log', 'log/access.log', 'run', '.'])
    chownSync(join(shop.root, path), serverUser.uid, serverUser.gid);
}

/** Words of the page, with its folders where the test has them. */
function placed(text: string): string {
  return text
    .replaceAll('/etc/apache2', `${shop.root}/etc/apache2`)
    .replaceAll('/var/log/apache2', `${shop.root}/log`)
    .replaceAll('~/', `${shop.root}/home/`)
    .replaceAll('8080', String(shop.port));
}

/** A block as a shell runs it; a command that fails ends it. */
function sh(text: string): { readonly status: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-ec', placed(text)], {
    cwd: shop.root,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: `${shop.root}/bin:${process.env.PATH ?? ''}`, HOME: `${shop.root}/home` },
    ...serverUser,
  });
  return { status, out: stdout, err: stderr };
}

/** The tree, on a port that the test may have. */
function moveToFreePort(): void {
  shop.write('etc/apache2/ports.conf', `Listen 127.0.0.1:${listenPort}\n`);
  const site = shop.read('etc/apache2/sites-available/example.conf');
  shop.write('etc/apache2/sites-available/example.conf', site.replace('*:80', `*:${listenPort}`));
}

describe('from Apache to portico', () => {
  test('shows what this file runs, and nothing else', () => {
    expect([blocksOf('sh').length, blocksOf('apache').length, blocksOf('ini').length]).toEqual([5, 2, 1]);
    expect(page.match(/^ *```\w+$/gm)).toHaveLength(8);
  });

  test('questions are answered with nothing served', () => {
    const { status, out, err } = sh(questions);
    expect({ status, err }).toEqual({ status: 0, err: 'Syntax OK\n' });
    expect(out).toContain('→ 301 http://www.example.com/new/page');
    expect(out).toContain('1 request');
  });

  test('an edit is held against what was there', () => {
    const lines = rehearsal.split('\n').filter((line) => line !== '');
    expect(lines).toHaveLength(4);
    expect(sh(lines.slice(0, 2).join('\n'))).toEqual({ status: 0, out: '', err: '' });
    expect(shop.read('today.txt')).toContain('-> 301 http://www.example.com/new/page');
    expect(sh(lines[2]!).status).toBe(0);
    expect(sh(lines[3]!).status).toBe(0);
    const site = shop.read('home/next/sites-available/example.conf');
    shop.write('home/next/sites-available/example.conf', site.replace('/new/', '/newer/'));
    expect(sh(lines[2]!).status).toBe(1);
    const { status, out } = sh(lines[3]!);
    expect(status).toBe(1);
    expect(out).toContain('/newer/page');
  });

  test('the copy serves beside Apache and leaves its files alone', async () => {
    expect(sh(copy)).toEqual({ status: 0, out: '', err: '' });
    const [serve = '', curl = ''] = trial.trim().split('\n');
    const words = placed(serve).split(' ').slice(1);
    const server = shop.start(words, { user: serverUser });
    await server.ready();
    const host = /'Host: (\S+)'/.exec(curl)?.[1] ?? '';
    const answer = await ask(`http://127.0.0.1:${shop.port}/`, { headers: { Host: host } });
    expect([answer.status, answer.text]).toEqual([200, 'the site\n']);
    expect(shop.read('home/try/pid').trim()).toBe(String(server.pid));
    expect(readdirSync(join(shop.root, 'log'))).toEqual(['access.log']);
    expect(readdirSync(join(shop.root, 'home/try/log')).sort()).toEqual(['access.log', 'error.log']);
    expect(shop.read('etc/apache2/ports.conf')).toBe('Listen 80\n');
  });

  test('portico httpd starts, reloads and stops', async () => {
    moveToFreePort();
    const [start = '', graceful = '', stop = ''] = takeOver.trim().split('\n');
    expect(sh(start)).toEqual({ status: 0, out: '', err: '' });
    const pid = Number(shop.read('run/apache2.pid'));
    try {
      expect((await visit(listenPort)).text).toBe('the site\n');
      expect(sh(graceful)).toEqual({ status: 0, out: '', err: '' });
      expect(sh(stop)).toEqual({ status: 0, out: '', err: '' });
      await until('the end', async () => ((await isListening(listenPort)) ? undefined : true));
    } finally {
      endIfRunning(pid);
    }
  });

  test('the unit checks, starts, reloads and stops', async () => {
    moveToFreePort();
    const command = (key: string): string[] =>
      placed(new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? '').split(' ');
    const [program, ...check] = command('ExecStartPre');
    expect(program).toBe('/usr/local/bin/portico');
    expect(await shop.run(check)).toMatchObject({ code: 0, err: 'Syntax OK\n' });
    const server = shop.start(command('ExecStart').slice(1), { user: serverUser });
    await server.ready();
    shop.write('www/new.html', 'x');
    const site = shop.read('etc/apache2/sites-available/example.conf');
    shop.write('etc/apache2/sites-available/example.conf', site.replace('^/old/(.*)$ /new/$1', '^/o$ /n'));
    expect(command('ExecReload')).toEqual(['/bin/kill', '-HUP', '$MAINPID']);
    server.signal('SIGHUP');
    await until('the new rule', async () =>
      (await visit(listenPort, '/o')).status === 301 ? true : undefined,
    );
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
  });

  test('behind a server that ends TLS', async () => {
    shop.write('www/dir/index.html', 'x');
    shop.write('site.conf', placed(behindTls).replaceAll('/srv/www', `${shop.root}/www`));
    await shop.start(['serve', '-f', 'site.conf']).ready();
    const asked = (path: string, headers: Record<string, string>): ReturnType<typeof ask> =>
      ask(`http://127.0.0.1:${shop.port}${path}`, { headers });
    const plain = await asked('/page?a=1', { Host: 'www.example.com' });
    expect([plain.status, plain.headers.location]).toEqual([301, 'https://www.example.com/page?a=1']);
    const secure = { Host: 'www.example.com', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '192.0.2.7' };
    expect((await asked('/', secure)).text).toBe('the site\n');
    expect((await asked('/dir', secure)).headers.location).toBe('https://www.example.com/dir/');
  });

  test('SSLEngine On and ProxyRequests On are refused', async () => {
    for (const line of ['SSLEngine On', 'ProxyRequests On']) {
      shop.write('refused.conf', `Listen {PORT}\n${line}\n`);
      expect((await shop.run(['configtest', '-f', 'refused.conf'])).code, line).toBe(1);
    }
  });
});

describe('one file for both', () => {
  test('portico starts the application', async () => {
    shop.write(
      'srv/shop/server.js',
      `require('node:http').createServer((_, answer) => answer.end('started')).listen(process.env.PORT, '127.0.0.1');`,
    );
    shop.write('site.conf', `AppControl off\n${placed(bothServers).replace('/srv', `${shop.root}/srv`)}`);
    await shop.start(['serve', '-f', 'site.conf']).ready();
    expect((await visit(shop.port)).text).toBe('started');
  });

  testWith(['apache2'], 'Apache passes over it', async () => {
    const scene = await makeScene();
    const backend = await startScriptedBackend(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nbefore');
    });
    try {
      const text = bothServers
        .replace('Listen 8080\n', '')
        .replace('127.0.0.1:8000', `127.0.0.1:${backend.port}`);
      await scene.start(text, { kind: 'apache', modules: ['proxy', 'proxy_http'] });
      expect((await visit(scene.port)).text).toBe('before');
    } finally {
      await scene.close();
      await backend.close();
    }
  });
});

function endIfRunning(pid: number): void {
  try {
    // The number may be another's by then: only a process of this test's folder is ended.
    if (realpathSync(`/proc/${pid}/exe`) === realpathSync(process.execPath)) {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      if (words.includes(shop.root)) process.kill(pid, 'SIGKILL');
    }
  } catch {
    // It has ended.
  }
}
