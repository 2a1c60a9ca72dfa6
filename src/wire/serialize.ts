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

/** One pass over a whole head, whose names have no colon, costs half of two looks at each field. */
const SAFE_FIELDS = /^(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: [\t\x20-\x7e\x80-\xff]*\r\n)*$/;

function writeHead(firstLine: string, headers: HeaderList): string | UnsafeHead {
  const { flat } = headers;
  let fields = '';
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    if (name.includes(':')) return new UnsafeHead('name', name);
    fields += `${name}: ${flat[i + 1]}\r\n`;
  }
  if (!SAFE_FIELDS.test(fields) || countLines(fields) !== headers.size) return unsafeField(headers);
  return `${firstLine}${fields}\r\n`;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function unsafeField({ flat }: HeaderList): UnsafeHead {
  let i = 0;
  while (i < flat.length && isSafeField(flat[i]!, flat[i + 1]!)) i += 2;
  const name = flat[i] ?? '';
  return new UnsafeHead(name === '' || UNSAFE_NAME.test(name) ? 'name' : 'value', name);
}

function isSafeField(name: string, value: string): boolean {
  return name !== '' && !UNSAFE_NAME.test(name) && !UNSAFE_TEXT.test(value);
}

/** The first field that must not be sent, or undefined when all may: Apache answers 500 instead of such a response. */
export function findUnsafeField(headers: HeaderList): UnsafeHead | undefined {
  const result = writeHead('', headers);
  return typeof result === 'string' ? undefined : result;
}
