// What @hono/node-server makes of the head of a Response, and what the rules have said: it sends no reason but Node's,
// and gives a type to whatever has none.

import type { ServerResponse } from 'node:http';
import type { NodeBindings } from './node-bindings.ts';

/** Lets the head of an answer go out as it is, where it is this answer that goes out: middleware may put another in its place. */
export function sendExactHead(node: NodeBindings, { status, headers }: Response, reason: string): void {
  const { incoming, outgoing } = node;
  if (outgoing === undefined || incoming.httpVersionMajor > 1) return;
  const writeHead = outgoing.writeHead as WriteHead;
  outgoing.writeHead = function exact(this: ServerResponse, given: number, ...rest: unknown[]) {
    outgoing.writeHead = writeHead as ServerResponse['writeHead'];
    const fields = rest[0];
    if (given !== status || !isObject(fields) || !isSame(fields, headers))
      return writeHead.call(this, given, ...rest);
    if (!headers.has('content-type')) delete fields['content-type'];
    return writeHead.call(this, given, reason, ...rest);
  } as ServerResponse['writeHead'];
}

type WriteHead = (this: ServerResponse, status: number, ...rest: unknown[]) => ServerResponse;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What every answer of the rules has, and none of a program's has both. */
function isSame(fields: Record<string, unknown>, headers: Headers): boolean {
  return ['date', 'server'].every((name) => (fields[name] ?? null) === headers.get(name));
}
