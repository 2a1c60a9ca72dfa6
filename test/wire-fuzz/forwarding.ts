// What leaves for the next reader: a request as the proxy writes it for a backend, the head of a response as it is
// written for a client. Written with the writers of the server, read again with its parsers.

import { createDirConfig, createServerConfig } from '../../src/modules/proxy/config.ts';
import { type RequestFraming, writeForwardHead, writeFraming } from '../../src/modules/proxy/forward-head.ts';
import { canonicalTarget, escapeTargetPath, splitUrl, type Target } from '../../src/modules/proxy/target.ts';
import { Exchange, type LiveSite } from '../../src/request/exchange.ts';
import type { Transport } from '../../src/request/transport.ts';
import { OK } from '../../src/request/verdict.ts';
import { incomingOf } from '../../src/server/incoming.ts';
import { CHUNK_END, chunkHead, LAST_CHUNK } from '../../src/wire/chunked.ts';
import { REQUEST_LIMITS, type RequestHead } from '../../src/wire/request-parser.ts';
import type { ResponseHead } from '../../src/wire/response-parser.ts';
import { writeResponseHead } from '../../src/wire/serialize.ts';
import { stubSite } from '../support/stub-site.ts';
import { readRequests, readResponses } from '../wire/parser-reading.ts';

/** Fields of one name are written as one, and a proxy adds some. */
const BACKEND_LIMITS = { ...REQUEST_LIMITS, requestLine: 20_000, fieldSize: 20_000, fields: 200 };

const TRANSPORT: Transport = {
  remoteAddress: '192.0.2.1',
  remotePort: 50_000,
  localAddress: '192.0.2.80',
  localPort: 80,
  secure: false,
  served: 0,
  interim: () => {},
  send: () => ({ bytes: 0, wireBytes: 0, complete: true }),
  upgrade() {
    throw new Error('nothing is upgraded here');
  },
  drop: () => {},
  watch() {},
  unwatch() {},
};

/** Writes and reads again. */
export class Forwarding {
  readonly #site: LiveSite;

  private constructor(site: LiveSite) {
    this.#site = site;
  }

  static async create(): Promise<Forwarding> {
    return new Forwarding((await stubSite(() => OK)).live);
  }

  /** What is wrong with the request as a backend gets it; undefined where nothing is, or where it is not sent. */
  requestFault(head: RequestHead, body: string, isChunked: boolean): string | undefined {
    const text = this.#write(head, body, isChunked);
    if (text === undefined) return undefined;
    const { messages, end, detail } = readRequests(Buffer.from(text, 'latin1'), [], BACKEND_LIMITS);
    const [message] = messages;
    if (message === undefined || messages.length !== 1)
      return `forwarded as ${messages.length} messages (${end} ${detail}): ${text}`;
    if (end !== 'clean' || message.upTo !== text.length) return `bytes behind the forwarded message: ${text}`;
    if (message.start !== head.method || message.body !== body)
      return `forwarded as another message: ${text}`;
    const framings =
      text.slice(0, text.indexOf('\r\n\r\n')).match(/^(?:content-length|transfer-encoding)[ \t]*:/gim) ?? [];
    return framings.length > 1 ? `forwarded with ${framings.length} framings: ${text}` : undefined;
  }

  #write(head: RequestHead, body: string, isChunked: boolean): string | undefined {
    const target = targetOf(head);
    if (target === undefined) return undefined;
    const server = this.#site.findServer(TRANSPORT.localAddress, TRANSPORT.localPort, head.host ?? '');
    const x = new Exchange(this.#site, server, TRANSPORT, incomingOf(head, undefined), 0);
    const written = writeForwardHead(x, {
      target,
      conf: createServerConfig(),
      dir: createDirConfig(),
      maxForwards: undefined,
      expectsContinue: false,
      remote: undefined,
    });
    if (written === undefined) return undefined;
    const framing: RequestFraming =
      head.body.kind === 'none'
        ? { kind: 'none' }
        : isChunked
          ? { kind: 'chunked' }
          : { kind: 'length', length: body.length };
    const chunks = body === '' ? LAST_CHUNK : `${chunkHead(body.length)}${body}${CHUNK_END}${LAST_CHUNK}`;
    return `${written}${writeFraming(framing, true, undefined)}${framing.kind === 'chunked' ? chunks : body}`;
  }
}

/** Where a proxy of everything sends it, as a path that was decoded or as it came; the others are not passed on. */
function targetOf({ path }: RequestHead): Target | undefined {
  if (!path.startsWith('/')) return undefined;
  const query = path.indexOf('?');
  const split = splitUrl(
    `http://backend.test:8000${escapeTargetPath(query < 0 ? path : path.slice(0, query), true)}`,
  );
  const args = query < 0 ? undefined : path.slice(query + 1);
  const target =
    split === undefined ? undefined : canonicalTarget(split, { isRaw: true, args, keepSlashes: true });
  return target === undefined || 'status' in target ? undefined : target;
}

/** What is wrong with the head of a response as a client gets it. */
export function responseFault({ status, reason, headers }: ResponseHead): string | undefined {
  if (status === 101) return undefined;
  const head = writeResponseHead(status, reason, headers);
  if (typeof head !== 'string') return `a head that cannot be written: ${head.part} ${head.text}`;
  const { messages } = readResponses(Buffer.from(head, 'latin1'), 'HEAD');
  const [message] = messages;
  if (message === undefined || messages.length > 1) return `written as ${messages.length} heads: ${head}`;
  const flat = message.head.headers.flat.join('\n');
  return flat === headers.flat.join('\n') ? undefined : `written with other fields: ${head}`;
}
