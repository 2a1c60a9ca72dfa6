// A web request → the bytes of its head and the source of its body. What a web request has lost (the target as it was
// sent, the spelling of fields) is taken from the message of node:http behind it, as long as both say the same.

import type { RequestBody } from '../../request/exchange.ts';
import { BufferSource } from '../../wire/buffer-source.ts';
import type { RequestHead } from '../../wire/request-parser.ts';
import { headOf } from '../node/arrived.ts';
import { NodeBody } from '../node/request-body.ts';
import { isSameRequest, type NodeBindings, pathStart } from './node-bindings.ts';
import { WebBody } from './request-body.ts';

/** A request as the rules read it. */
export interface ArrivedWebRequest {
  /** Path and query, or the whole URL that a client has sent to a proxy. */
  readonly target: string;
  /** Up to and with the empty line, as a byte string. */
  readonly head: string;
  /** The body that the head announces; `kept` is one that was read before. */
  body(head: RequestHead, kept: Buffer | undefined): RequestBody | undefined;
}

/** Reads a request; `node` where node:http has brought it. */
export function arrivedRequest(request: Request, node: NodeBindings | undefined): ArrivedWebRequest {
  const incoming = node?.incoming;
  const isExact = incoming !== undefined && isSameRequest(request, incoming);
  const target = isExact ? (incoming.url ?? '/') : targetOf(request.url);
  return {
    target,
    head: isExact ? headOf(incoming, { url: target, mayUpgrade: false }) : writtenHead(request, target),
    body({ body: framing }, kept) {
      if (framing.kind === 'none') return undefined;
      const length = framing.kind === 'length' ? framing.length : undefined;
      if (kept !== undefined)
        return { source: new BufferSource(kept), length: kept.length, expectsContinue: false };
      const source =
        isExact && hasNoStream(request)
          ? new NodeBody(incoming)
          : new WebBody(() => request.body, { length, drains: incoming !== undefined });
      return { source, length, expectsContinue: false };
    },
  };
}

/** The web gives these no body, whatever they came with. */
export function hasNoStream({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'TRACE';
}

/** Path and query; the fragment of a URL is never sent. */
function targetOf(url: string): string {
  const rest = url.slice(pathStart(url));
  const fragment = rest.indexOf('#');
  return fragment < 0 ? rest : rest.slice(0, fragment);
}

/** A request that was made in a program says neither its host nor how long its body is. */
function writtenHead(request: Request, target: string): string {
  const { method, headers, url } = request;
  const hasBody = !hasNoStream(request) && request.body !== null;
  let fields = headers.has('host') ? '' : `Host: ${new URL(url).host}\r\n`;
  const isAnnounced = headers.has('content-length') || headers.has('transfer-encoding');
  if (hasBody && !isAnnounced) fields += 'Transfer-Encoding: chunked\r\n';
  for (const [name, value] of headers) {
    // As node:http does it with an upgrade that nobody listens for (node/arrived.ts).
    if (name === 'upgrade' || (!hasBody && OF_A_BODY.has(name))) continue;
    fields += `${name}: ${value}\r\n`;
  }
  return `${method} ${target} HTTP/1.1\r\n${fields}\r\n`;
}

const OF_A_BODY: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding']);
