// How the body of an answer is delimited, and the fields that say so (RFC 9112 sections 6 and 9.3).
// Decided once per answer; the head is then only written and the body only counted.

import type { Answer } from '../request/transport.ts';
import { hasToken } from '../wire/connection-tokens.ts';
import { parseDecimal } from '../wire/decimal.ts';
import type { HeaderList } from '../wire/header-list.ts';

/** `bare`: HTTP/0.9, bytes without a head. `close`: the end of the connection is the end of the body. */
export type AnswerFraming = 'bare' | 'none' | 'length' | 'chunked' | 'close';

const HTTP_1_0 = 1000;
const HTTP_1_1 = 1001;

/** Bytes of body if they are known before the body is read. */
function knownLength(answer: Answer): number | undefined {
  const { body } = answer;
  if (body === undefined) return 0;
  if (answer.length === undefined) {
    const text = answer.headers.get('content-length');
    return text === undefined ? undefined : parseDecimal(text);
  }
  // What is at hand is counted, not believed.
  return typeof body === 'string' || Buffer.isBuffer(body) ? body.length : answer.length;
}

/** Decides the framing and makes Content-Length and Transfer-Encoding say the same. */
export function frameAnswer(answer: Answer, protocol: number): { framing: AnswerFraming; length: number } {
  const { headers } = answer;
  headers.delete('transfer-encoding');
  if (answer.bodiless) return { framing: protocol < HTTP_1_0 ? 'bare' : 'none', length: 0 };
  const length = knownLength(answer);
  if (protocol < HTTP_1_0) return { framing: 'bare', length: length ?? 0 };
  if (length !== undefined) {
    const text = String(length);
    if (headers.get('content-length') !== text) headers.set('Content-Length', text);
    return { framing: 'length', length };
  }
  headers.delete('content-length');
  if (protocol < HTTP_1_1) return { framing: 'close', length: 0 };
  return { framing: 'chunked', length: 0 };
}

/** Adds a field where Apache has it: in front of a Content-Type that ends the list. */
export function addBeforeType(headers: HeaderList, name: string, value: string): void {
  const { flat } = headers;
  const at = flat.length - 2;
  if (at >= 0 && flat[at] === 'Content-Type') flat.splice(at, 0, name, value);
  else flat.push(name, value);
}

/** What decides whether a connection stays open after an answer (Apache's ap_set_keepalive). */
export interface Persistence {
  /** The request's own wish. */
  readonly keepAlive: boolean;
  /** The client said `Connection: keep-alive` itself. */
  readonly asked: boolean;
  /** KeepAlive of the server that answers. */
  readonly enabled: boolean;
  /** KeepAliveTimeout in milliseconds. */
  readonly timeout: number;
  /** MaxKeepAliveRequests; 0 for any number. */
  readonly most: number;
  /** Requests served on the connection before. */
  readonly served: number;
  /** Something else forbids it: the server stops, the body of the request cannot be skipped. */
  readonly mustClose: boolean;
}

/** Decides whether the connection stays open, and adds the fields that tell the client. */
export function setPersistence(answer: Answer, framing: AnswerFraming, p: Persistence): boolean {
  const { headers } = answer;
  const left = p.most - p.served;
  const own = headers.combined('connection');
  const saysClose = own !== undefined && hasToken(own, 'close');
  const stays =
    !p.mustClose &&
    !answer.close &&
    !saysClose &&
    p.keepAlive &&
    p.enabled &&
    p.timeout > 0 &&
    (p.most === 0 || left > 0) &&
    framing !== 'close' &&
    framing !== 'bare';
  if (stays) {
    if (p.asked) addKeepAlive(headers, own, p, left);
  } else if (!saysClose) addConnection(headers, own, 'close');
  return stays;
}

function addKeepAlive(headers: HeaderList, own: string | undefined, p: Persistence, left: number): void {
  const seconds = Math.floor(p.timeout / 1000);
  addBeforeType(
    headers,
    'Keep-Alive',
    p.most === 0 ? `timeout=${seconds}` : `timeout=${seconds}, max=${left}`,
  );
  addConnection(headers, own, 'Keep-Alive');
}

function addConnection(headers: HeaderList, own: string | undefined, token: string): void {
  if (own !== undefined) headers.merge('Connection', token);
  else addBeforeType(headers, 'Connection', token);
}
