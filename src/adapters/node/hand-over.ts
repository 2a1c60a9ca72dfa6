// A request on its way from the rules to the next handler of a program on node:http: its URL and fields as rules have left
// them, and the program's answer changed as they say.

import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Exchange } from '../../request/exchange.ts';
import { HeaderList } from '../../wire/header-list.ts';
import { answerFields, changesAnswers } from '../app-answer.ts';
import type { AppAnswered, HandedOver } from '../framework-transport.ts';
import type { NodeRequest } from './arrived.ts';
import { sendByteHead } from './byte-head.ts';

/** What rules have found out about a request that goes on: `request.portico`. */
export interface RulesFacts {
  /** Variables of the request's environment: SetEnv, SetEnvIf, `[E=]`. */
  readonly environment: ReadonlyMap<string, string>;
  /** Who has logged in, where the configuration asks for a password. */
  readonly user: string | undefined;
  /** The client, as mod_remoteip sees it where it is set up. */
  readonly clientAddress: string;
  /** Path and query as they came to the rules. */
  readonly originalUrl: string;
}

declare module 'http' {
  interface IncomingMessage {
    /** What the rules have found out; undefined before they have seen the request. */
    portico?: RulesFacts;
  }
}

/** Rules lead a request out of the path that the middleware is mounted at, where the framework cannot follow. */
export class LeftMountError extends Error {
  /** For programs that tell errors apart. */
  readonly code = 'ERR_PORTICO_LEFT_MOUNT';
  /** What frameworks answer with. */
  readonly status = 500;
  /** The same under the name that Fastify reads. */
  readonly statusCode = 500;

  constructor(from: string, to: string, base: string) {
    super(`a rule leads ${from} to ${to}, outside of ${base}: mount the rules at the root of the program`);
    this.name = 'LeftMountError';
  }
}

/** The URL below the mount path; undefined outside of it. */
export function urlBelow(base: string, url: string): string | undefined {
  if (base === '') return url;
  if (!url.startsWith(base)) return undefined;
  const rest = url.slice(base.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : undefined;
}

/** Tells the request what has become of it. `before`: its fields as they came, name, value, name, value … */
export function updateRequest(
  request: NodeRequest,
  x: Exchange,
  to: HandedOver,
  before: readonly string[],
): void {
  request.portico = factsOf(x);
  updateFields(request, x.headers, before);
  if (to.errorStatus !== 0) request.method = 'GET';
}

/** What is known of a request when it goes on. */
export function factsOf(x: Exchange): RulesFacts {
  return {
    environment: new Map(x.hasEnv() ? x.env : []),
    user: x.user,
    clientAddress: x.clientAddress,
    originalUrl: x.initial().target,
  };
}

/** Touches what rules have changed and nothing else: the rest stays as node has read it. */
function updateFields(request: NodeRequest, { flat }: HeaderList, before: readonly string[]): void {
  if (flat.length === before.length && flat.every((text, at) => text === before[at])) return;
  const { headers } = request;
  const was = valuesByName(before);
  const is = valuesByName(flat);
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter(
    (name) => was.get(name)?.join('\n') !== is.get(name)?.join('\n'),
  );
  for (const name of changed) {
    const values = is.get(name);
    if (values === undefined) delete headers[name];
    else headers[name] = values.join(name === 'cookie' ? '; ' : ', ');
  }
  const isChanged = (name: string): boolean => changed.includes(name.toLowerCase());
  const kept = pairsOf(request.rawHeaders).filter(([name]) => !isChanged(name));
  const made = pairsOf(flat).filter(([name]) => isChanged(name));
  // Node's request of HTTP/2 has them as a getter.
  Object.defineProperty(request, 'rawHeaders', {
    value: [...kept, ...made].flat(),
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function valuesByName(flat: readonly string[]): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairsOf(flat)) {
    const key = name.toLowerCase();
    const list = values.get(key);
    if (list === undefined) values.set(key, [value]);
    else list.push(value);
  }
  return values;
}

/** Lets the configuration's Header lines and the cookies of rules reach the program's answer. */
export function watchAnswer(response: ServerResponse, x: Exchange): void {
  if (!changesAnswers(x)) return;
  const writeHead = response.writeHead;
  response.writeHead = function changed(this: ServerResponse, status: number, ...rest: unknown[]) {
    response.writeHead = writeHead;
    const reason = typeof rest[0] === 'string' ? rest[0] : undefined;
    setAll(response, (reason === undefined ? rest[0] : rest[1]) as Given);
    const fields = answerFields(x, status, ownFields(response));
    replaceAll(response, fields);
    if (reason === undefined) writeHead.call(this, status);
    else (writeHead as WriteHead).call(this, status, reason);
    sendByteHead(response, fields.flat);
    return response;
  } as ServerResponse['writeHead'];
}

type WriteHead = (this: ServerResponse, status: number, reason: string) => ServerResponse;
type Given = OutgoingHttpHeaders | readonly OutgoingHttpHeader[] | undefined;

/** What is given to writeHead takes the place of what was set before (node:http). */
function setAll(response: ServerResponse, given: Given): void {
  if (given === undefined) return;
  const pairs: [string, OutgoingHttpHeader | undefined][] = Array.isArray(given)
    ? pairsOf(given)
    : Object.entries(given as OutgoingHttpHeaders);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs)
    if (value !== undefined) response.appendHeader(name, Array.isArray(value) ? value : String(value));
}

function pairsOf<Value>(flat: readonly Value[]): [string, Value][] {
  const pairs: [string, Value][] = [];
  for (const [at, value] of flat.entries()) if (at % 2 === 1) pairs.push([String(flat[at - 1]), value]);
  return pairs;
}

/** Node has it on every outgoing message, its types on requests alone; HTTP/2 has no spelling to keep. */
type WithRawNames = ServerResponse & { getRawHeaderNames?(): string[] };

function ownFields(response: ServerResponse): HeaderList {
  const own = new HeaderList();
  for (const name of (response as WithRawNames).getRawHeaderNames?.() ?? response.getHeaderNames()) {
    const value = response.getHeader(name);
    for (const one of Array.isArray(value) ? value : [value]) own.append(name, String(one));
  }
  return own;
}

function replaceAll(response: ServerResponse, fields: HeaderList): void {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  for (const [name, value] of fields) response.appendHeader(name, value);
}

/** Settles when the program has answered, its client is gone, or a connection that it has taken for itself is closed. */
export function answered(request: NodeRequest, response: ServerResponse): Promise<AppAnswered> {
  const { socket } = request;
  const before = socket.bytesWritten ?? 0;
  return new Promise((resolve) => {
    const finished = (): void => settle(true);
    const closed = (): void => settle(response.writableFinished);
    const settle = (complete: boolean): void => {
      response.off('finish', finished);
      response.off('close', closed);
      socket.off?.('close', closed);
      const wireBytes = (socket.bytesWritten ?? 0) - before;
      const length = Number(response.getHeader('content-length'));
      const bytes = Number.isSafeInteger(length) ? length : Math.max(0, wireBytes - headLength(response));
      resolve({ status: response.statusCode, bytes, wireBytes, complete });
    };
    response.on('finish', finished);
    response.on('close', closed);
    // A response whose socket was taken off it never ends. Streams of HTTP/2 cannot be taken.
    if (request.httpVersionMajor === 1) socket.on('close', closed);
  });
}

/** Node keeps the head that it has written, without a name for it that is documented. */
function headLength(response: ServerResponse): number {
  const { _header } = response as { _header?: unknown };
  return typeof _header === 'string' ? _header.length : 0;
}
