// `portico explain` and `portico diff` as a person meets them: words in, text and exit code out.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../support/command.ts';

let shop: Workshop;

const CONF = `Listen 80
ServerName main.test
DocumentRoot {ROOT}/htdocs
<Directory {ROOT}/htdocs>
AllowOverride All
Require all granted
</Directory>
<VirtualHost *:80>
ServerName shop.test
ServerAlias *.shop.test
RewriteEngine On
RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]
RewriteRule ^/find/(.*)$ http://127.0.0.1:8000/search?q=$1 [P]
RewriteRule ^/any/(.*)$ /$1 [L]
RewriteCond %{HTTP:X-Key} !=secret
RewriteRule ^/secret - [F]
RewriteRule ^/n(.*)$ /n$1x [N=5]
RewriteRule ^/front/(.*)$ /index.php?p=$1 [L]
ProxyPass /app/ http://127.0.0.1:8000/
Redirect gone /gone
</VirtualHost>
`;

beforeAll(async () => {
  shop = await openWorkshop();
  shop.write('site.conf', CONF);
  shop.write('htdocs/a.txt', 'a\n');
  shop.write('htdocs/deep/.htaccess', 'RewriteEngine On\nRewriteRule ^x$ y [L]\nRewriteRule ^y$ x [L]\n');
  shop.write('htdocs/bad/.htaccess', 'RewriteEngine On\nNoSuchThing\n');
});

afterAll(() => shop.close());

async function explain(...words: string[]): Promise<string[]> {
  const { code, out, err } = await shop.run(['explain', '-f', 'site.conf', ...words]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return Buffer.from(out, 'latin1').toString('utf8').trimEnd().split('\n');
}

describe('portico explain', () => {
  it('tells every rule with its place, and what comes of it', async () => {
    expect(await explain('http://shop.test/old/a%20b?x=1')).toEqual([
      'GET http://shop.test/old/a%20b?x=1',
      '',
      'site.conf:8   shop.test  by its ServerName',
      '',
      '              rules of the server on /old/a b',
      'site.conf:12  ✓ RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]',
      '                  $1 = a b',
      '                  /old/a b → /new/a b',
      '',
      '→ 301 http://shop.test/new/a%20b?x=1',
    ]);
  });

  it('shows the condition that keeps a rule from its work', async () => {
    const lines = await explain('-H', 'X-Key: secret', 'http://www.shop.test/secret');
    expect(lines).toContain('site.conf:8   shop.test  by its ServerAlias');
    expect(lines).toContain('site.conf:15    ✗ RewriteCond %{HTTP:X-Key} !=secret  on secret');
    expect(lines).toContain('site.conf:16  ✗ RewriteRule ^/secret - [F]');
    expect(await explain('http://shop.test/secret')).toContain('→ 403 Forbidden');
  });

  it('shows what a backend would receive, and the line that leads there', async () => {
    const lines = await explain(
      '-X',
      'POST',
      '--data',
      'a=1',
      '--remote',
      '192.0.2.7',
      'http://shop.test/app/x',
    );
    expect(lines.slice(lines.findIndex((line) => line.includes('ProxyPass')))).toEqual(
      [
        'site.conf:19     ✓ ProxyPass /app/ http://127.0.0.1:8000/',
        '                     → http://127.0.0.1:8000/x',
        '',
        '→ proxy http://127.0.0.1:8000/x',
        '  POST /x HTTP/1.1',
        '  Host: 127.0.0.1:8000',
        '  X-Forwarded-For: 192.0.2.7',
        '  X-Forwarded-Host: shop.test',
        '  X-Forwarded-Server: shop.test',
        '  Content-Length: 3',
        '  Connection: Keep-Alive',
        '  ',
        '  a=1',
      ].map((line) => line.replace(/ +$/, (spaces) => (spaces === '  ' ? '  ' : ''))),
    );
  });

  it('reports a loop as the rules that make it', async () => {
    const lines = await explain('http://main.test/deep/x', '--host', 'nobody.example');
    const text = (await explain('http://shop.test/deep/x')).join('\n');
    expect(lines.at(0)).toBe('GET http://nobody.example/deep/x');
    expect(text).toContain('→ 500 Internal Server Error\n  AH00124: ');
    expect(text).toContain(
      [
        'A loop: these rules lead to each other.',
        '  htdocs/deep/.htaccess:2  RewriteRule ^x$ y [L]',
        '  htdocs/deep/.htaccess:3  RewriteRule ^y$ x [L]',
        '  /deep/x → /deep/y → /deep/x → /deep/y …',
      ].join('\n'),
    );
  });

  it('reports rounds of [N] as a loop, too', async () => {
    const text = (await explain('http://shop.test/n')).join('\n');
    expect(text).toContain(
      'A loop: this rule leads to itself.\n  site.conf:17  RewriteRule ^/n(.*)$ /n$1x [N=5]',
    );
  });

  it('follows redirects and reports where they lead back', async () => {
    const conf = CONF.replace(
      'RewriteEngine On',
      'RewriteEngine On\nRewriteRule ^/to-www http://www.shop.test/from-www [R]\nRewriteRule ^/from-www http://shop.test/to-www [R]',
    );
    shop.write('circle.conf', conf);
    const { out } = await shop.run([
      'explain',
      '-f',
      'circle.conf',
      'http://shop.test/to-www',
      'http://shop.test/old/1',
    ]);
    const text = Buffer.from(out, 'latin1').toString('utf8');
    expect(text).toContain(
      'A loop: a client that follows comes back to where it was.\n  http://shop.test/to-www → http://www.shop.test/from-www → http://shop.test/to-www …\n',
    );
    expect(text.match(/A loop/g)?.length).toBe(1);
  });

  it('says of a socket where it is', async () => {
    shop.write('socket.conf', 'ServerName a.test\nProxyPass / unix:/run/app.sock|http://localhost/\n');
    const { out } = await shop.run(['explain', '-f', 'socket.conf', '/x']);
    expect(out).toContain('proxy http://localhost/x\n  through unix:/run/app.sock\n  GET /x HTTP/1.1\n');
  });

  it('says what is wrong with an access file', async () => {
    const lines = await explain('http://shop.test/bad/');
    expect(lines.some((line) => /^htdocs\/bad\/\.htaccess +✗ Invalid command 'NoSuchThing'/.test(line))).toBe(
      true,
    );
    expect(lines).toContain('→ 500 Internal Server Error');
  });

  it('speaks Apache’s words with --trace', async () => {
    expect(await explain('--trace', 'http://shop.test/secret')).toContain(
      "[rewrite:trace4] [rid#1/initial] RewriteCond: input='' pattern='!=secret' => matched",
    );
  });

  it('gives the story as JSON', async () => {
    const story = JSON.parse((await explain('--json', 'http://shop.test/gone/x')).join('\n'));
    expect(story).toMatchObject({
      method: 'GET',
      url: 'http://shop.test/gone/x',
      server: { name: 'shop.test', line: { line: 8, text: '<VirtualHost *:80>' } },
      outcome: { kind: 'status', status: 410, reason: 'Gone' },
    });
    expect(JSON.stringify(story)).toContain('"text":"Redirect gone /gone"');
  });

  it('takes a request from a file of bytes, and all requests of a HAR file', async () => {
    shop.write('one.txt', 'GET /old/z HTTP/1.1\nHost: shop.test\n');
    expect(await explain('--request', 'one.txt')).toContain('→ 301 http://shop.test/new/z');
    const entry = (url: string) => ({
      request: { method: 'GET', url, headers: [{ name: 'X-Key', value: 'secret' }] },
    });
    shop.write(
      'saved.har',
      JSON.stringify({
        log: { entries: [entry('http://shop.test/secret'), entry('http://shop.test/gone')] },
      }),
    );
    const lines = await explain('--request', 'saved.har');
    expect(lines.filter((line) => line.startsWith('→'))).toEqual(['→ 404 Not Found', '→ 410 Gone']);
  });

  it.each([
    ['2.4.54', '/find/a%20b', ['proxy', '2.4.56 403 AH10410']],
    ['2.4.54', '/find/a%3fb', ['proxy', '']],
    ['2.4.54', '/front/a%3fb', ['404', '']],
    ['2.4.54', '/any/etc/passwd', ['file', '2.4.62 404 AH00128']],
    ['2.4.54', '/any/a%3fb', ['404', '2.4.62 403 AH10508']],
    ['2.4.62', '/find/a%20b', ['403', '']],
  ])('as Apache %s, asked for %s', async (version, path, [now, later]) => {
    const story = JSON.parse(
      (await explain('--json', '--apache', version, `http://shop.test${path}`)).join('\n'),
    );
    const { outcome, upgrade } = story;
    expect(outcome.kind === 'status' ? String(outcome.status) : outcome.kind).toBe(now);
    const changes = upgrade.map(
      (change: { version: string; outcome: string; why: string }) =>
        `${change.version} ${change.outcome.slice(0, 3)} ${change.why.slice(0, 7)}`,
    );
    expect(changes.join('; ')).toBe(later);
  });

  it('replays a log, gzipped or not, and says what never fires', async () => {
    const line = (target: string): string =>
      `shop.test:80 198.51.100.7 - - [12/Mar/2026:10:00:01 +0000] "GET ${target} HTTP/1.1" 200 42 "-" "curl"`;
    const log = [
      line('/old/1'),
      line('/old/2'),
      line('/app/x'),
      line('/a.txt'),
      'nonsense',
      line('/gone'),
    ].join('\n');
    writeFileSync(join(shop.root, 'access.log.gz'), gzipSync(log));
    shop.write('access.log', log);
    const plain = await explain('--log', 'access.log');
    expect(plain.slice(0, 6)).toEqual([
      '5 requests, 1 log lines without one; 3 of 8 lines fired',
      '',
      '2  site.conf:12  RewriteRule ^/old/(.*)$ /new/$1 [R=301,L]',
      '1  site.conf:19  ProxyPass /app/ http://127.0.0.1:8000/',
      '1  site.conf:20  Redirect gone /gone',
      '',
    ]);
    expect(plain.at(-1)).toBe('they come to: 301 2  proxy 1  file 1  410 1');
    expect(await explain('--log', 'access.log.gz')).toEqual(plain);
  });

  it.each([
    [['http://shop.test/', '-f', 'nowhere.conf'], 1, 'Could not open configuration file'],
    [['shop.test/x'], 2, 'portico: shop.test/x: not a URL; write http://host/path, or a path from /\n'],
    [['old/page'], 2, 'portico: old/page: not a URL'],
    [['http://shop.test/a b'], 2, "portico: 'http://shop.test/a b' has a space or control byte: write %20"],
    [['http://sh%op/'], 2, "portico: http://sh%op/: 'sh%op' is no host\n"],
    [['-X', 'G T', '/'], 2, 'portico: G T: not a method\n'],
    [['-H', 'nonsense', '/'], 2, "portico: --header 'nonsense': write 'Name: value'\n"],
    [['--env', '=x', '/'], 2, "portico: --env '=x': write NAME=VALUE\n"],
    [['--remote', 'me', '/'], 2, 'portico: --remote me: not an IP address\n'],
    [['--apache', '2.2', '/'], 2, 'portico: --apache 2.2: one of 2.4.54, 2.4.56, 2.4.62, 2.4.71\n'],
    [['--root', '.', '/'], 2, 'portico: --root goes with --htaccess\n'],
    [['--log', 'binary.log'], 2, 'portico: binary.log is no text: it has a zero byte\n'],
    [['--log', 'damaged.gz'], 2, 'portico: damaged.gz cannot be unpacked: it is damaged\n'],
    [['--log', 'nowhere.log'], 1, 'portico: nowhere.log cannot be read: there is no such file\n'],
    [['--request', 'binary.log'], 2, 'portico: neither a HAR file nor a request: '],
    [['--log', 'x', '/'], 2, 'portico: a URL, --request and --log exclude each other\n'],
    [[], 2, 'portico: explain needs a URL, a request (--request FILE) or a log (--log FILE)\n'],
  ])('%j ends with one clear line', async (words, wanted, text) => {
    writeFileSync(join(shop.root, 'binary.log'), Buffer.from([1, 0, 2, 10]));
    writeFileSync(join(shop.root, 'damaged.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
    const { code, out, err } = await shop.run([
      'explain',
      ...(words.includes('-f') ? [] : ['-f', 'site.conf']),
      ...words,
    ]);
    expect({ code, out }).toEqual({ code: wanted, out: '' });
    expect(err).toContain(text);
  });

  it('shows a broken rule with its line, of a configuration and of a lone access file', async () => {
    shop.write('broken.conf', 'ServerName x\nRewriteRule ( x\n');
    for (const words of [
      ['-f', 'broken.conf'],
      ['--htaccess', 'htdocs/bad/.htaccess'],
    ]) {
      const { code, out, err } = await shop.run(['explain', ...words, '/']);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^AH00526: Syntax error on line 2 of /);
    }
  });

  it('leaves access files above the folder of a lone one alone', async () => {
    shop.write('above/.htaccess', 'RewriteEngine On\nRewriteRule ^ - [F]\n');
    shop.write('above/site/.htaccess', 'Redirect /x /y\n');
    const { code, out } = await shop.run(['explain', '--htaccess', 'above/site/.htaccess', '/x']);
    expect(code).toBe(0);
    expect(out).toContain('302 http://localhost/y');
  });

  it('colours only where it is asked to', async () => {
    const words = ['explain', '-f', 'site.conf', 'http://shop.test/old/1'];
    expect((await shop.run(words, { env: { FORCE_COLOR: '1' } })).out).toContain('\x1b[');
    expect((await shop.run(words, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })).out).not.toContain('\x1b[');
  });
});

describe('portico diff', () => {
  it('lists the requests that an edit changes, and says so with its exit code', async () => {
    shop.write('new.conf', CONF.replace('^/old/(.*)$', '^/old/([0-9]+)$'));
    shop.write(
      'urls.txt',
      '# two that change, one that does not\nhttp://shop.test/old/x\nPOST http://shop.test/old/x\n/a.txt\nnot a url at all\n',
    );
    const { code, out, err } = await shop.run([
      'diff',
      'site.conf',
      'new.conf',
      '--urls',
      'urls.txt',
      '--host',
      'shop.test',
    ]);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out.split('\n').slice(0, 5)).toEqual([
      '2 of 3 requests come to something else (2 lines without a request)',
      '',
      'GET http://shop.test/old/x',
      '  - 301 http://shop.test/new/x',
      '  + 404 Not Found',
    ]);
    const same = await shop.run(['diff', 'site.conf', 'site.conf', '--urls', 'urls.txt']);
    expect(same).toEqual({
      code: 0,
      err: '',
      out: 'all 3 requests come to the same (2 lines without a request)\n',
    });
  });

  it('sees header lines that change, of answers and of requests to backends', async () => {
    shop.write('fields.conf', `${CONF}ProxyAddHeaders Off\nHeader set X-New 1\n`);
    shop.write('two.txt', 'http://shop.test/app/x\nhttp://shop.test/a.txt\n');
    const { code, out } = await shop.run(['diff', 'site.conf', 'fields.conf', '--urls', 'two.txt', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(out).differences).toMatchObject([
      {
        lost: ['X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Host: shop.test', 'X-Forwarded-Server: shop.test'],
      },
      { gained: ['X-New: 1'] },
    ]);
  });

  it('compares access files', async () => {
    shop.write('one.htaccess', 'Redirect /x /y\n');
    shop.write('two.htaccess', 'Redirect /x /z\n');
    shop.write('x.txt', '/x\n');
    const { code, out } = await shop.run([
      'diff',
      '--htaccess',
      'one.htaccess',
      'two.htaccess',
      '--urls',
      'x.txt',
    ]);
    expect(code).toBe(1);
    expect(out).toContain('  - 302 http://localhost/y\n  + 302 http://localhost/z\n');
  });

  it.each([
    [['diff', 'a', 'b'], 2, 'portico: diff needs requests: --urls FILE or --log FILE\n'],
    [
      ['diff', 'a', 'b', 'c', '--urls', 'x'],
      2,
      'portico: diff takes two configurations, the old one and the new one\n',
    ],
    [
      ['diff', 'site.conf', 'nowhere.conf', '--urls', 'two.txt'],
      1,
      'portico: Could not open configuration file',
    ],
  ])('%j ends with one clear line', async (words, wanted, text) => {
    const { code, out, err } = await shop.run(words);
    expect({ code, out }).toEqual({ code: wanted, out: '' });
    expect(err).toContain(text);
  });
});
