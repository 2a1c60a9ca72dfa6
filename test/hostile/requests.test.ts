// Requests whose end is in doubt, byte by byte: at most one request reaches the backend for each one that was sent, and
// the connection ends where nobody can say where the next one begins.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type Play, startPlay } from '../support/play.ts';

let play: Play;

beforeAll(async () => {
  play = await startPlay('ProxyPass / http://127.0.0.1:{BACKEND}/\n');
});

afterAll(() => play.close());

/** What stands behind a message of doubtful length. No test wants it answered. */
const INNER = 'GET /inner HTTP/1.1\r\nHost: inner\r\n\r\n';

/** The fields that portico adds. */
const ADDED = 'X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: x\r\nX-Forwarded-Server: www.example.test\r\n';

interface Outcome {
  readonly statuses: number[];
  readonly text: string;
  /** What the backend received. */
  readonly received: string[];
}

/** Sends bytes and waits until the server has closed the connection: that it does is part of every test. */
async function outcome(bytes: string): Promise<Outcome> {
  const text = await play.send(bytes);
  return { statuses: statusesIn(text), text, received: await play.received() };
}

/** A request as the backend has to receive it. */
function forwarded(line: string, fields = '', body?: string): string {
  const length = body === undefined ? '' : `Content-Length: ${body.length}\r\n`;
  return `${line}\r\nHost: 127.0.0.1:${play.backend.port}\r\n${fields}${ADDED}${length}Connection: Keep-Alive\r\n\r\n${body ?? ''}`;
}

async function expectRefused(bytes: string, status = 400): Promise<string> {
  const { statuses, text, received } = await outcome(bytes);
  expect(statuses).toEqual([status]);
  expect(received).toEqual([]);
  expect(text).toMatch(/\r\nConnection: close\r\n/);
  return text;
}

function post(fields: string, body: string): string {
  return `POST /up HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}`;
}

describe('a body with a malformed chunk', () => {
  for (const [name, body] of [
    ['size zz (CVE-2022-22720)', 'zz\r\nhello\r\n0\r\n\r\n'],
    ['size 0x5', '0x5\r\nhello\r\n0\r\n\r\n'],
    ['size -5', '-5\r\nhello\r\n0\r\n\r\n'],
    ['size +5', '+5\r\nhello\r\n0\r\n\r\n'],
    ['size with an underscore', '1_0\r\nhello\r\n0\r\n\r\n'],
    ['no size', '\r\nhello\r\n0\r\n\r\n'],
    ['extension that ends with a bare LF (CVE-2025-22871)', '5;a\nhello\r\n0\r\n\r\n'],
    ['size that ends with a bare LF (CVE-2025-22871)', '5\nhello\r\n0\r\n\r\n'],
    ['extension with a bare CR', '5;a\rb\r\nhello\r\n0\r\n\r\n'],
    ['data longer than its size', '5\r\nhelloworld\r\n0\r\n\r\n'],
    ['data shorter than its size', '5\r\nhell\r\n0\r\n\r\n'],
    ['last chunk that ends with a bare LF', '5\r\nhello\r\n0\n\n'],
  ] as const) {
    test(`${name} is answered 400 once, and the request behind it never`, async () => {
      await expectRefused(post('Transfer-Encoding: chunked\r\n', `${body}${INNER}`));
    });
  }

  test('size beyond what can be counted is answered 413 once, and the request behind it never', async () => {
    const body = '10000000000000005\r\nhello\r\n0\r\n\r\n';
    await expectRefused(post('Transfer-Encoding: chunked\r\n', `${body}${INNER}`), 413);
  });
});

describe('a length that is none', () => {
  for (const [name, field] of [
    ['twice, equal', 'Content-Length: 4\r\nContent-Length: 4\r\n'],
    ['twice, different', 'Content-Length: 4\r\nContent-Length: 40\r\n'],
    ['twice, in different case (CVE-2026-1525)', 'Content-Length: 0\r\ncontent-length: 4\r\n'],
    ['a list', 'Content-Length: 4, 4\r\n'],
    ['with a plus', 'Content-Length: +4\r\n'],
    ['with a minus', 'Content-Length: -4\r\n'],
    ['in hexadecimal', 'Content-Length: 0x4\r\n'],
    ['empty', 'Content-Length:\r\n'],
    ['beyond what can be counted', 'Content-Length: 99999999999999999999\r\n'],
    ['with a space before the colon (CVE-2024-27982)', 'Content-Length : 4\r\n'],
    ['with a tab before the colon', 'Content-Length\t: 4\r\n'],
    ['folded', 'Content-Length:\r\n 4 4\r\n'],
    ['behind a bare CR', 'X: y\rContent-Length: 4\r\n'],
    ['behind a bare LF (CVE-2022-35256)', 'X: y\nContent-Length: 4\r\n'],
  ] as const) {
    test(`${name} is answered 400 once, and nothing reaches the backend`, async () => {
      await expectRefused(post(field, `data${INNER}`));
    });
  }
});

describe('a transfer coding that is not plain chunked', () => {
  for (const [name, field] of [
    ['xchunked', 'Transfer-Encoding: xchunked\r\n'],
    ['chunkedchunked (CVE-2022-32213)', 'Transfer-Encoding: chunkedchunked\r\n'],
    ['chunked, identity', 'Transfer-Encoding: chunked, identity\r\n'],
    ['over two lines (CVE-2022-32215)', 'Transfer-Encoding: chunked\r\n , identity\r\n'],
    ['in two fields', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n'],
    ['with a vertical tab', 'Transfer-Encoding: \x0bchunked\r\n'],
    ['with a space before the colon', 'Transfer-Encoding : chunked\r\n'],
    ['in quotes', 'Transfer-Encoding: "chunked"\r\n'],
    ['empty', 'Transfer-Encoding:\r\nContent-Length: 4\r\n'],
  ] as const) {
    test(`${name} is refused once, and nothing reaches the backend`, async () => {
      const text = await play.send(post(field, `5\r\nhello\r\n0\r\n\r\n${INNER}`));
      expect(statusesIn(text)).toHaveLength(1);
      expect(statusesIn(text)[0]).toBeGreaterThanOrEqual(400);
      expect(await play.received()).toEqual([]);
    });
  }
});

describe('a body with both framings', () => {
  test('is read by its chunks and sent on with a length; the connection ends behind it', async () => {
    const fields = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n';
    const { statuses, received } = await outcome(post(fields, `5\r\nhello\r\n0\r\n\r\n${INNER}`));
    expect(statuses).toEqual([200]);
    expect(received).toEqual([forwarded('POST /up HTTP/1.1', '', 'hello')]);
  });

  test('from HTTP/1.0 (CVE-2026-2835) is read by its chunks; the connection ends behind it', async () => {
    const bytes = `POST /up HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n${INNER}`;
    const { statuses, received } = await outcome(bytes);
    expect(statuses).toEqual([200]);
    expect(received).toEqual([forwarded('POST /up HTTP/1.1', '', 'hello')]);
  });
});

describe('a body of a method that seldom has one (CVE-2026-29057)', () => {
  const size = INNER.length.toString(16);
  for (const method of ['DELETE', 'OPTIONS', 'GET', 'HEAD']) {
    test(`${method}: the request inside stays a body, also where Connection nominates its framing`, async () => {
      const nominated = 'Connection: Transfer-Encoding, upgrade, close\r\nUpgrade: h2c\r\n';
      const { statuses, received } = await outcome(
        `${method} /x HTTP/1.1\r\nHost: x\r\n${nominated}Transfer-Encoding: chunked\r\n\r\n${size}\r\n${INNER}\r\n0\r\n\r\n`,
      );
      expect(statuses).toEqual([200]);
      expect(received).toEqual([forwarded(`${method} /x HTTP/1.1`, '', INNER)]);
    });

    test(`${method}: nor does nominating Content-Length let the body out`, async () => {
      const { statuses, received } = await outcome(
        `${method} /x HTTP/1.1\r\nHost: x\r\nConnection: Content-Length, close\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}`,
      );
      expect(statuses).toEqual([200]);
      expect(received).toEqual([forwarded(`${method} /x HTTP/1.1`, '', INNER)]);
    });
  }
});

describe('more fields than the limit (CVE-2026-58044)', () => {
  for (const [name, framing] of [
    ['Content-Length', `Content-Length: ${INNER.length}\r\n`],
    ['Transfer-Encoding', 'Transfer-Encoding: chunked\r\n'],
  ] as const) {
    test(`never hide ${name}: 400, closed, nothing reaches the backend`, async () => {
      const text = await expectRefused(
        `GET / HTTP/1.1\r\nHost: x\r\n${'a:\r\n'.repeat(1100)}${framing}\r\n${INNER}`,
      );
      expect(text).toContain('number of request header fields exceeds');
    });
  }

  test('by one are refused, and as many as the limit are passed on', async () => {
    const request = (count: number): string =>
      `GET /n HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${Array.from({ length: count - 2 }, (_, i) => `F${i}: ${i}\r\n`).join('')}\r\n`;
    expect(await expectRefused(request(101))).toContain('number of request header fields exceeds');
    const { statuses, received } = await outcome(request(100));
    expect(statuses).toEqual([200]);
    expect(received[0]).toContain('\r\nF97: 97\r\n');
  });
});

describe('an odd end of a line', () => {
  for (const [name, bytes] of [
    ['of the head, CR X (CVE-2025-23167)', `GET /a HTTP/1.1\r\nHost: x\r\n\rX: y\r\n\r\n${INNER}`],
    ['of the head, CR CR LF', `GET /a HTTP/1.1\r\nHost: x\r\n\r\r\n${INNER}`],
    ['of every line, LF only', 'GET /a HTTP/1.1\nHost: x\n\nGET /inner HTTP/1.1\nHost: x\n\n'],
    ['of the request line, CR only', `GET /a HTTP/1.1\rHost: x\r\n\r\n${INNER}`],
    ['of a field, CR only', `GET /a HTTP/1.1\r\nHost: x\r\nX: a\rY: b\r\n\r\n${INNER}`],
    ['of the head, LF only', `GET /a HTTP/1.1\r\nHost: x\r\n\n${INNER}`],
    ['of a field, NUL', `GET /a HTTP/1.1\r\nHost: x\r\nX: a\x00\r\n\r\n${INNER}`],
  ] as const) {
    test(`${name} is answered 400 once, and nothing reaches the backend`, async () => {
      await expectRefused(bytes);
    });
  }

  test('inside a folded field becomes a space, so that the backend has one line', async () => {
    const { statuses, received } = await outcome(
      'GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: b\r\n c: d\r\n\r\n',
    );
    expect(statuses).toEqual([200]);
    expect(received).toEqual([forwarded('GET /a HTTP/1.1', 'X-A: b c: d\r\n')]);
  });
});

describe('a request behind an upgrade (CVE-2026-2833)', () => {
  test('is answered as a request of its own: nothing is tunnelled that nobody switched', async () => {
    const { statuses, received } = await outcome(
      `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(statuses).toEqual([200, 200]);
    expect(received).toEqual([forwarded('GET /ws HTTP/1.1'), forwarded('GET /second HTTP/1.1')]);
  });

  test('to HTTP/2 with prior knowledge is no HTTP/1 request: refused, and nothing reaches the backend', async () => {
    const text = await play.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    expect(statusesIn(text)).toHaveLength(1);
    expect(statusesIn(text)[0]).toBeGreaterThanOrEqual(400);
    expect(await play.received()).toEqual([]);
  });
});

describe('a body that waits for 100 Continue', () => {
  test('and is sent unasked with a request inside stays a body', async () => {
    const { statuses, received } = await outcome(
      `POST /up HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}`,
    );
    expect(statuses.at(-1)).toBe(200);
    expect(received).toEqual([forwarded('POST /up HTTP/1.1', 'Expect: 100-continue\r\n', INNER)]);
  });
});

describe('names of fields that mean something to JavaScript', () => {
  test('__proto__ and constructor (CVE-2026-21710) are passed on as they are', async () => {
    const fields = '__proto__: x\r\nconstructor: y\r\nhasOwnProperty: z\r\n';
    const { statuses, received } = await outcome(
      `GET /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields}\r\n`,
    );
    expect(statuses).toEqual([200]);
    expect(received).toEqual([forwarded('GET /p HTTP/1.1', fields)]);
  });

  test('__proto__ as method, host and target harms nobody', async () => {
    for (const bytes of [
      '__proto__ / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET /__proto__/constructor HTTP/1.1\r\nHost: __proto__\r\nConnection: close\r\n\r\n',
    ])
      expect(statusesIn(await play.send(bytes))).toHaveLength(1);
    expect((await play.received()).length).toBeLessThanOrEqual(2);
  });
});

describe('an address in absolute form', () => {
  test('decides about the host, whatever Host says', async () => {
    const { received } = await outcome(
      'GET http://other.test/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(received).toEqual([forwarded('GET /a HTTP/1.1').replace('-Host: x', '-Host: other.test')]);
  });
});
