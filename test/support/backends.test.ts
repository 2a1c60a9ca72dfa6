import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, startEchoBackend } from './echo-backend.ts';
import { createRawClient, type RawClient, type RawOutcome } from './raw-client.ts';

let backend: Backend | undefined;
let client: RawClient | undefined;

afterEach(async () => {
  client?.close();
  await backend?.close();
});

async function send(text: string, canned: ReadonlyMap<string, string> = new Map()): Promise<RawOutcome[]> {
  backend = await startEchoBackend({ canned });
  client = createRawClient(backend.port, 2000);
  return client.send({ bytes: Buffer.from(text, 'latin1'), method: text.split(' ')[0] ?? '' });
}

describe('an echo backend and a raw client', () => {
  it('answer with the request line, the sorted fields and the body', async () => {
    const [outcome] = await send('POST /x HTTP/1.1\r\nX-B: 2\r\nA: 1\r\nContent-Length: 2\r\n\r\nhi');
    expect(outcome).toMatchObject({
      status: 200,
      body: 'POST /x HTTP/1.1\na: 1\ncontent-length: 2\nx-b: 2\n\nhi',
    });
  });

  it('take a chunked body apart', async () => {
    const [outcome] = await send('POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n');
    expect(outcome).toMatchObject({ body: 'POST / HTTP/1.1\ntransfer-encoding: chunked\n\nhi' });
  });

  it('answer pipelined requests one by one', async () => {
    const outcomes = await send('GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n');
    expect(outcomes.map((one) => (one.kind === 'answer' ? one.body : one.kind))).toEqual([
      'GET /1 HTTP/1.1\n\n',
      'GET /2 HTTP/1.1\n\n',
    ]);
  });

  it('tell a connection closed without an answer from an answer cut short', async () => {
    expect(await send('GET /_close HTTP/1.1\r\n\r\n')).toEqual([{ kind: 'closed' }]);
    const cut = new Map([['cut', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort']]);
    expect(await send('GET /_raw/cut HTTP/1.1\r\n\r\n', cut)).toMatchObject([
      { isComplete: false, body: 'short' },
    ]);
  });

  it('keep interim answers apart from the final one', async () => {
    const hints = new Map([
      ['h', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n'],
    ]);
    expect(await send('GET /_raw/h HTTP/1.1\r\n\r\n', hints)).toMatchObject([
      { status: 204, interim: [{ status: 103, headers: [['Link', 'x']] }] },
    ]);
  });
});
