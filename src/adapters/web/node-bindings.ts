// What @hono/node-server hands on beside a web request: the message and the response of node:http that stand behind it.

import type { ServerResponse } from 'node:http';
import type { NodeRequest } from '../node/arrived.ts';

/** See the head of the file. */
export interface NodeBindings {
  readonly incoming: NodeRequest;
  /** Absent while a WebSocket is set up. */
  readonly outgoing: ServerResponse | undefined;
}

/** Finds the bindings in what a fetch handler is given behind the request. */
export function nodeBindings(env: unknown): NodeBindings | undefined {
  const { incoming, outgoing } = objectOf(objectOf(env).server ?? env);
  if (!isMessage(incoming)) return undefined;
  return { incoming, outgoing: isResponse(outgoing) ? outgoing : undefined };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function isMessage(value: unknown): value is NodeRequest {
  const { rawHeaders, socket } = objectOf(value);
  return Array.isArray(rawHeaders) && typeof socket === 'object' && socket !== null;
}

function isResponse(value: unknown): value is ServerResponse {
  return typeof objectOf(value).writeHead === 'function';
}

/** Where the path of an absolute URL begins. */
export function pathStart(url: string): number {
  const at = url.indexOf('/', url.indexOf('://') + 3);
  return at < 0 ? url.length : at;
}

/** Whether a web request says what the message says, which then says it exactly: a program may have made another of it. */
export function isSameRequest(request: Request, incoming: NodeRequest): boolean {
  if (isUntouched(request, incoming)) return true;
  try {
    return (
      request.method === incoming.method && isSameUrl(request, incoming) && hasSameFields(request, incoming)
    );
  } catch {
    // A target or a field that the web has no form for.
    return false;
  }
}

/**
 * Whether nobody has looked at the fields of a request that @hono/node-server has made of the message: it makes them when
 * they are asked for. Without these marks of its own the two are compared.
 */
function isUntouched(request: Request, incoming: NodeRequest): boolean {
  let isOfMessage = false;
  for (const mark of Object.getOwnPropertySymbols(request)) {
    if (mark.description === 'headersKey') return false;
    if (mark.description === 'incomingKey') isOfMessage = Reflect.get(request, mark) === incoming;
  }
  return isOfMessage;
}

function isSameUrl({ url }: Request, incoming: NodeRequest): boolean {
  const at = pathStart(url);
  const target = incoming.url ?? '/';
  if (url.slice(at) === target) return true;
  return new URL(target.startsWith('/') ? url.slice(0, at) + target : target).href === url;
}

function hasSameFields(request: Request, { rawHeaders }: NodeRequest): boolean {
  const raw = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2)
    if (!rawHeaders[i]!.startsWith(':')) raw.append(rawHeaders[i]!, rawHeaders[i + 1]!);
  const theirs = [...request.headers];
  const ours = [...raw];
  return (
    theirs.length === ours.length &&
    theirs.every(([name, value], at) => name === ours[at]![0] && value === ours[at]![1])
  );
}
