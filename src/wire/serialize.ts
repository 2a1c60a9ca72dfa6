// Message heads → latin1 text, ready for the socket. The last gate against header injection: nothing with a control
// byte passes, wherever it came from.

import type { HeaderList } from './header-list.ts';

/** Why a head was not written; `text` is the offending name, or the name of the field with the offending value. */
export class UnsafeHead {
  readonly part: 'method' | 'target' | 'status' | 'reason' | 'name' | 'value';
  readonly text: string;

  constructor(part: UnsafeHead['part'], text: string) {
    this.part = part;
    this.text = text;
  }
}

const UNSAFE_NAME = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/;
const UNSAFE_TEXT = /[^\t\x20-\x7e\x80-\xff]/;
const UNSAFE_TARGET = /[^\x21-\x7e\x80-\xff]/;

/** `METHOD target HTTP/1.minor` and the fields, up to and with the empty line. */
export function writeRequestHead(
  method: string,
  target: string,
  headers: HeaderList,
  minor: 0 | 1 = 1,
): string | UnsafeHead {
  if (method === '' || UNSAFE_NAME.test(method)) return new UnsafeHead('method', method);
  if (target === '' || UNSAFE_TARGET.test(target)) return new UnsafeHead('target', target);
  return writeHead(`${method} ${target} HTTP/1.${minor}\r\n`, headers);
}

/** `HTTP/1.1 status reason` and the fields, up to and with the empty line; an empty reason keeps its space. */
export function writeResponseHead(status: number, reason: string, headers: HeaderList): string | UnsafeHead {
  if (!Number.isInteger(status) || status < 100 || status > 999)
    return new UnsafeHead('status', String(status));
  if (UNSAFE_TEXT.test(reason)) return new UnsafeHead('reason', reason);
  return writeHead(`HTTP/1.1 ${status} ${reason}\r\n`, headers);
}

function writeHead(firstLine: string, headers: HeaderList): string | UnsafeHead {
  const { flat } = headers;
  let text = firstLine;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    const value = flat[i + 1]!;
    if (name === '' || UNSAFE_NAME.test(name)) return new UnsafeHead('name', name);
    if (UNSAFE_TEXT.test(value)) return new UnsafeHead('value', name);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** The first field that must not be sent, or undefined when all may: Apache answers 500 instead of such a response. */
export function findUnsafeField(headers: HeaderList): UnsafeHead | undefined {
  const result = writeHead('', headers);
  return typeof result === 'string' ? undefined : result;
}
