// A backend that speaks HTTP/2 and answers as echo-backend.ts does: 200, text/plain, with the request's pseudo fields
// and fields and its body. Words in the path make it answer otherwise: `/_status/NNN`, `/_delay/SECONDS`, `/_reset/CODE`
// (before an answer), `/_cut/CODE` (within the body), `/_early` (103 first), `/_trailers`, `/_empty`, `/_fields`.
import {
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Issued } from './certificates.ts';
import type { Backend } from './echo-backend.ts';

export interface Http2Backend extends Backend {
  /** Sessions that are open. */
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** Sessions opened so far. */
  readonly opened: () => number;
}

export interface Http2Options {
  /** TLS, with this certificate; without it, in the clear. */
  readonly identity?: Issued;
  /** What is done with a stream, before anything else; true when that was all. */
  readonly onStream?: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => boolean;
  readonly maxConcurrentStreams?: number;
}

export async function startHttp2Backend(options: Http2Options = {}): Promise<Http2Backend> {
  const { identity, onStream, maxConcurrentStreams = 100 } = options;
  const settings = { maxConcurrentStreams };
  const server: Http2Server | Http2SecureServer =
    identity === undefined
      ? createServer({ settings })
      : createSecureServer({ settings, cert: identity.certificate, key: identity.key });
  const seen: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  let opened = 0;
  server.on('session', (session: ServerHttp2Session) => {
    opened += 1;
    sessions.add(session);
    session.on('error', () => undefined);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => undefined);
    seen.push(`${headers[':method']} ${headers[':path']}`);
    if (onStream?.(stream, headers) === true) return;
    answer(stream, headers).catch(() => stream.close());
  });
  server.on('sessionError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    seen,
    sessions,
    opened: () => opened,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
  const path = String(headers[':path']);
  const delay = /\/_delay\/([\d.]+)/.exec(path)?.[1];
  if (delay !== undefined) await sleep(Math.min(Number(delay), 30) * 1000);
  const reset = /\/_reset\/(\d+)/.exec(path)?.[1];
  if (reset !== undefined) {
    stream.close(Number(reset));
    return;
  }
  const body = await readBody(stream);
  if (stream.destroyed) return;
  if (path.includes('/_early')) stream.additionalHeaders({ ':status': 103, link: '</a.css>; rel=preload' });
  sendAnswer(stream, headers, body);
}

function sendAnswer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, body: string): void {
  const path = String(headers[':path']);
  const status = Number(/\/_status\/(\d{3})/.exec(path)?.[1] ?? 200);
  const text = echoText(headers, body);
  const isBodiless = headers[':method'] === 'HEAD' || status === 204 || status === 304;
  const fields: Record<string, string | number | string[]> = {
    ':status': status,
    'content-type': 'text/plain',
  };
  if (path.includes('/_fields')) {
    fields['set-cookie'] = ['a=1; path=/', 'b=2'];
    fields['x-twice'] = ['one', 'two'];
    fields.location = `https://${headers[':authority']}/elsewhere`;
    fields['alt-svc'] = 'h3=":443"';
  }
  if (path.includes('/_empty') || isBodiless) {
    stream.respond(fields, { endStream: true });
    return;
  }
  stream.respond(fields, { waitForTrailers: path.includes('/_trailers') });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'x-trailer': 'at the end' }));
  const cut = /\/_cut\/(\d+)/.exec(path)?.[1];
  if (cut === undefined) stream.end(text);
  else stream.write('the beginning\n', () => setTimeout(() => stream.close(Number(cut)), 50));
}

function readBody(stream: ServerHttp2Stream): Promise<string> {
  let body = '';
  stream.setEncoding('latin1');
  return new Promise((resolve) => {
    stream.on('data', (chunk: string) => {
      body += chunk;
    });
    stream.on('end', () => resolve(body));
    stream.on('close', () => resolve(body));
  });
}

function echoText(headers: IncomingHttpHeaders, body: string): string {
  const lines = Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .sort();
  return [...lines, '', body].join('\n');
}
