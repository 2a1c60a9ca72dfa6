// What @hono/node-server makes of the head of a Response, and what the rules have said: it sends no reason but Node's,
// gives a type to whatever has none, and knows fields as the web does, in lower case and joined.

import type { ServerResponse } from 'node:http';
import type { Answer } from '../../request/transport.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { sendByteHead } from '../node/byte-head.ts';
import type { NodeBindings } from './node-bindings.ts';

/** The head of an answer of the rules. */
type ExactHead = Pick<Answer, 'status' | 'reason' | 'headers'>;

/** Fields as node:http takes them. */
type Fields = Record<string, unknown>;

/**
 * Lets the head of an answer go out as the rules have written it, where it is this answer that goes out, and with what
 * middleware has changed in it.
 */
export function sendExactHead({ incoming, outgoing }: NodeBindings, answer: ExactHead): void {
  if (outgoing === undefined || incoming.httpVersionMajor > 1) return;
  const writeHead = outgoing.writeHead as WriteHead;
  outgoing.writeHead = function exact(this: ServerResponse, status: number, ...rest: unknown[]) {
    outgoing.writeHead = writeHead as ServerResponse['writeHead'];
    const fields = rest[0];
    if (status !== answer.status || !isFields(fields) || !isOf(answer.headers, fields))
      return writeHead.call(this, status, ...rest);
    writeHead.call(this, status, answer.reason, spelled(fields, answer.headers));
    sendByteHead(outgoing, Object.values(fields));
    return outgoing;
  } as ServerResponse['writeHead'];
}

/** @hono/node-server's. */
const TYPE_OF_NONE = 'text/plain; charset=UTF-8';

/** Lets the head of a program's answer go out with the bytes that rules may have put into it. */
export function sendHeadAsBytes({ incoming, outgoing }: NodeBindings): void {
  if (outgoing === undefined || incoming.httpVersionMajor > 1) return;
  const writeHead = outgoing.writeHead as WriteHead;
  outgoing.writeHead = function asBytes(this: ServerResponse, status: number, ...rest: unknown[]) {
    outgoing.writeHead = writeHead as ServerResponse['writeHead'];
    writeHead.call(this, status, ...rest);
    const fields = rest[0];
    if (isFields(fields)) sendByteHead(outgoing, Object.values(fields));
    return outgoing;
  } as ServerResponse['writeHead'];
}

type WriteHead = (this: ServerResponse, status: number, ...rest: unknown[]) => ServerResponse;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What every answer of the rules has, and none of a program's has both. */
function isOf(list: HeaderList, fields: Fields): boolean {
  return ['date', 'server'].every((name) => fields[name] === list.get(name));
}

/** The fields as the list spells and repeats them, as far as they still say the same; others behind them. */
function spelled(fields: Fields, list: HeaderList): Fields {
  const left = { ...fields };
  if (!list.has('content-type') && left['content-type'] === TYPE_OF_NONE) delete left['content-type'];
  const written: Fields = {};
  for (const [name] of list) {
    const key = name.toLowerCase();
    const values = list.getAll(key).map((value) => value.trim());
    if (left[key] === undefined || joined(left[key]) !== joined(values)) continue;
    delete left[key];
    written[name] = values.length === 1 ? values[0] : values;
  }
  return { ...written, ...left };
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
