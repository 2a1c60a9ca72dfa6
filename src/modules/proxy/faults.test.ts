import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../test/support/ports.ts';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import {
  answering,
  type ScriptedBackend,
  startScriptedBackend,
  type Talk,
} from '../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(
  script: (talk: Talk, index: number) => Promise<void> | void,
  conf = '',
  parameters = '',
): Promise<{ front: Front; backend: ScriptedBackend }> {
  const backend = await startScriptedBackend(script);
  running.push(backend);
  const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/ ${parameters}\n${conf}`);
  running.unshift(front);
  return { front, backend };
}

const OK_TEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';

/** Sends a request on the socket and reads until the text seems complete. */
async function ask(socket: Socket, bytes: string, until: RegExp): Promise<string> {
  let text = '';
  const done = new Promise<void>((resolve) => {
    const look = (): void => {
      if (until.test(text)) resolve();
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      look();
    });
    socket.once('close', () => resolve());
  });
  socket.write(bytes, 'latin1');
  await done;
  socket.removeAllListeners('data');
  return text;
}

const GET = 'GET /x HTTP/1.1\r\nHost: www.example.test\r\n\r\n';

describe('a backend that cannot be reached', () => {
  it('is answered 503, with the attempt in the log', async () => {
    const port = await freePort();
    const front = await startFront(`ProxyPass / http://127.0.0.1:${port}/`);
    running.push(front);
    const { status, body } = splitAnswer(await front.get('/x'));
    expect(status).toBe('HTTP/1.1 503 Service Unavailable');
    expect(body).toContain('<title>503 Service Unavailable</title>');
    const log = front.log.join('\n');
    expect(log).toContain(
      `(111)Connection refused: AH00957: http: attempt to connect to 127.0.0.1:${port} (127.0.0.1:${port}) failed`,
    );
    expect(log).toContain('AH01114: HTTP: failed to make connection to backend: 127.0.0.1');
  });

  it('is answered 502 where only 502 has an ErrorDocument, and the log says why', async () => {
    const port = await freePort();
    const front = await startFront(`ProxyPass / http://127.0.0.1:${port}/\nErrorDocument 502 "started soon"`);
    running.push(front);
    const { status, body } = splitAnswer(await front.get('/x'));
    expect(status).toMatch(/^HTTP\/1\.1 502 /);
    expect(body).toBe('started soon');
    expect(front.log.join('\n')).toContain('answering 502 instead of 503');
  });

  it('is answered 503 where both have an ErrorDocument', async () => {
    const port = await freePort();
    const front = await startFront(
      `ProxyPass / http://127.0.0.1:${port}/\nErrorDocument 502 "a"\nErrorDocument 503 "b"`,
    );
    running.push(front);
    const { status, body } = splitAnswer(await front.get('/x'));
    expect([status, body]).toEqual(['HTTP/1.1 503 Service Unavailable', 'b']);
  });

  it('is answered 500 Proxy Error when its name is unknown', async () => {
    const front = await startFront('ProxyPass / "http://127.0.0.1:1a/"').catch((error: Error) => error);
    expect(front).toBeInstanceOf(Error);
    const other = await startFront('ProxyPassMatch ^/(.*) http://$1/');
    running.push(other);
    const { status, body } = splitAnswer(await other.get('/a%20b'));
    expect(status).toBe('HTTP/1.1 500 Proxy Error');
    expect(body).toContain(
      '<h1>Proxy Error</h1>\nThe proxy server could not handle the request<p>Reason: <strong>DNS',
    );
    expect(other.log.join('\n')).toContain('AH00898: DNS lookup failure for: a b returned by /a b');
  });
});

describe('a backend that fails before its status line', () => {
  const expected = 'HTTP/1.1 502 Proxy Error';

  it('closes at once: 502 Proxy Error', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.end();
    });
    const { status, body } = splitAnswer(await front.get('/x'));
    expect(status).toBe(expected);
    expect(body).toContain('Reason: <strong>Error reading from remote server</strong>');
    expect(front.log.join('\n')).toContain(
      'AH01102: error reading status line from remote server 127.0.0.1:',
    );
  });

  it('resets the connection: 502 Proxy Error', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.reset();
    });
    expect(splitAnswer(await front.get('/x')).status).toBe(expected);
  });

  it('closes within the head: 502', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nContent-Le');
      talk.end();
    });
    expect(splitAnswer(await front.get('/x')).status).toBe(expected);
  });

  it('says nothing for the whole timeout: 502, not 504', async () => {
    const { front } = await start(async (talk) => void (await talk.request()), '', 'timeout=1');
    const from = performance.now();
    expect(splitAnswer(await front.get('/x')).status).toBe(expected);
    expect(performance.now() - from).toBeGreaterThan(990);
    expect(performance.now() - from).toBeLessThan(3000);
    expect(front.log.join('\n')).toContain('(70007)The timeout specified has expired: AH01102');
  });

  it('on a client connection that was used before: closes it without an answer, so that the client tries again', async () => {
    const { front } = await start(async (talk, index) => {
      await talk.request();
      if (index === 0) talk.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello`);
      talk.end();
    });
    const socket = await front.open();
    expect(await ask(socket, GET, /hello$/)).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await ask(socket, GET, /never/)).toBe('');
  });
});

describe('a backend that breaks off within the body', () => {
  it('cuts a counted body short and closes', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      talk.end();
    });
    const { head, body } = splitAnswer(await front.get('/x'));
    expect(head).toContain('Content-Length: 100');
    expect(body).toBe('abc');
  });

  it('never ends a chunked body as if it were whole', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
      await sleep(30);
      talk.reset();
    });
    const { head, body } = splitAnswer(await front.get('/x'));
    expect(head).toContain('Transfer-Encoding: chunked');
    expect(body).toBe('3\r\nabc\r\n');
  });

  it('does not take a reset for the end of a body that ends with the connection', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\n\r\nabc');
      await sleep(30);
      talk.reset();
    });
    expect(splitAnswer(await front.get('/x')).body).not.toContain('0\r\n\r\n');
  });

  it('is silent for the timeout: the client is cut off', async () => {
    const { front } = await start(
      async (talk) => {
        await talk.request();
        talk.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      },
      '',
      'timeout=1',
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('abc');
  });

  it('sends a malformed chunk: the client is cut off', async () => {
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
      await sleep(30);
      talk.write('zz\r\n');
    });
    expect(splitAnswer(await front.get('/x')).body).toBe('3\r\nabc\r\n');
  });
});

describe('heads that cannot be passed on', () => {
  const cases: [string, string, string, string?][] = [
    ['another major version', 'HTTP/2.0 200 OK\r\n\r\n', '502 Proxy Error'],
    ['an empty first line', '\r\n\r\nHTTP/1.1 200 OK\r\n\r\n', '502 Proxy Error'],
    ['a line without colon', 'HTTP/1.1 200 OK\r\nfoo\r\n\r\n', '502 Bad Gateway', 'AH01106'],
    ['an overlong line', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(9000)}\r\n\r\n`, '502 Bad Gateway', 'AH10124'],
    ['a space in a name', 'HTTP/1.1 200 OK\r\nX Y: 1\r\n\r\n', '500 Internal Server Error', 'AH02430'],
    [
      'a control byte in a value',
      'HTTP/1.1 200 OK\r\nX: a\x01b\r\n\r\n',
      '500 Internal Server Error',
      'AH02430',
    ],
    ['a bare CR in a value', 'HTTP/1.1 200 OK\r\nX: a\rY: b\r\n\r\n', '500 Internal Server Error', 'AH02430'],
    ['a bare CR in the status line', 'HTTP/1.1 200 OK\rX: y\r\n\r\n', '502 Proxy Error'],
    ['no status line', 'plain old body\nmore\n', '502 Proxy Error', 'Corrupt status line'],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc',
      '502 Bad Gateway',
    ],
    [
      'a coding beneath chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
      '502 Bad Gateway',
      'bad Transfer-Encoding',
    ],
    [
      'a length that is no number',
      'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n',
      '502 Bad Gateway',
      'AH01110',
    ],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
      '502 Proxy Error',
      'Unexpected Upgrade: websocket (expecting n/a)',
    ],
    [
      'ten interim responses',
      `${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(10)}${OK_TEXT}`,
      '502 Proxy Error',
    ],
  ];
  for (const [name, bytes, status, log] of cases) {
    it(`${name}: ${status}`, async () => {
      const { front } = await start(answering(bytes));
      const last = (await front.get('/x')).split(/\r\n\r\n(?=HTTP)/).at(-1)!;
      expect(splitAnswer(last).status).toBe(`HTTP/1.1 ${status}`);
      if (log !== undefined) expect(front.log.join('\n')).toContain(log);
    });
  }

  it('nine interim responses are passed on', async () => {
    const { front } = await start(answering(`${'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(9)}${OK_TEXT}`));
    expect((await front.get('/x')).match(/^HTTP\/1\.1 \d{3}/gm)).toEqual([
      ...Array.from({ length: 9 }, () => 'HTTP/1.1 103'),
      'HTTP/1.1 200',
    ]);
  });

  it('ProxyBadHeader Ignore passes over a line without colon', async () => {
    const { front } = await start(
      answering('HTTP/1.1 200 OK\r\nfoo\r\nContent-Length: 2\r\n\r\nhi'),
      'ProxyBadHeader Ignore',
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('hi');
  });
});

describe('connections to a backend', () => {
  it('are used again, also for [P] rules', async () => {
    const backend = await startScriptedBackend(answering(OK_TEXT));
    const front = await startFront(
      `RewriteEngine On\nRewriteRule ^(.*) http://127.0.0.1:${backend.port}$1 [P]`,
    );
    running.push(front, backend);
    for (let i = 0; i < 3; i++) expect(splitAnswer(await front.get('/x')).body).toBe('hello');
    expect([backend.requests.length, backend.connections.length]).toEqual([3, 1]);
    expect(backend.requests[0]).toContain('Connection: Keep-Alive\r\n');
  });

  it('are not used again with disablereuse=on', async () => {
    const { front, backend } = await start(answering(OK_TEXT), '', 'disablereuse=on');
    for (let i = 0; i < 2; i++) await front.get('/x');
    expect(backend.connections.length).toBe(2);
    expect(backend.requests[0]).toContain('Connection: close\r\n');
  });

  it('that died while idle are replaced without the client noticing', async () => {
    const { front, backend } = await start(async (talk) => {
      await talk.request();
      talk.write(OK_TEXT);
      // The next request is met by a reset instead of an answer.
      await talk.head();
      talk.reset();
    });
    await front.get('/x');
    // The second request goes to the dying connection, and then to a new one.
    expect(splitAnswer(await front.get('/y')).body).toBe('hello');
    expect(backend.connections.length).toBe(2);
  });

  it('that die are not replaced for a POST, which might be done twice', async () => {
    const { front, backend } = await start(async (talk) => {
      await talk.request();
      talk.write(OK_TEXT);
      await talk.request();
      talk.reset();
    });
    await front.get('/x');
    const post = 'POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';
    expect(splitAnswer(await front.exchange(post)).status).toBe('HTTP/1.1 502 Proxy Error');
    expect(backend.requests.filter((text) => text.startsWith('POST')).length).toBe(1);
  });

  it('that die are replaced for a PUT with a small body, which is sent again whole', async () => {
    const { front, backend } = await start(async (talk, index) => {
      await talk.request();
      talk.write(OK_TEXT);
      if (index > 0) return;
      await talk.request();
      talk.reset();
    });
    await front.get('/x');
    const put = 'PUT /y HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';
    expect(splitAnswer(await front.exchange(put)).body).toBe('hello');
    expect(backend.requests.filter((text) => /^PUT[\s\S]*\r\n\r\nhi$/.test(text)).length).toBe(2);
  });

  it('that die after the beginning of an answer are not tried again', async () => {
    const { front, backend } = await start(async (talk, index) => {
      await talk.request();
      if (index > 0) return;
      talk.write(OK_TEXT);
      await talk.request();
      talk.write('HTTP/1.1 2');
      await sleep(20);
      talk.reset();
    });
    await front.get('/x');
    expect(splitAnswer(await front.get('/y')).status).toBe('HTTP/1.1 502 Proxy Error');
    expect(backend.connections.length).toBe(1);
  });

  it('on which a backend speaks unasked are dropped, and nobody hears it', async () => {
    const { front, backend } = await start(async (talk, index) => {
      await talk.request();
      talk.write(OK_TEXT);
      if (index > 0) return;
      await sleep(20);
      talk.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison');
    });
    await front.get('/x');
    await sleep(60);
    expect(await front.get('/y')).not.toContain('poison');
    expect(backend.connections.length).toBe(2);
  });

  it('with bytes behind a complete answer are dropped, and nobody gets those bytes', async () => {
    const { front, backend } = await start(
      answering(`${OK_TEXT}HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison`),
    );
    expect(splitAnswer(await front.get('/x')).body).toBe('hello');
    expect(splitAnswer(await front.get('/y')).body).toBe('hello');
    expect(backend.connections.length).toBe(2);
  });

  it('with both framings or two lengths are not used again', async () => {
    const { front, backend } = await start(
      answering(
        'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      ),
    );
    const { head } = splitAnswer(await front.get('/x'));
    expect(head).not.toContain('Content-Length: 3');
    await front.get('/y');
    expect(backend.connections.length).toBe(2);
  });

  it('are closed after the short time that ttl gives', async () => {
    const { front, backend } = await start(answering(OK_TEXT), '', 'ttl=1');
    await front.get('/x');
    const from = performance.now();
    await backend.connections[0]!.closed();
    expect(performance.now() - from).toBeGreaterThan(500);
    expect(performance.now() - from).toBeLessThan(3000);
  });

  it('never exceed max; who waits longer than acquire is answered 503', async () => {
    const { front, backend } = await start(
      async (talk) => {
        await talk.request();
        await sleep(700);
        talk.write(OK_TEXT);
      },
      '',
      'max=1 acquire=100',
    );
    const [first, second] = await Promise.all([front.get('/x'), sleep(50).then(() => front.get('/y'))]);
    expect(splitAnswer(first!).body).toBe('hello');
    expect(splitAnswer(second!).status).toBe('HTTP/1.1 503 Service Unavailable');
    expect(backend.connections.length).toBe(1);
  });

  it('are handed to who waits for them', async () => {
    const { front, backend } = await start(
      async (talk) => {
        while ((await talk.request()) !== '') {
          await sleep(50);
          talk.write(OK_TEXT);
        }
      },
      '',
      'max=1',
    );
    const answers = await Promise.all([front.get('/x'), front.get('/y'), front.get('/z')]);
    expect(answers.map((answer) => splitAnswer(answer).body)).toEqual(['hello', 'hello', 'hello']);
    expect(backend.connections.length).toBe(1);
  });
});

describe('a client that goes away', () => {
  it('frees the backend that was still thinking', async () => {
    let isClosed = false;
    const { front, backend } = await start(async (talk) => {
      await talk.request();
      await talk.closed();
      isClosed = true;
    });
    const socket = await front.open();
    socket.write(GET);
    while (backend.requests.length === 0) await sleep(5);
    socket.resetAndDestroy();
    for (let i = 0; i < 100 && !isClosed; i++) await sleep(10);
    expect(isClosed).toBe(true);
  });

  it('frees the backend in the middle of a body', async () => {
    let isClosed = false;
    const { front } = await start(async (talk) => {
      await talk.request();
      talk.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n');
      const timer = setInterval(() => talk.write('x'.repeat(10_000)), 2);
      talk.socket.on('error', () => undefined);
      await talk.closed();
      clearInterval(timer);
      isClosed = true;
    });
    const socket = await front.open();
    socket.write(GET);
    await once(socket, 'data');
    socket.resetAndDestroy();
    for (let i = 0; i < 200 && !isClosed; i++) await sleep(10);
    expect(isClosed).toBe(true);
  });
});
