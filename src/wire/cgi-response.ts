// The header block that a CGI or FastCGI program writes (RFC 3875 section 6), read as Apache reads it.
// Which of Status and Location leads to a redirect is the handler's decision.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import { isFieldText, isToken } from './field-syntax.ts';
import { HeaderList } from './header-list.ts';
import { HeldBytes } from './held-bytes.ts';
import { formatHttpDate, parseHttpDate } from './http-date.ts';
import { knownReason } from './reason.ts';

/** The head of a program's output. */
export interface CgiHead {
  /** What Status says; undefined when there is none. 500 when it says nothing sensible. */
  readonly status: number | undefined;
  /** The text after the number, Apache's own phrase when there is none. */
  readonly reason: string | undefined;
  /** May be empty, which is not the same as none. */
  readonly location: string | undefined;
  /** As it came, and not to be believed: what is sent decides. */
  readonly contentLength: string | undefined;
  /**
   * The other fields: Set-Cookie as often as it came, other repetitions merged, the last Content-Type, Last-Modified
   * in its proper form. Status, Location, Content-Length and Transfer-Encoding are not among them.
   */
  readonly headers: HeaderList;
}

/**
 * `malformed`: a line without a colon, which includes folded ones; `text` is the line. `unsafe`: a name or value that
 * must not be sent. `too-long`: a line or the block is over its limit. All are answered 500.
 */
export class CgiError {
  readonly kind: 'malformed' | 'unsafe' | 'too-long';
  readonly text: string;

  constructor(kind: CgiError['kind'], text: string) {
    this.kind = kind;
    this.text = text;
  }
}

/** Apache: a longer line is no header. */
const LONGEST_LINE = 8189;
const LARGEST_BLOCK = 512 * 1024;
const MOST_FIELDS = 5000;

const CR = 0x0d;
const LF = 0x0a;

/**
 * Reads one header block; lines end in LF or CR LF. `feed` answers the head, an error, or undefined when it needs
 * more bytes: output that ends there has no head (Apache: "End of script output before headers"). After a head,
 * `position` is the index in the fed buffer where the body begins.
 */
export class CgiResponseParser {
  position = 0;
  readonly #held = new HeldBytes();
  readonly #fields = new CgiFields();
  // Offsets from the first byte of the output, wherever that is held.
  #lineStart = 0;
  #at = 0;

  feed(buf: Buffer, start = 0): CgiHead | CgiError | undefined {
    const before = this.#held.length;
    if (before === 0) return this.#finish(this.#scan(buf, start, buf.length), buf, start);
    this.#held.add(buf, start);
    return this.#finish(this.#scan(this.#held.bytes, 0, this.#held.length), buf, start - before);
  }

  #finish(result: CgiHead | CgiError | undefined, buf: Buffer, origin: number): typeof result {
    if (result !== undefined) {
      this.position = origin + this.#at;
      this.#held.clear();
    } else if (this.#held.length === 0 && origin < buf.length) this.#held.add(buf, origin);
    return result;
  }

  #scan(bytes: Buffer, base: number, end: number): CgiHead | CgiError | undefined {
    for (;;) {
      const from = base + this.#lineStart;
      const limit = Math.min(end, from + LONGEST_LINE + 2);
      const lf = findLf(bytes, base + this.#at, limit);
      this.#at = (lf < 0 ? limit : lf + 1) - base;
      if (lf < 0) return limit - from > LONGEST_LINE + 1 ? new CgiError('too-long', '') : undefined;
      const to = lf > from && bytes[lf - 1] === CR ? lf - 1 : lf;
      this.#lineStart = this.#at;
      if (to === from) return this.#fields.finish();
      if (to - from > LONGEST_LINE || this.#at > LARGEST_BLOCK) return new CgiError('too-long', '');
      const error = this.#fields.add(bytes.toString('latin1', from, to));
      if (error !== undefined) return error;
    }
  }
}

function findLf(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === LF) return at;
  return -1;
}

/** The fields read so far, by Apache's rules for each name. */
class CgiFields {
  readonly #headers = new HeaderList();
  #status: string | undefined;
  #location: string | undefined;
  #contentLength: string | undefined;
  #count = 0;

  add(line: string): CgiError | undefined {
    this.#count += 1;
    if (this.#count > MOST_FIELDS) return new CgiError('too-long', line);
    const colon = line.indexOf(':');
    if (colon < 0) return new CgiError('malformed', line);
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^[ \t]+/, '');
    if (!isToken(name) || !isFieldText(value)) return new CgiError('unsafe', name);
    this.#store(name, value);
    return undefined;
  }

  #store(name: string, value: string): void {
    if (equalsIgnoreCase(name, 'status')) this.#status = value;
    else if (equalsIgnoreCase(name, 'location')) this.#location = value;
    else if (equalsIgnoreCase(name, 'content-type')) this.#headers.set('Content-Type', value);
    else if (equalsIgnoreCase(name, 'last-modified')) this.#storeDate(value);
    else if (equalsIgnoreCase(name, 'set-cookie')) this.#headers.append(name, value);
    else if (equalsIgnoreCase(name, 'content-length')) this.#contentLength = value;
    else if (!equalsIgnoreCase(name, 'transfer-encoding')) this.#headers.merge(name, value);
  }

  #storeDate(value: string): void {
    const time = parseHttpDate(value);
    if (time !== undefined) this.#headers.set('Last-Modified', formatHttpDate(time));
  }

  finish(): CgiHead {
    const line = this.#status === undefined ? undefined : parseStatus(this.#status);
    return {
      status: line?.status,
      reason: line?.reason,
      location: this.#location,
      contentLength: this.#contentLength,
      headers: this.#headers,
    };
  }
}

/** Apache: any number from 100 to 999 is taken, with its text when a space follows; the rest is 500. */
function parseStatus(value: string): { status: number; reason: string } {
  const words = /^\+?([0-9]{3})(?![0-9])(.*)$/.exec(value);
  if (words === null || words[1]!.startsWith('0')) return { status: 500, reason: knownReason(500)! };
  const status = Number(words[1]);
  const text = words[2]!;
  const isNamed = text.startsWith(' ') && text.trim() !== '';
  return { status, reason: isNamed ? text.slice(1) : (knownReason(status) ?? '') };
}
