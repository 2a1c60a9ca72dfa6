// Fields, bodies and variables that pretend: what a backend, a script, a page and a log get of them.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type Play, startPlay } from '../support/play.ts';
import { until } from '../support/scene.ts';
import { answering, type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';

const CONF = `ScriptAlias /cgi-bin/ {ROOT}/cgi-bin/
ProxyPass /cgi-bin/ !
ProxyPass /a.txt !
ProxyPass /inside !
ProxyPass /down !
ProxyPass /one unix:{ROOT}/one.sock|http://localhost/
ProxyPass /two unix:{ROOT}/two.sock|http://localhost/
ProxyPass / http://127.0.0.1:{BACKEND}/
SetEnv REMOTE_USER admin
SetEnv QUERY_STRING evil
SetEnv REMOTE_ADDR 192.0.2.66
LogFormat "%U|%{User-Agent}i|%r|%u" hostile
CustomLog {ROOT}/access.log hostile
<Directory {ROOT}/htdocs/inside>
    RequestHeader unset X-Secret
    RewriteEngine on
    RewriteRule ^(.*)$ /outside/$1 [PT]
</Directory>
<VirtualHost *:*>
    ServerName www.example.test
</VirtualHost>
<VirtualHost *:*>
    ServerName api.test
    <Location />
        Require all denied
    </Location>
</VirtualHost>
`;

let play: Play;
let one: ScriptedBackend;
let two: ScriptedBackend;

beforeAll(async () => {
  play = await startPlay(CONF);
  const say = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n${text}`;
  one = await startScriptedBackend(answering(say('one')), `${play.scene.root}/one.sock`);
  two = await startScriptedBackend(answering(say('two')), `${play.scene.root}/two.sock`);
  play.scene.write('htdocs/a.txt', `0123456789${'x'.repeat(90)}`);
  play.scene.write('htdocs/inside/x', 'inside');
  play.scene.write(
    'cgi-bin/env.cgi',
    '#!/bin/sh\nprintf \'Content-Type: text/plain\\n\\n\'\necho "words=$# $*"\nenv\n',
    0o755,
  );
});

afterAll(async () => {
  await play.close();
  await one.close();
  await two.close();
});

function ask(target: string, fields = '', host = 'www.example.test'): Promise<string> {
  return play.send(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${fields}Connection: close\r\n\r\n`);
}

/** The head of the only request that the backend received since. */
async function receivedHead(): Promise<string> {
  const received = await play.received();
  expect(received).toHaveLength(1);
  return received[0]!;
}

describe('fields that Connection nominates', () => {
  test('do not take away what portico says (CVE-2022-31813, CVE-2026-105299)', async () => {
    const names = 'X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Server, Host, Via';
    await ask('/x', `Connection: close, ${names}\r\nX-Forwarded-For: 192.0.2.66\r\n`);
    const head = await receivedHead();
    expect(head).toContain('\r\nX-Forwarded-For: 127.0.0.1\r\n');
    expect(head).toContain('\r\nX-Forwarded-Host: www.example.test\r\n');
    expect(head).toContain('\r\nX-Forwarded-Server: www.example.test\r\n');
    expect(head).toContain(`\r\nHost: 127.0.0.1:${play.backend.port}\r\n`);
  });

  test('and belong to the client are dropped', async () => {
    await ask('/x', 'Connection: Cookie, X-Own\r\nCookie: a=1\r\nX-Own: 1\r\nX-Other: 1\r\n');
    const head = await receivedHead();
    expect(head).not.toMatch(/Cookie|X-Own/);
    expect(head).toContain('\r\nX-Other: 1\r\n');
  });
});

describe('a field that is taken away', () => {
  test('stays away when the request is redirected inside and goes to a backend (CVE-2026-47360)', async () => {
    await ask('/inside/x', 'X-Secret: 1\r\nX-Open: 1\r\n');
    const head = await receivedHead();
    expect(head).toMatch(/^GET \/outside\/x HTTP\/1\.1\r\n/);
    expect(head).toContain('\r\nX-Open: 1\r\n');
    expect(head).not.toContain('X-Secret');
  });
});

describe('the environment of a script', () => {
  test('has the server’s values, not those of SetEnv or of the client (CVE-2025-65082)', async () => {
    const text = await ask('/cgi-bin/env.cgi?good=1');
    expect(text).toMatch(/^QUERY_STRING=good=1$/m);
    expect(text).toMatch(/^REMOTE_ADDR=127\.0\.0\.1$/m);
    // Nobody is logged in: what the configuration says of the user stays, as in Apache.
    expect(text).toMatch(/^REMOTE_USER=admin$/m);
  });

  test('has none of Proxy, X_A and X.A (CVE-2016-5387, CVE-2026-88011)', async () => {
    const text = await ask(
      '/cgi-bin/env.cgi',
      'Proxy: http://evil.test/\r\nX_A: 1\r\nX.A: 2\r\nREMOTE_USER: 3\r\nX-Fine: 4\r\n',
    );
    expect(text).toMatch(/^HTTP_X_FINE=4$/m);
    expect(text).not.toMatch(/^HTTP_(PROXY|X_A|REMOTE_USER)=/m);
  });

  test('and its words end at an escaped NUL, as in Apache: no exception', async () => {
    const text = await ask('/cgi-bin/env.cgi?one+two%00three+four');
    expect(text).toMatch(/^words=3 one two four$/m);
    expect(text).toMatch(/^QUERY_STRING=one\+two%00three\+four$/m);
    expect(play.scene.errorLog()).not.toContain('exception');
  });
});

describe('an error page', () => {
  test('shows no markup of the request (CVE-2019-10092)', async () => {
    const text = await ask('/a.txt/<script>alert(1)</script>');
    expect(statusesIn(text)).toEqual([404]);
    expect(text).not.toMatch(/<script>|alert/);
  });

  test('shows no cookie that was too long (CVE-2012-0053)', async () => {
    const text = await ask('/a.txt', `Cookie: session=${'secret'.repeat(1500)}\r\n`);
    expect(statusesIn(text)).toEqual([400]);
    expect(text).not.toContain('secretsecret');
    expect(text).toContain('Size of a request header field exceeds server limit.');
  });
});

describe('a request for 1300 overlapping ranges (CVE-2011-3192)', () => {
  test('gets one small answer', async () => {
    const text = await ask('/a.txt', `Range: bytes=${'0-,'.repeat(1299)}0-\r\n`);
    expect(statusesIn(text)).toEqual([206]);
    expect(text).toContain('\r\nContent-Range: bytes 0-99/100\r\n');
    expect(text.length).toBeLessThan(1000);
  });

  test('gets a bounded one where none of them touch', async () => {
    const ranges = Array.from({ length: 50 }, (_, index) => `${index * 2}-${index * 2}`).join(',');
    const text = await ask('/a.txt', `Range: bytes=${ranges}\r\n`);
    expect(text.length).toBeLessThan(10_000);
  });
});

describe('control bytes', () => {
  test('do not reach the access log as they are (CVE-2024-47252)', async () => {
    await ask('/a.txt/%1b%5b31m%0aforged%22', 'User-Agent: quote " and backslash \\\r\n');
    await play.send('G@T /a%1b\tb HTTP/1.1\r\nHost: x\r\n\r\n');
    await play.send('GET /last\x1b[31m HTTP/1.1\r\nHost: x\r\n\r\n');
    const log = await until('the log lines', () => {
      const text = readFileSync(`${play.scene.root}/access.log`, 'latin1');
      return text.includes('forged') && text.includes('GET /last') ? text : undefined;
    });
    expect(log).not.toContain('\x1b');
    expect(log).toContain('/a.txt/\\x1b[31m\\nforged\\"|quote \\" and backslash \\\\|');
    expect(log).toContain('|G@T /a%1b\\tb HTTP/1.1|');
    expect(log).not.toMatch(/^forged/m);
  });

  test('do not reach the error log as they are', async () => {
    await ask('/cgi-bin/none%1b%0aforged');
    const log = await until('the log line', () =>
      play.scene.errorLog().includes('forged') ? play.scene.errorLog() : undefined,
    );
    expect(log).not.toContain('\x1b');
    expect(log).not.toMatch(/^forged/m);
  });
});

describe('the host of a request', () => {
  test('names a virtual host exactly (CVE-2025-32996)', async () => {
    for (const [host, status] of [
      ['api.test', 403],
      ['API.TEST:80', 403],
      ['api.test.', 403],
      ['evilapi.test', 200],
      ['api.test.evil', 200],
      ['xapi.testx', 200],
    ] as const)
      expect(`${host} ${statusesIn(await ask('/x', '', host)).join()}`).toBe(`${host} ${status}`);
    await play.received();
  });
});

describe('two backends whose addresses read alike (CVE-2026-16158)', () => {
  test('keep their own connections', async () => {
    const said: string[] = [];
    for (let round = 0; round < 3; round++)
      for (const path of ['/one/x', '/two/x']) said.push((await ask(path)).slice(-3));
    expect(said).toEqual(['one', 'two', 'one', 'two', 'one', 'two']);
    expect([one.requests.length, two.requests.length]).toEqual([3, 3]);
    expect([one.connections.length, two.connections.length]).toEqual([1, 1]);
  });
});

describe('a body with line ends and boundaries in it (CVE-2026-55603)', () => {
  test('arrives byte for byte: nothing takes it apart', async () => {
    const body =
      '--b\r\nContent-Disposition: form-data; name="a\r\nX: y"\r\n\r\nv\r\n--b--\r\n\r\nGET /inner HTTP/1.1\r\n\r\n\x00\xff';
    const text = await play.send(
      `POST /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(statusesIn(text)).toEqual([200]);
    const received = await receivedHead();
    expect(received.slice(received.indexOf('\r\n\r\n') + 4)).toBe(body);
  });
});
