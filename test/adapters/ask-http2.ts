// A client of HTTP/2 without TLS for programs under test: one request on a session of its own.

import { once } from 'node:events';
import { connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { Answered } from './ask.ts';

export async function askHttp2(
  port: number,
  path: string,
  headers: OutgoingHttpHeaders = {},
  body?: Buffer,
): Promise<Answered> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    const stream = session.request({ ':path': path, ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const [answer] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }];
    let text = '';
    stream.setEncoding('utf8');
    for await (const chunk of stream) text += chunk;
    return { status: answer[':status'] ?? 0, headers: answer, body: text };
  } finally {
    session.destroy();
  }
}
