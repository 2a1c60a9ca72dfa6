// Backends that fail and clients that flood, on the built portico: what the other side sees of it, and that the server
// serves on, in the same process, after each of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { curl } from '../support/curl.ts';
import { testWith } from '../support/parts.ts';
import { type Act, type Play, startPlay } from '../support/play.ts';
import { freePort } from '../support/ports.ts';
import { residentMemory } from '../support/process-memory.ts';
import { until } from '../support/scene.ts';
import { pour, type Talk } from '../support/scripted-backend.ts';

const MEGABYTE = 2 ** 20;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

/** Writes `text` again and again until the other side closes, or 64 MB are written. */
async function flood(talk: Talk, text: string): Promise<void> {
  await pour(talk, Buffer.from(text.repeat(Math.ceil(65_536 / text.length)), 'latin1'), 64 * MEGABYTE);
}

/** What the backend does for each path. */
const ACTS: Readonly<Record<string, Act>> = {
  '/cut-length': (talk) => {
    talk.write(`${HEAD}Content-Length: 10\r\n\r\nhello`);
    talk.end();
  },
  '/cut-chunks': (talk) => {
    talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    talk.end();
  },
  '/cut-inside-chunk': (talk) => {
    talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n8\r\nhello`);
    talk.end();
  },
  '/cut-before-last-line': (talk) => {
    talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n`);
    talk.end();
  },
  '/cut-large': async (talk) => {
    talk.write(`${HEAD}Content-Length: ${8 * MEGABYTE}\r\n\r\n`);
    await pour(talk, Buffer.alloc(65_536, 'x'), 4 * MEGABYTE);
    talk.reset();
  },
  '/cut-head': (talk) => {
    talk.write('HTTP/1.1 200 OK\r\nContent-Le');
    talk.end();
  },
  '/reset-behind-head': async (talk) => {
    talk.write(`${HEAD}Content-Length: 10\r\n\r\n`);
    await sleep(50);
    talk.reset();
  },
  '/reset-in-head': async (talk) => {
    talk.write('HTTP/1.1 200 OK\r\nContent-Le');
    await sleep(50);
    talk.reset();
  },
  '/closes': (talk) => talk.end(),
  '/resets': (talk) => talk.reset(),
  '/binary': (talk) => {
    talk.write('\x00\x01\x02\xff\xfe\r\n\r\n\x00');
    talk.end();
  },
  '/not-http': (talk) => {
    talk.write('220 mail.example.test ESMTP\r\n');
    talk.end();
  },
  '/bad-fields': (talk) => talk.write('HTTP/1.1 200 OK\r\nthis is no field\r\n\r\n'),
  '/bad-chunk': (talk) => talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`),
  '/endless-line': (talk) => flood(talk, 'HTTP/1.1 200 OK '),
  '/endless-fields': async (talk) => {
    talk.write('HTTP/1.1 200 OK\r\n');
    await flood(talk, 'X-A: aaaaaaaaaaaaaaaaaaaaaaaaaa\r\n');
  },
  '/endless-interim': (talk) => flood(talk, 'HTTP/1.1 103 Early Hints\r\n\r\n'),
  '/endless-chunk-line': async (talk) => {
    talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n`);
    await flood(talk, '0000000000000000');
  },
  '/hints': (talk) =>
    talk.write(
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n${HEAD}Content-Length: 3\r\n\r\nok\n`,
    ),
  '/one': (talk) => talk.write(`${HEAD}Content-Length: 4\r\n\r\none\n`),
  '/two': (talk) => talk.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n4\r\ntwo\n\r\n0\r\n\r\n`),
  '/three': (talk) => talk.write(`${HEAD}Content-Length: 6\r\n\r\nthree\n`),
};

const act: Act = async (talk, request) => {
  const path = / (\S+) /.exec(request)?.[1] ?? '';
  await ACTS[path]?.(talk, request);
};

let play: Play;
let deadPort: number;

beforeAll(async () => {
  deadPort = await freePort();
  play = await startPlay(
    `ProxyPass /dead http://127.0.0.1:${deadPort}/\nProxyPass / http://127.0.0.1:{BACKEND}/\n`,
    act,
  );
  await play.received();
});

afterAll(() => play.close());

// After every fault a request on a new connection is answered, by the process that was started.
afterEach(async () => {
  await play.received();
});

function get(path: string, version = '1.1', fields = ''): Promise<string> {
  return play.send(`GET ${path} HTTP/${version}\r\nHost: x\r\nConnection: close\r\n${fields}\r\n`);
}

describe('a backend that breaks off within a body', () => {
  for (const path of ['/cut-length', '/cut-large', '/reset-behind-head']) {
    testWith(['curl'], `of known length leaves the client with less than was promised: ${path}`, async () => {
      const run = await curl(['-o', '/dev/null', `${play.scene.origin}${path}`]);
      // curl 18: a partial file, fewer bytes than Content-Length said.
      expect(run.code).toBe(18);
    });
  }

  for (const path of ['/cut-chunks', '/cut-inside-chunk', '/cut-before-last-line', '/bad-chunk']) {
    testWith(['curl'], `in chunks leaves the client without the last chunk: ${path}`, async () => {
      const text = await get(path);
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(text).toMatch(/\r\nTransfer-Encoding: chunked\r\n/);
      expect(text).not.toMatch(/\r\n0+\r\n/);
      expect((await curl(['-o', '/dev/null', `${play.scene.origin}${path}`])).code).toBe(18);
    });

    testWith(['curl'], `does not look like the end of a body to an HTTP/1.0 client: ${path}`, async () => {
      const run = await curl(['--http1.0', '-o', '/dev/null', `${play.scene.origin}${path}`]);
      // curl 56: the connection was reset. A plain close would be the end of the body.
      expect(run.code).toBe(56);
    });
  }
});

describe('a backend that fails before a body', () => {
  for (const [path, status, reason] of [
    ['/closes', '502 Proxy Error', 'Error reading from remote server'],
    ['/resets', '502 Proxy Error', 'Error reading from remote server'],
    ['/cut-head', '502 ', ''],
    ['/reset-in-head', '502 ', ''],
    ['/binary', '502 ', ''],
    ['/bad-fields', '502 Bad Gateway', ''],
    ['/endless-fields', '502 ', ''],
    ['/endless-interim', '502 Proxy Error', 'interim responses from origin server'],
    ['/dead', '503 Service Unavailable', ''],
  ] as const) {
    test(`is answered ${status.slice(0, 3)}: ${path}`, async () => {
      const last = (await get(path)).split(/(?<=\r\n\r\n)(?=HTTP\/1\.1)/).at(-1) ?? '';
      expect(last.slice(0, 9 + status.length)).toBe(`HTTP/1.1 ${status}`);
      expect(last).toContain(reason);
      expect(last.trimEnd().endsWith('</html>')).toBe(true);
    });
  }

  test('by speaking another language is answered 502, and what it said is not passed on', async () => {
    const text = await get('/not-http');
    expect(text).toMatch(/^HTTP\/1\.1 502 Proxy Error\r\n/);
    expect(text.replaceAll('Corrupt status line returned by remote server: 220 mail', '')).not.toContain(
      '220 mail',
    );
  });
});

describe('a backend that floods', () => {
  for (const [path, beginning] of [
    ['/endless-line', 'HTTP/1.1 502 '],
    ['/endless-fields', 'HTTP/1.1 502 '],
    ['/endless-interim', 'HTTP/1.1 103 '],
    ['/endless-chunk-line', 'HTTP/1.1 200 OK\r\n'],
  ] as const) {
    test(`is cut off, in bounded memory: ${path}`, async () => {
      const before = residentMemory(play.server.pid).peak;
      const known = play.backend.connections.length;
      const text = await get(path);
      expect(text.slice(0, beginning.length)).toBe(beginning);
      expect(text).not.toMatch(/\r\n0+\r\n\r\n$/);
      expect(text.length).toBeLessThan(100_000);
      // The connection may be one that was there before: it is the one that has carried the flood.
      const flooded = play.backend.connections.slice(Math.max(0, known - 1));
      await until('the end of the connection', () =>
        flooded.some((talk) => talk.socket.destroyed && talk.socket.bytesWritten > 60_000) ? true : undefined,
      );
      expect(Math.max(...flooded.map((talk) => talk.socket.bytesWritten))).toBeLessThan(32 * MEGABYTE);
      expect(residentMemory(play.server.pid).peak - before).toBeLessThan(16 * 1024);
    });
  }
});

describe('a backend that never answers', () => {
  test('is given up after ProxyTimeout: 502, as Apache, and its connection is closed', async () => {
    const patient = await startPlay(
      'ProxyTimeout 1\nProxyPass / http://127.0.0.1:{BACKEND}/\n',
      () => undefined,
    );
    try {
      const from = performance.now();
      const text = await patient.send('GET /silent HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      const elapsed = performance.now() - from;
      expect(text).toMatch(/^HTTP\/1\.1 502 Proxy Error\r\n/);
      expect(text).toContain('<strong>Error reading from remote server</strong>');
      expect(elapsed).toBeGreaterThanOrEqual(1000);
      expect(elapsed).toBeLessThan(5000);
      const [talk] = patient.backend.connections;
      await until('the end of the connection', () => (talk?.socket.destroyed === true ? true : undefined));
      expect(await patient.received()).toHaveLength(1);
    } finally {
      await patient.close();
    }
  });
});

describe('several messages on one connection', () => {
  testWith(
    ['curl'],
    'interim answers come before the answer, without a 100 that nobody waits for',
    async () => {
      const run = await curl(['-i', `${play.scene.origin}/hints`]);
      expect(statusesIn(run.stdout)).toEqual([103, 200]);
      expect(run.stdout).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>\r\n/);
      expect(run.stdout.endsWith('\r\n\r\nok\n')).toBe(true);
    },
  );

  test('pipelined requests are answered in their order, each one once', async () => {
    const text = await play.send(
      'GET /one HTTP/1.1\r\nHost: x\r\n\r\nPOST /two HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ndata' +
        'HEAD /three HTTP/1.1\r\nHost: x\r\n\r\nGET /three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(statusesIn(text)).toEqual([200, 200, 200, 200]);
    expect(text.indexOf('one\n')).toBeLessThan(text.indexOf('two\n'));
    expect(text.endsWith('\r\n\r\nthree\n')).toBe(true);
    const lines = (await play.received()).map((request) => request.split('\r\n')[0]);
    expect(lines).toEqual([
      'GET /one HTTP/1.1',
      'POST /two HTTP/1.1',
      'HEAD /three HTTP/1.1',
      'GET /three HTTP/1.1',
    ]);
  });
});
