// `portico test` as a person or a build meets it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { until } from '../support/scene.ts';

let shop: Workshop;

const CONF = `ServerName a.test
DocumentRoot {ROOT}/htdocs
RewriteEngine On
RewriteCond %{QUERY_STRING} ^k=(.*)$
RewriteRule ^/key$ /k/%1? [R=301]
RewriteRule ^/never$ - [G]
ProxyPass /app http://127.0.0.1:8000/app
Header set X-Here yes
`;

const RULES = `GET http://a.test/key?k=1
  -> 301 http://a.test/k/1
GET /key
  -> 404
GET /app/x  Host: b.test
  -> proxy http://127.0.0.1:8000/app/x  X-Forwarded-Host: b.test  !Cookie
/x.txt
  -> file x.txt  X-Here: yes
`;

beforeAll(async () => {
  shop = await openWorkshop();
  shop.write('a.conf', CONF);
  shop.write('htdocs/x.txt', 'x');
  shop.write('rules.txt', RULES);
  shop.write('wrong.txt', RULES.replace('/k/1', '/k/2').replace('X-Here: yes', 'X-Here: no  !Content-Type'));
});

afterAll(() => shop.close());

describe('portico test', () => {
  it('is content with what is met, and names what was never exercised', async () => {
    const { code, out, err } = await shop.run(['test', '-f', 'a.conf', '--coverage', 'rules.txt']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(Buffer.from(out, 'latin1').toString('utf8')).toBe(
      [
        '✓ 4 expectations, all met',
        '',
        '3 of 4 rules and conditions are exercised',
        '',
        'a.conf:6  never applied  RewriteRule ^/never$ - [G]',
        '',
      ].join('\n'),
    );
  });

  it('shows the story of what is not met', async () => {
    const { code, out } = await shop.run(['test', '-f', 'a.conf', 'wrong.txt']);
    const text = Buffer.from(out, 'latin1').toString('utf8');
    expect(code).toBe(1);
    expect(text).toContain(
      '✗ wrong.txt:1  GET http://a.test/key?k=1\n  expected 301 http://a.test/k/2, and it comes to 301 http://a.test/k/1\n',
    );
    expect(text).toContain('    a.conf:4    ✓ RewriteCond %{QUERY_STRING} ^k=(.*)$  on k=1  %1 = 1\n');
    expect(text).toContain(
      "  expected X-Here: no, and it is 'yes'\n  expected no Content-Type, and it is 'text/plain'\n",
    );
    expect(text).toMatch(/✗ 2 of 4 expectations not met\n$/);
  });

  it('speaks TAP and JUnit', async () => {
    const tap = await shop.run(['test', '-f', 'a.conf', '--tap', 'wrong.txt']);
    expect(tap.code).toBe(1);
    expect(tap.out.split('\n').filter((line) => /^(?:TAP|1\.\.|ok|not ok)/.test(line))).toEqual([
      'TAP version 14',
      '1..4',
      'not ok 1 - wrong.txt:1 GET http://a.test/key?k=1',
      'ok 2 - wrong.txt:3 GET /key',
      'ok 3 - wrong.txt:5 GET /app/x',
      'not ok 4 - wrong.txt:7 GET /x.txt',
    ]);
    const junit = await shop.run(['test', '-f', 'a.conf', '--junit', 'wrong.txt']);
    expect(junit.out).toContain('<testsuite name="portico" tests="4" failures="2">');
    expect(junit.out).toContain(
      '<testcase classname="wrong.txt" name="GET /key" file="wrong.txt" line="3"/>',
    );
  });

  it('records what is met today, as expectations that are met', async () => {
    shop.write('urls.txt', '# some\nhttp://a.test/key?k=7\nPOST /app/y\n/x.txt\n');
    const { code, out } = await shop.run(['test', '-f', 'a.conf', '--record', 'urls.txt']);
    expect({ code, out }).toEqual({
      code: 0,
      out:
        'GET http://a.test/key?k=7\n  -> 301 http://a.test/k/7\nPOST /app/y\n' +
        '  -> proxy http://127.0.0.1:8000/app/y\nGET /x.txt\n  -> file x.txt\n',
    });
    shop.write('recorded.txt', out);
    expect((await shop.run(['test', '-f', 'a.conf', 'recorded.txt'])).code).toBe(0);
  });

  it('tests again when a file changes', async () => {
    shop.write('watched.txt', '/x.txt\n  -> 404\n');
    const command = shop.start(['test', '-f', 'a.conf', '--watch', 'watched.txt']);
    await until('the first result', () => command.out().includes('1 of 1 expectation') || undefined);
    shop.write('watched.txt', '/x.txt\n  -> file x.txt\n');
    await until('the second result', () => command.out().includes('1 expectation, all met') || undefined);
    command.signal('SIGTERM');
    expect(await command.ended).toBe(0);
  });

  it.each([
    [['-f', 'a.conf'], 2, 'portico: test needs files of expectations, or --record URLS\n'],
    [['rules.txt'], 2, 'portico: test needs a configuration: -f FILE, or --htaccess FILE\n'],
    [['-f', 'a.conf', 'nowhere.txt'], 1, 'portico: nowhere.txt cannot be read: there is no such file\n'],
    [['-f', 'a.conf', '--tap', '--junit', 'rules.txt'], 2, 'portico: --tap and --junit exclude each other\n'],
    [['-f', 'a.conf', 'a.conf'], 1, 'portico: a.conf:1: not a request: write METHOD URL, or a path from /\n'],
  ])('%j ends with one clear line', async (words, wanted, text) => {
    const { code, err } = await shop.run(['test', ...words]);
    expect(code).toBe(wanted);
    expect(err).toContain(text);
  });
});
