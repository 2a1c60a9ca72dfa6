// A plain HTTP client for programs under test: one request on a connection of its own, the whole answer as text.

import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: string | Buffer;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** The answer as soon as its head is there. */
export function begin(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Asking = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, resolve);
    asking.on('error', reject);
    asking.end(body);
  });
}

export async function ask(port: number, path: string, asking: Asking = {}): Promise<Answered> {
  const answer = await begin(port, path, asking);
  let body = '';
  answer.setEncoding('utf8');
  for await (const chunk of answer) body += chunk;
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}
