import { afterEach, describe, expect, it } from 'vitest';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import {
  answering,
  type ScriptedBackend,
  startScriptedBackend,
} from '../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

const OK_TEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

/** A front whose configuration names the backend as `http://B`. */
async function start(conf: string, bytes = OK_TEXT): Promise<{ front: Front; backend: ScriptedBackend }> {
  const backend = await startScriptedBackend(answering(bytes.replaceAll('{B}', 'http://B')));
  running.push(backend);
  const front = await startFront(conf.replaceAll('http://B', `http://127.0.0.1:${backend.port}`));
  running.unshift(front);
  return { front, backend };
}

/** What the backend gets for a request with these header lines, its own address written as `B`. */
async function forwarded(request: string, conf = 'ProxyPass / http://B/'): Promise<string> {
  const { front, backend } = await start(conf);
  await front.exchange(request.replaceAll('\n', '\r\n'));
  return (backend.requests[0] ?? '')
    .replaceAll(`127.0.0.1:${backend.port}`, 'B')
    .replaceAll(`:${front.port}`, '')
    .replaceAll('\r\n', '\n');
}

const OWN = 'X-Forwarded-For: 127.0.0.1\nX-Forwarded-Host: a\nX-Forwarded-Server: www.example.test\n';
const END = 'Connection: Keep-Alive\n\n';

describe('the head that a backend gets', () => {
  const cases: [string, string, string, string?][] = [
    ['has Host first and our own fields last', 'X: 1\nHost: a\nConnection: close', `X: 1\n${OWN}${END}`],
    [
      'has fields of one name merged at the place of the first',
      'Host: a\nX-A: 1\nY: 2\nx-a: 3\nConnection: close',
      `X-A: 1, 3\nY: 2\n${OWN}${END}`,
    ],
    [
      'is without hop-by-hop fields and those that Connection names',
      'Host: a\nConnection: close, X-Mine, Cookie\nX-Mine: 1\nCookie: c\nKeep-Alive: 5\nProxy-Connection: x\nTE: trailers\nTrailer: X\nUpgrade: h2c\nAuthorization: b',
      `Authorization: b\n${OWN}${END}`,
    ],
    [
      'keeps X-Forwarded-For although the client names it in Connection',
      'Host: a\nConnection: close, X-Forwarded-For\nX-Forwarded-For: 6.6.6.6',
      `${OWN}${END}`,
    ],
    [
      'has our part of X-Forwarded fields behind the client’s',
      'Host: a\nX-Forwarded-For: 1.2.3.4\nX-Forwarded-Host: h\nX-Forwarded-Server: s\nConnection: close',
      `X-Forwarded-For: 1.2.3.4, 127.0.0.1\nX-Forwarded-Host: h, a\nX-Forwarded-Server: s, www.example.test\n${END}`,
    ],
    [
      'keeps Proxy, Proxy-Authorization, Range and names with underscores',
      'Host: a\nProxy: p\nProxy-Authorization: q\nRange: bytes=0-\nX_Y: z\nConnection: close',
      `Proxy: p\nProxy-Authorization: q\nRange: bytes=0-\nX_Y: z\n${OWN}${END}`,
    ],
    [
      'counts Max-Forwards down',
      'Host: a\nMax-Forwards: 5\nConnection: close',
      `Max-Forwards: 4\n${OWN}${END}`,
    ],
    [
      'is without our fields under ProxyAddHeaders Off',
      'Host: a\nConnection: close',
      END,
      'ProxyPass / http://B/\nProxyAddHeaders Off',
    ],
    [
      'has Via under ProxyVia On',
      'Host: a\nVia: 1.0 x\nConnection: close',
      `Via: 1.0 x, 1.1 www.example.test\n${OWN}${END}`,
      'ProxyPass / http://B/\nProxyVia On',
    ],
    [
      'has no Via at all under ProxyVia Block',
      'Host: a\nVia: 1.0 x\nConnection: close',
      `${OWN}${END}`,
      'ProxyPass / http://B/\nProxyVia Block',
    ],
  ];
  for (const [name, fields, expected, conf] of cases) {
    it(name, async () => {
      expect(await forwarded(`GET /x?y=%20 HTTP/1.1\n${fields}\n\n`, conf)).toBe(
        `GET /x?y=%20 HTTP/1.1\nHost: B\n${expected}`,
      );
    });
  }

  it('has the client’s Host under ProxyPreserveHost On', async () => {
    const text = await forwarded(
      'GET / HTTP/1.1\nHost: Some.Name:81\nConnection: close\n\n',
      'ProxyPass / http://B/\nProxyPreserveHost On',
    );
    expect(text).toMatch(/^GET \/ HTTP\/1\.1\nHost: Some\.Name:81\n/);
  });

  it('is HTTP/1.1 for an HTTP/1.0 client, and has the ServerName for a Host that it did not send', async () => {
    const conf = 'ProxyPass / http://B/\nProxyPreserveHost On';
    const text = await forwarded('GET / HTTP/1.0\n\n', conf);
    expect(text).toMatch(/^GET \/ HTTP\/1\.1\nHost: www\.example\.test\n/);
    expect(text).not.toContain('X-Forwarded-Host');
  });

  it('is HTTP/1.0 under force-proxy-request-1.0', async () => {
    const text = await forwarded(
      'GET / HTTP/1.1\nHost: a\nConnection: close\n\n',
      'ProxyPass / http://B/\nSetEnvIf Host . force-proxy-request-1.0',
    );
    expect(text).toMatch(/^GET \/ HTTP\/1\.0\n/);
  });

  it('says close under proxy-nokeepalive', async () => {
    const text = await forwarded(
      'GET / HTTP/1.1\nHost: a\nConnection: close\n\n',
      'ProxyPass / http://B/\nSetEnvIf Host . proxy-nokeepalive',
    );
    expect(text).toContain('Connection: close\n\n');
  });

  it('is not sent for TRACE and OPTIONS whose Max-Forwards is spent: they speak of the proxy', async () => {
    const { front, backend } = await start('ProxyPass / http://B/');
    const head = 'HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n';
    expect(splitAnswer(await front.exchange(`OPTIONS /x ${head}`)).head).toContain('\r\nAllow: TRACE\r\n');
    expect(splitAnswer(await front.exchange(`TRACE /x ${head}`)).body).toContain(
      'TRACE /x HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n',
    );
    expect(backend.requests).toEqual([]);
  });

  it('ends the way of a request whose Max-Forwards is spent', async () => {
    const { front, backend } = await start('ProxyPass / http://B/');
    const { status, body } = splitAnswer(await front.get('/', 'Max-Forwards: 0\r\n'));
    expect(status).toBe('HTTP/1.1 400 Proxy Error');
    expect(body).toContain('Max-Forwards has reached zero - proxy loop?');
    expect(splitAnswer(await front.get('/', 'Max-Forwards: x\r\n')).status).toBe('HTTP/1.1 400 Proxy Error');
    expect(backend.requests).toEqual([]);
  });
});

describe('the body that a backend gets', () => {
  const bodyOf = (text: string): [string, string] => {
    const [head = '', body = ''] = text.split('\n\n');
    return [(/\n(Content-Length: \d+|Transfer-Encoding: .*)\n/.exec(head) ?? [])[1] ?? 'none', body];
  };

  it('has a length when it is small, although the client sent chunks', async () => {
    const text = await forwarded(
      'POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nConnection: close\n\n3;x=y\nabc\n2\nde\n0\nT: x\n\n',
    );
    expect(bodyOf(text)).toEqual(['Content-Length: 5', 'abcde']);
    expect(text).not.toContain('T: x');
  });

  it('is chunked anew when it is large', async () => {
    const piece = 'x'.repeat(10_000);
    const text = await forwarded(
      `POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nConnection: close\n\n${`2710\n${piece}\n`.repeat(40)}0\n\n`,
    );
    expect(bodyOf(text)).toEqual(['Transfer-Encoding: chunked', piece.repeat(40)]);
  });

  it('keeps its length when it is large', async () => {
    const body = 'x'.repeat(100_000);
    const text = await forwarded(
      `POST / HTTP/1.1\nHost: a\nContent-Length: 100000\nConnection: close\n\n${body}`,
    );
    expect(bodyOf(text)).toEqual(['Content-Length: 100000', body]);
  });

  it('is announced as empty when it is, and not at all when there is none', async () => {
    expect(
      bodyOf(await forwarded('POST / HTTP/1.1\nHost: a\nContent-Length: 0\nConnection: close\n\n')),
    ).toEqual(['Content-Length: 0', '']);
    expect(bodyOf(await forwarded('POST / HTTP/1.1\nHost: a\nConnection: close\n\n'))).toEqual(['none', '']);
  });

  it('gets a length under proxy-sendcl although it is large', async () => {
    const piece = 'x'.repeat(10_000);
    const text = await forwarded(
      `POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nConnection: close\n\n${`2710\n${piece}\n`.repeat(40)}0\n\n`,
      'ProxyPass / http://B/\nSetEnvIf Host . proxy-sendcl',
    );
    expect(bodyOf(text)).toEqual(['Content-Length: 400000', piece.repeat(40)]);
  });

  it('in an unknown coding is refused with 500', async () => {
    const { front } = await start('ProxyPass / http://B/');
    const bytes =
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n';
    expect(splitAnswer(await front.exchange(bytes)).status).toBe('HTTP/1.1 500 Internal Server Error');
    expect(front.log.join('\n')).toContain('AH01093');
  });

  it('that breaks off is not taken for a whole one', async () => {
    const { front, backend } = await start('ProxyPass / http://B/');
    const bytes = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n';
    expect(splitAnswer(await front.exchange(bytes)).status).toBe('HTTP/1.1 400 Bad Request');
    expect(backend.requests).toEqual([]);
  });
});

describe('an answer', () => {
  async function answered(bytes: string, conf = 'ProxyPass / http://B/', request = '/x'): Promise<string> {
    const { front, backend } = await start(conf, bytes);
    return (await front.get(request))
      .replaceAll(`127.0.0.1:${backend.port}`, 'B')
      .replaceAll(`:${front.port}`, '');
  }

  it('keeps status, reason, order, duplicates and spelling', async () => {
    const text = await answered(
      'HTTP/1.1 299 Fine Thanks\r\nX-b: 1\r\nServer: app\r\nSet-Cookie: a\r\nx-B: 2\r\nSet-Cookie: b\r\nDate: Sunday, 06-Nov-94 08:49:37 GMT\r\nContent-Length: 2\r\n\r\nhi',
    );
    expect(text).toBe(
      'HTTP/1.1 299 Fine Thanks\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: app\r\nX-b: 1\r\nSet-Cookie: a\r\nx-B: 2\r\nSet-Cookie: b\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    );
  });

  it('without a reason phrase keeps none', async () => {
    expect(splitAnswer(await answered('HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n')).status).toBe(
      'HTTP/1.1 404 ',
    );
  });

  it('is without hop-by-hop fields and those that Connection names', async () => {
    const { head } = splitAnswer(
      await answered(
        'HTTP/1.1 200 OK\r\nConnection: X-Mine, close\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\nTE: x\r\nTrailer: y\r\nUpgrade: h2c\r\nProxy-Authenticate: z\r\nContent-Length: 0\r\n\r\n',
      ),
    );
    expect(head).not.toMatch(/X-Mine|Keep-Alive|\nTE|Trailer|Upgrade|Proxy-Authenticate/);
  });

  it('without framing is passed on to its end', async () => {
    const backend = await startScriptedBackend(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end');
      talk.end();
    });
    const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/`);
    running.push(front, backend);
    expect(splitAnswer(await front.get('/')).body).toBe('d\r\nuntil the end\r\n0\r\n\r\n');
  });

  it('to HEAD shows the length and has no body', async () => {
    const { front } = await start('ProxyPass / http://B/', 'HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n');
    const text = await front.exchange('HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(splitAnswer(text)).toMatchObject({
      head: expect.stringContaining('Content-Length: 77'),
      body: '',
    });
  });

  it('to HEAD does not show a length of 0, which most often means that no body was made', async () => {
    const { front } = await start('ProxyPass / http://B/', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    const text = await front.exchange('HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(text).not.toContain('Content-Length');
  });

  it('is without warnings that were made for another message', async () => {
    const text = await answered(
      'HTTP/1.1 200 OK\r\nWarning: 199 a "t" "Sun, 06 Nov 1994 08:49:37 GMT"\r\nWarning: 199 b "t"\r\nContent-Length: 0\r\n\r\n',
    );
    expect(text).not.toContain('199 a');
    expect(text).toContain('Warning: 199 b "t"');
  });

  it('keeps the first of two types', async () => {
    const text = await answered(
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n',
      undefined,
      '/x.css',
    );
    expect(text.match(/Content-Type: .*/g)).toEqual(['Content-Type: text/html']);
  });

  it('without a type gets none, whatever the URL looks like', async () => {
    expect(await answered(OK_TEXT, undefined, '/x.html')).not.toContain('Content-Type');
  });

  it('with 204 or 304 has no body and no length', async () => {
    for (const status of ['204 No Content', '304 Not Modified']) {
      const text = await answered(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\nETag: "x"\r\n\r\n`);
      expect(text).not.toContain('Content-Length');
      expect(splitAnswer(text)).toMatchObject({ status: `HTTP/1.1 ${status}`, body: '' });
    }
  });

  it('is preceded by early hints, but not by a 100 that nobody waits for', async () => {
    const text = await answered(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${OK_TEXT}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
  });

  it('has its trailers and chunk extensions dropped', async () => {
    const text = await answered(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n',
    );
    expect(text).toContain('hello');
    expect(text).not.toMatch(/X-Trailer|a=b/);
  });

  const reversed: [string, string, string, string][] = [
    [
      'a Location of the backend',
      'ProxyPassReverse /x http://B',
      'Location: http://B/a',
      'Location: http://www.example.test/x/a',
    ],
    [
      'in any case',
      'ProxyPassReverse /x http://B',
      'Location: HTTP://B/a',
      'Location: http://www.example.test/x/a',
    ],
    [
      'another host stays',
      'ProxyPassReverse /x http://B',
      'Location: http://other/a',
      'Location: http://other/a',
    ],
    [
      'a slash too few is no match',
      'ProxyPassReverse / http://B/',
      'Location: http://B',
      'Location: http://B',
    ],
    ['a path entry', 'ProxyPassReverse /rl/ /', 'Location: /a/b', 'Location: http://www.example.test/rl/a/b'],
    [
      'a relative Location stays otherwise',
      'ProxyPassReverse / http://B/',
      'Location: /a/b',
      'Location: /a/b',
    ],
    [
      'Content-Location, too',
      'ProxyPassReverse / http://B/',
      'Content-Location: http://B/c',
      'Content-Location: http://www.example.test/c',
    ],
    [
      'Refresh stays',
      'ProxyPassReverse / http://B/',
      'Refresh: 0; url=http://B/',
      'Refresh: 0; url=http://B/',
    ],
    [
      'the path of a cookie',
      'ProxyPassReverseCookiePath /int /ext',
      'Set-Cookie: a=b; Path=/int/x; HttpOnly',
      'Set-Cookie: a=b; Path=/ext; HttpOnly',
    ],
    [
      'the domain of a cookie',
      'ProxyPassReverseCookieDomain backend.local www.test',
      'Set-Cookie: a=b; DOMAIN=Backend.Local; Path=/',
      'Set-Cookie: a=b; DOMAIN=www.test; Path=/',
    ],
    [
      'a domain with a dot more stays',
      'ProxyPassReverseCookieDomain backend.local www.test',
      'Set-Cookie: a=b; domain=.backend.local',
      'Set-Cookie: a=b; domain=.backend.local',
    ],
    [
      'a path in another case stays',
      'ProxyPassReverseCookiePath /int /ext',
      'Set-Cookie: a=b; path=/INT',
      'Set-Cookie: a=b; path=/INT',
    ],
  ];
  for (const [name, conf, field, expected] of reversed) {
    it(`is put into the site's words: ${name}`, async () => {
      const backend = await startScriptedBackend(async (talk) => {
        await talk.request();
        const own = field.replace(/(http:\/\/)B/i, `$1127.0.0.1:${backend.port}`);
        talk.write(`HTTP/1.1 302 Found\r\n${own}\r\nContent-Length: 0\r\n\r\n`);
      });
      running.push(backend);
      const own = `http://127.0.0.1:${backend.port}`;
      const front = await startFront(`ProxyPass / ${own}/\n${conf.replace('http://B', own)}`);
      running.unshift(front);
      const { head } = splitAnswer((await front.get('/')).replaceAll(`127.0.0.1:${backend.port}`, 'B'));
      expect(head.split('\r\n')).toContain(expected);
    });
  }

  it('is replaced by the site’s own page under ProxyErrorOverride, its reason phrase kept', async () => {
    const bytes = 'HTTP/1.1 404 Nope\r\nX-Mine: 1\r\nContent-Length: 6\r\n\r\nno way';
    const conf = 'ProxyPass / http://B/\nProxyErrorOverride On\nErrorDocument 404 "ours"';
    const { status, head, body } = splitAnswer(await answered(bytes, conf));
    expect([status, body]).toEqual(['HTTP/1.1 404 Nope', 'ours']);
    expect(head).not.toContain('X-Mine');
    expect(splitAnswer(await answered(bytes, 'ProxyPass / http://B/\nProxyErrorOverride On 500')).body).toBe(
      'no way',
    );
  });
});

describe('a request that expects 100 Continue', () => {
  const HEAD =
    'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n';

  it('waits for the backend’s word before its body is read', async () => {
    const order: string[] = [];
    const backend = await startScriptedBackend(async (talk) => {
      order.push(/Expect: 100-continue/.test(await talk.head()) ? 'expectation' : 'no expectation');
      talk.write('HTTP/1.1 100 Continue\r\n\r\n');
      talk.socket.once('data', (chunk) => {
        order.push(chunk.toString());
        talk.write(OK_TEXT);
      });
    });
    const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/`);
    running.push(front, backend);
    const socket = await front.open();
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (order.length === 1 && text.startsWith('HTTP/1.1 100 Continue\r\n\r\n')) socket.write('hi');
    });
    socket.write(HEAD);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(order).toEqual(['expectation', 'hi']);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  it('is answered without its body where the backend refuses', async () => {
    const backend = await startScriptedBackend(async (talk) => {
      await talk.head();
      talk.write('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno');
    });
    const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/`);
    running.push(front, backend);
    expect(await front.exchange(HEAD)).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*no$/);
  });

  it('goes on by itself when the backend passes over the expectation', async () => {
    const { front, backend } = await start('ProxyPass / http://B/');
    expect(await front.exchange(`${HEAD}hi`)).toMatch(/HTTP\/1\.1 200 OK/);
    expect(backend.requests[0]).toMatch(/\r\n\r\nhi$/);
  });

  it('is told to go on by the front itself under Proxy100Continue Off', async () => {
    const { front, backend } = await start('ProxyPass / http://B/\nProxy100Continue Off');
    const socket = await front.open();
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text === 'HTTP/1.1 100 Continue\r\n\r\n') socket.write('hi');
    });
    socket.write(HEAD);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(backend.requests[0]).not.toContain('Expect');
    expect(text).toContain('HTTP/1.1 200 OK');
  });
});

describe('targets', () => {
  it('of a unix socket are reached, and the Host is that of the URL', async () => {
    const { mkdtempSync, rmSync } = await import('node:fs');
    const { createServer } = await import('node:net');
    const folder = mkdtempSync('/tmp/portico-socket-');
    const requests: string[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk) => {
        requests.push(chunk.toString());
        socket.write(OK_TEXT);
      });
    });
    await new Promise<void>((resolve) => server.listen(`${folder}/s`, resolve));
    const front = await startFront(`ProxyPass / unix:${folder}/s|http://udshost/`);
    running.push(front, {
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          rmSync(folder, { recursive: true });
        }),
    });
    expect(splitAnswer(await front.get('/x')).body).toBe('hello');
    expect(requests[0]).toMatch(/^GET \/x HTTP\/1\.1\r\nHost: udshost\r\n/);
  });

  it('of schemes that are missing are answered 500, and the log names what is missing', async () => {
    const front = await startFront('ProxyPass / ajp://127.0.0.1:1/');
    running.push(front);
    expect(splitAnswer(await front.get('/')).status).toBe('HTTP/1.1 500 Internal Server Error');
    expect(front.log.join('\n')).toMatch(
      /AH01144: No protocol handler was valid for the URL \/ \(scheme 'ajp'\).*AJP is not spoken/,
    );
  });

  it('cannot be extended by the request where the configuration spells the host', async () => {
    const { front, backend } = await start('ProxyPass /p/ http://B\nProxyPassMatch ^/m(.*)$ http://B$1');
    for (const path of ['/p/@127.0.0.1:1/', '/p/1/', '/m@127.0.0.1:1/', '/m1/']) {
      expect(splitAnswer(await front.get(path)).status).toBe('HTTP/1.1 403 Forbidden');
    }
    expect(front.log.join('\n')).toContain('what follows the host comes from the request');
    expect(splitAnswer(await front.get('/m/x')).body).toBe('hello');
    expect(backend.requests.length).toBe(1);
  });

  it('of sections apply by their URL, and workers by the longest one', async () => {
    const { front, backend } = await start(
      'ProxyPass /a http://B/one\nProxyPass /b http://B/two disablereuse=on\n<Proxy http://B/two>\nProxyAddHeaders Off\n</Proxy>',
    );
    await front.get('/a/x');
    await front.get('/b/x');
    expect(backend.requests[0]).toMatch(/^GET \/one\/x [\s\S]*X-Forwarded-For[\s\S]*Connection: Keep-Alive/);
    expect(backend.requests[1]).toMatch(/^GET \/two\/x (?![\s\S]*X-Forwarded-For)[\s\S]*Connection: close/);
  });
});
