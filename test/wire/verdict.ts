// What a reader made of the bytes of a connection: the messages it took, and how that ended. The same for portico's
// parsers, for llhttp and for Apache, so that they can be held against each other.

/**
 * `clean`: all bytes are used, the next message may begin. `more`: within a message. `refused`: not HTTP. `closed`: what
 * was read ends the connection, whatever follows. `open`: clean or within a first line, which nobody can tell apart.
 */
export type End = 'clean' | 'more' | 'refused' | 'closed' | 'open';

/** A message that was read whole. */
export interface Message {
  /** The request's method, or the response's status. */
  readonly start: string;
  /** The content, one character per byte; undefined where the reader does not show it. */
  readonly body: string | undefined;
}

export interface Verdict {
  readonly messages: readonly Message[];
  readonly end: End;
  /** With `refused`: the status, or the reader's own word. */
  readonly detail: string;
}

/** What portico's parsers tell beside: facts by their names, and fields by theirs. */
export interface ReadMessage extends Message {
  readonly body: string;
  readonly facts: ReadonlyMap<string, string>;
  /** How many bytes were used when it was complete. */
  readonly upTo: number;
}

export interface Reading extends Verdict {
  readonly messages: readonly ReadMessage[];
}

/** The start of a message that a server answered by itself. */
export const UNKNOWN = '?';

/** What a response comes to once its connection is over: interim responses left out, and cut off is refused. */
export function finalVerdict({ messages, end, detail }: Verdict): Verdict {
  const final = messages.filter(({ start }) => start === '101' || !start.startsWith('1'));
  return { messages: final, end: end === 'more' || end === 'clean' ? 'refused' : end, detail };
}

/**
 * How the first reader is more lenient than the second; undefined where it is not. It is where it takes a message that
 * the other does not take, where it takes it with other content, and where it waits while the other has refused.
 */
export function leniencyOf(reader: Verdict, other: Verdict): string | undefined {
  for (const [at, message] of reader.messages.entries()) {
    const known = other.messages[at];
    if (known === undefined) return `takes message ${at + 1}: ${message.start}`;
    if (known.start !== UNKNOWN && known.start !== message.start)
      return `reads ${message.start} where the other reads ${known.start}`;
    if (known.body !== undefined && message.body !== undefined && known.body !== message.body)
      return `reads another body in message ${at + 1}`;
  }
  if (other.messages.length > reader.messages.length || other.end !== 'refused') return undefined;
  return reader.end === 'more' ? 'waits for more' : undefined;
}

/** One line for a verdict, as it stands in the answers. */
export function writeVerdict({ messages, end, detail }: Verdict): string {
  const parts = messages.map(({ start, body }) =>
    body === undefined ? `${start} ?` : `${start} ${quote(body)}`,
  );
  if (end === 'refused') parts.push(`refused ${detail}`.trimEnd());
  else if (end !== 'clean') parts.push(end);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

const LONGEST_SHOWN = 64;

/** Bodies beyond a line are told by their length. */
function quote(body: string): string {
  if (body.length > LONGEST_SHOWN) return `(${body.length})`;
  return JSON.stringify(body).replace(/[\x7f-\xff]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
}

/** Reads what `writeVerdict` wrote. Bodies of which only the length was kept are `undefined`. */
export function readVerdict(text: string): Verdict {
  const messages: Message[] = [];
  let rest = text === 'nothing' ? '' : text;
  for (;;) {
    const found = /^([^\s,]+) (?:("(?:[^"\\]|\\.)*")|\?|\(\d+\))(?:, |$)/.exec(rest);
    if (found === null) break;
    messages.push({ start: found[1]!, body: found[2] === undefined ? undefined : JSON.parse(found[2]) });
    rest = rest.slice(found[0].length);
  }
  const [end = '', ...detail] = rest.split(' ');
  return { messages, end: rest === '' ? 'clean' : (end as End), detail: detail.join(' ') };
}
