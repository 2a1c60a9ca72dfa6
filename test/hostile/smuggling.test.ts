// Two requests in one: every known way to let a front door and what stands behind it count differently. Each test waits
// for the end of the connection, and looks at what the backend received: one request for one, and never `/inner`.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statusesIn } from '../support/conversation.ts';
import { type Play, startPlay } from '../support/play.ts';

let play: Play;

beforeAll(async () => {
  play = await startPlay('ProxyPass / http://127.0.0.1:{BACKEND}/\n');
});

afterAll(() => play.close());

/** The request that must not come to be by itself. */
const INNER = 'GET /inner HTTP/1.1\r\nHost: inner.test\r\n\r\n';
const SIZE = INNER.length.toString(16);
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';

interface Received {
  readonly line: string;
  readonly head: string;
  readonly body: string;
}

/** Sends bytes and waits until the server has closed the connection. */
async function outcome(bytes: string): Promise<{ statuses: number[]; received: Received[] }> {
  const text = await play.send(bytes);
  const received = (await play.received()).map((request) => {
    const end = request.indexOf('\r\n\r\n');
    const head = request.slice(0, end);
    return { line: head.split('\r\n')[0]!, head, body: request.slice(end + 4) };
  });
  return { statuses: statusesIn(text), received };
}

/** Nobody knows where the next request begins: one refusal, the connection ends, and no backend hears of it. */
async function expectRefused(bytes: string, status = 400): Promise<void> {
  expect(await outcome(bytes)).toEqual({ statuses: [status], received: [] });
}

/** One request with that body, and the connection ends behind it although more stands there. */
async function expectOnce(bytes: string, line: string, body: string): Promise<void> {
  const { statuses, received } = await outcome(bytes);
  expect(statuses).toEqual([200]);
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ line, body });
}

function post(fields: string, body: string): string {
  return `POST /up HTTP/1.1\r\nHost: x\r\n${fields}\r\n${body}`;
}

describe('CL.TE and TE.CL: both framings', () => {
  for (const [name, fields, body, expected] of [
    ['the length covers the request inside', `Content-Length: ${5 + INNER.length}`, `0\r\n\r\n${INNER}`, ''],
    ['the length covers the first byte of the next', 'Content-Length: 6', `0\r\n\r\nG${INNER}`, ''],
    ['the length is nothing', 'Content-Length: 0', `${CHUNKS}${INNER}`, 'hello'],
    [
      'the length ends within the first chunk',
      'Content-Length: 4',
      `${SIZE}\r\n${INNER}\r\n0\r\n\r\n`,
      INNER,
    ],
    ['the length is that of the content', 'Content-Length: 5', `${CHUNKS}${INNER}`, 'hello'],
  ] as const)
    for (const both of [
      `${fields}\r\nTransfer-Encoding: chunked\r\n`,
      `transfer-encoding: Chunked\r\nConnection: keep-alive\r\n${fields}\r\n`,
    ])
      test(`${name}: the chunks count, and the connection ends: ${JSON.stringify(both)}`, () =>
        expectOnce(post(both, body), 'POST /up HTTP/1.1', expected));

  test('the chunks are malformed: 400 once', () =>
    expectRefused(post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `1\r\nA\r\nX${INNER}`)));

  test('the coding is not plain chunked: 400 once', async () => {
    for (const coding of ['gzip, chunked', ', chunked', 'identity, chunked', 'chunked, identity', 'identity'])
      await expectRefused(post(`Content-Length: 5\r\nTransfer-Encoding: ${coding}\r\n`, `${CHUNKS}${INNER}`));
  });
});

describe('TE.TE: a coding that one reader sees and another does not', () => {
  for (const field of [
    'Transfer-Encoding: chunked, cow',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: cow',
    'Transfer-Encoding: cow\r\nTransfer-Encoding: chunked, x',
    'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked, chunked',
    'Transfer-Encoding: chunked;q=1',
    'Transfer-Encoding: chunked identity',
    'Transfer-Encoding:\x0bchunked',
    'Transfer-Encoding:\xa0chunked',
    'Transfer-Encoding: chunked\x00',
    'Transfer-Encoding\x00: chunked',
    'Transfer-Encoding\t: chunked',
    'Transfer-Encoding :chunked',
    'Transfer\x00Encoding: chunked',
    ' Transfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\r\n\rTransfer-Encoding: chunked',
    'Transfer-Encoding\r\n: chunked',
    'Transfer-Encoding: chu\r\n nked',
    'Transfer-Encoding; chunked',
    'Transfer-Encoding: "chunked"',
    'Transfer-Encoding: chunked,',
  ])
    test(`${JSON.stringify(field)} is 400 once, with and without a length`, async () => {
      const body = `${SIZE}\r\n${INNER}\r\n0\r\n\r\n`;
      await expectRefused(post(`${field}\r\n`, body));
      await expectRefused(post(`Content-Length: 4\r\n${field}\r\n`, body));
    });

  test('a field of another name is nobody’s framing: the length counts for both sides', async () => {
    for (const name of ['Transfer_Encoding', 'X-Transfer-Encoding', 'Content-Encoding', 'TE']) {
      const fields = `${name}: chunked\r\nConnection: close\r\nContent-Length: ${INNER.length}\r\n`;
      await expectOnce(post(fields, INNER), 'POST /up HTTP/1.1', INNER);
    }
  });
});

describe('CL.0 and TE.0: a body where nobody expects one', () => {
  for (const line of ['GET /a.css', 'HEAD /a', 'OPTIONS /a', 'DELETE /a', 'POST /%2e', 'PUT /a?b', 'FOO /a'])
    test(`${line}: the request inside is content, by its length and by its chunks`, async () => {
      const head = `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`;
      const sent = `${line.replace('/%2e', '/')} HTTP/1.1`;
      await expectOnce(`${head}Content-Length: ${INNER.length}\r\n\r\n${INNER}`, sent, INNER);
      const chunks = `${SIZE}\r\n${INNER}\r\n0\r\n\r\n`;
      await expectOnce(`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`, sent, INNER);
    });

  test('OPTIONS * is answered here: its body goes nowhere', async () => {
    const { statuses, received } = await outcome(
      `OPTIONS * HTTP/1.1\r\nHost: x\r\nContent-Length: ${INNER.length}\r\n\r\n${INNER}GET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(statuses).toEqual([200, 200]);
    expect(received.map(({ line }) => line)).toEqual(['GET /next HTTP/1.1']);
  });
});

describe('0.CL: a length that the front door does not see', () => {
  for (const field of [
    `Content-Length : ${INNER.length}`,
    `Content-Length\t: ${INNER.length}`,
    `Content-Length\x00: ${INNER.length}`,
    ` Content-Length: ${INNER.length}`,
    `X: y\rContent-Length: ${INNER.length}`,
    `X: y\nContent-Length: ${INNER.length}`,
    `Content-Length\r\n: ${INNER.length}`,
    `Content-Length: +${INNER.length}`,
    `Content-Length: ${INNER.length}, ${INNER.length}`,
    `Content-Length: 0\r\nContent-Length: ${INNER.length}`,
    `Content-Length: 0\r\n ${INNER.length}`,
    `Content-Length: \x0b${INNER.length}`,
  ])
    test(`${JSON.stringify(field)} is 400 once`, () =>
      expectRefused(`GET /a HTTP/1.1\r\nHost: x\r\n${field}\r\n\r\n${INNER}`));

  test('within a folded value it is text: two requests were sent, and the backend gets two', async () => {
    const folded = `GET /a HTTP/1.1\r\nHost: x\r\nX: y\r\n Content-Length: ${INNER.length}\r\n\r\n`;
    const { statuses, received } = await outcome(
      `${folded}GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(statuses).toEqual([200, 200]);
    expect(received.map(({ line }) => line)).toEqual(['GET /a HTTP/1.1', 'GET /b HTTP/1.1']);
    expect(received[0]!.head).toContain(`\r\nX: y Content-Length: ${INNER.length}\r\n`);
    expect(received[0]!.head).not.toMatch(/^content-length:/im);
  });

  test('behind an expectation that is none, too: the body is not asked for, and the connection ends', async () => {
    for (const expectation of ['y 100-continue', '100-continue, y', '200-ok'])
      await expectRefused(
        post(`Expect: ${expectation}\r\nContent-Length: ${INNER.length}\r\n`, INNER + INNER),
        417,
      );
  });
});

describe('chunks that two readers end at different places', () => {
  for (const body of [
    `2;\nxx\r\n${SIZE}\r\n0\r\n\r\n${INNER}`,
    `1;a="\r\n"\r\nx\r\n0\r\n\r\n`,
    `0;a="\r\n\r\n`,
    '1;a="x\r\ny\r\n0\r\n\r\n',
    '1;\r\nx\r\n0\r\n\r\n',
    '1;a=\r\nx\r\n0\r\n\r\n',
    '1;a b\r\nx\r\n0\r\n\r\n',
    '1;\xe9\r\nx\r\n0\r\n\r\n',
    '1;a=b\x00\r\nx\r\n0\r\n\r\n',
    '1\r\nx\n0\r\n\r\n',
    '1\r\nxyy0\r\n\r\n',
    '1\r\nx\r\n\r\n0\r\n\r\n',
    '1\x0b\r\nx\r\n0\r\n\r\n',
    '1_0\r\nx\r\n0\r\n\r\n',
    '0\r\n\n',
    '0\r\n\rX',
    '0\r\n \r\n\r\n',
    `0\r\n${INNER}`,
    '0\r\nX : y\r\n\r\n',
    '0\r\nX: y\n\r\n',
    '0\r\nX: y\x00\r\n\r\n',
    '0\r\nX: y\r\n \r\n\r\n',
    '0\r\n: y\r\n\r\n',
  ])
    test(`${JSON.stringify(body)} is 400 once`, () =>
      expectRefused(post('Transfer-Encoding: chunked\r\n', `${body}${INNER}`)));

  for (const size of [
    '10000000000000000',
    '8000000000000001',
    'ffffffffffffffff',
    'fffffffffffffffe0',
    '1'.repeat(40),
  ])
    test(`a size that wraps around, ${size}, is 413 once`, () =>
      expectRefused(post('Transfer-Encoding: chunked\r\n', `${size}\r\nx\r\n0\r\n\r\n${INNER}`), 413));

  test('an extension without end is 413 once', () =>
    expectRefused(
      post('Transfer-Encoding: chunked\r\n', `1;a=${'b'.repeat(9000)}\r\nx\r\n0\r\n\r\n${INNER}`),
      413,
    ));

  test('extensions that keep to the grammar are dropped, and nothing of them is passed on', async () => {
    const fields = 'Transfer-Encoding: chunked\r\nConnection: close\r\n';
    const body = '5;a;b=c;d="e;f\\"g"\r\nhello\r\n0;z\r\n\r\n';
    await expectOnce(post(fields, body), 'POST /up HTTP/1.1', 'hello');
  });
});

describe('trailers', () => {
  for (const trailer of [
    'Content-Length: 100',
    'Transfer-Encoding: chunked',
    'Host: evil.test',
    'Connection: close, X-Forwarded-For',
    'X-Forwarded-For: 192.0.2.66',
    'Cookie: admin=1',
    'Expect: 100-continue',
    'Upgrade: websocket',
  ])
    test(`say nothing of the request any more: ${trailer}`, async () => {
      const fields = 'Connection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n';
      const { statuses, received } = await outcome(post(fields, `5\r\nhello\r\n0\r\n${trailer}\r\n\r\n`));
      expect(statuses).toEqual([200]);
      expect(received).toHaveLength(1);
      expect(received[0]).toMatchObject({ line: 'POST /up HTTP/1.1', body: 'hello' });
      const { head } = received[0]!;
      expect(head).toContain('\r\nContent-Length: 5\r\n');
      expect(head).toContain('\r\nX-Forwarded-For: 127.0.0.1\r\n');
      expect(head).not.toMatch(/evil|192\.0\.2\.66|admin|expect|upgrade|trailer|transfer-encoding/i);
    });
});

describe('a NUL', () => {
  for (const [name, bytes] of [
    ['in the method', 'GE\x00T /a HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['in the target', 'GET /a\x00b HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['in the version', 'GET /a HTTP/1.1\x00\r\nHost: x\r\n\r\n'],
    ['in a name', 'GET /a HTTP/1.1\r\nHost: x\r\nX\x00Y: z\r\n\r\n'],
    ['in a value', 'GET /a HTTP/1.1\r\nHost: x\r\nX: y\x00z\r\n\r\n'],
    ['in the host', 'GET /a HTTP/1.1\r\nHost: x\x00.evil.test\r\n\r\n'],
    ['between lines', 'GET /a HTTP/1.1\r\nHost: x\r\n\x00\r\n\r\n'],
    ['in front', '\x00GET /a HTTP/1.1\r\nHost: x\r\n\r\n'],
  ] as const)
    test(`${name} is 400 once`, () => expectRefused(`${bytes}${INNER}`));
});

describe('other versions on the first line', () => {
  for (const version of ['HTTP/2.0', 'HTTP/2.1', 'HTTP/3.0', 'HTTP/9.9'])
    test(`${version} is 505 once, and nothing behind it is read`, () =>
      expectRefused(`GET /a ${version}\r\nHost: x\r\n\r\n${INNER}`, 505));

  test('the preface of HTTP/2 is 505 once', () =>
    expectRefused(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${INNER}`, 505));

  for (const line of ['POST /a', 'GET /a HTTP/0.9', 'GET /a HTTP/1', 'GET /a HTTP/1.', 'GET /a http/1.1'])
    test(`${line} is 400 once`, () => expectRefused(`${line}\r\nHost: x\r\n\r\n${INNER}`));

  test('HTTP/0.9 is one line: what stands behind it is nobody’s request', async () => {
    await play.send(`GET /old\r\n${INNER}`);
    const received = await play.received();
    expect(received.map((request) => request.split('\r\n')[0])).toEqual(['GET /old HTTP/1.1']);
  });
});

describe('hosts and addresses', () => {
  for (const bytes of [
    'GET http://x/a HTTP/1.1\r\nHost: x\r\nHost: evil.test\r\n\r\n',
    'GET http://x/a HTTP/1.1\r\nHost: a b\r\n\r\n',
    'GET http://u@x/a HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET http://x:80@evil.test/a HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET http://evil.test\\@x/a HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET http://x:99999/a HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET http:x HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET x:80 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET .evil.test/a HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x\r\n Host: evil.test\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost : x\r\n\r\n',
    'GET /a HTTP/1.1\r\n Host: evil.test\r\nHost: x\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x@evil.test\r\n\r\n',
    'GET /a HTTP/1.1\r\nHost: x:80:90\r\n\r\n',
    'GET * HTTP/1.1\r\nHost: x\r\n\r\n',
  ])
    test(`${JSON.stringify(bytes)} is 400 once`, () => expectRefused(`${bytes}${INNER}`));

  test('behind a CONNECT that is refused nothing is read: it may have been meant for a tunnel', () =>
    expectRefused(`CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n${INNER}`, 405));
});

describe('names that Connection must not take away', () => {
  test('Host, lengths and codings stay what they are, and the request stays one', async () => {
    for (const names of [
      'Host',
      'Content-Length',
      'Transfer-Encoding',
      'Host, Content-Length, Via',
      'host,HOST',
    ]) {
      const fields = `Connection: close, ${names}\r\n`;
      const { statuses, received } = await outcome(post(`${fields}Content-Length: 5\r\n`, 'hello'));
      expect(statuses).toEqual([200]);
      expect(received).toHaveLength(1);
      expect(received[0]).toMatchObject({ line: 'POST /up HTTP/1.1', body: 'hello' });
      const { head } = received[0]!;
      expect(head.match(/^host: /gim)).toEqual(['Host: ']);
      expect(head).toContain(`\r\nHost: 127.0.0.1:${play.backend.port}\r\n`);
      expect(head.match(/^content-length: 5$/gim)).toHaveLength(1);
      await expectOnce(post(`${fields}Transfer-Encoding: chunked\r\n`, CHUNKS), 'POST /up HTTP/1.1', 'hello');
    }
  });

  test('nor does a request with Connection: close let the next one in', async () => {
    const { statuses, received } = await outcome(
      `GET /a HTTP/1.1\r\nHost: x\r\nConnection: X, close\r\n\r\n${INNER}`,
    );
    expect(statuses).toEqual([200]);
    expect(received.map(({ line }) => line)).toEqual(['GET /a HTTP/1.1']);
  });
});
