// What may not happen when bytes go through the whole of the built portico, whatever they are: told from what the
// backend and the client got, and from what the parser reads of the same bytes.

import { REQUEST_LIMITS } from '../../src/wire/request-parser.ts';
import { messageOf } from './client-view.ts';
import type { Asked } from './lanes.ts';
import { writeText } from './notation.ts';
import { type ParserReading, readRequests } from './parser-reading.ts';
import { finalVerdict, type Message, type Reading, type Verdict, writeVerdict } from './verdict.ts';

/** A field that was joined from several is longer than a client's may be. */
const BACKEND_LIMITS = { ...REQUEST_LIMITS, fieldSize: 2 * REQUEST_LIMITS.fieldSize };

/** The backend gets the requests that were read, or fewer, each as one message; the client one answer for each. */
export function requestFault(
  reading: ParserReading,
  { verdict, view, received, wire }: Asked,
): string | undefined {
  if (view.rest !== '' && reading.messages.at(-1)?.facts.get('version') !== '0.9')
    return `the client got ${JSON.stringify(view.rest)}`;
  for (const [at, bytes] of wire.entries()) {
    const fault = faultOnTheWire(bytes, at >= reading.messages.length);
    if (fault !== undefined) return `the backend got ${fault}: ${writeText(bytes.toString('latin1'))}`;
  }
  if (!isWithin(received.map(messageOf), reading.messages))
    return `the backend got ${received.map((one) => writeText(one)).join(' | ')}; read ${writeVerdict(reading)}`;
  const finals = view.answers.filter(({ status }) => !status.startsWith('1'));
  if (finals.length > reading.messages.length + 1) return `${finals.length} answers`;
  return reading.end === 'refused' ? refusalFault(reading, verdict, finals.at(-1)?.head ?? '') : undefined;
}

/** What cannot be read is answered as the parser says, once, and the connection is over. */
function refusalFault(reading: ParserReading, verdict: Verdict, lastHead: string): string | undefined {
  // An earlier answer ended the connection, or the request was answered before its body was read.
  if (verdict.messages.length !== reading.messages.length || verdict.end === 'closed') return undefined;
  const status = isOddlyCoded(reading) ? '500' : reading.detail.slice(0, 3);
  // Before its body is read a request may be no good for another reason: an expectation, a path.
  const hasBody = reading.unfinished !== undefined || reading.detail === '501 coded';
  if (hasBody && /^4\d\d$/.test(verdict.detail)) return undefined;
  if (verdict.detail !== status) return `answered ${verdict.detail} and not ${status}`;
  return /\r\nConnection: close\r\n/.test(lastHead) ? undefined : 'the connection is not said to be over';
}

/** Apache: its proxy answers 500 to any Transfer-Encoding but a plain `chunked`, and everybody else 501 to other codings. */
function isOddlyCoded({ detail, unfinished }: ParserReading): boolean {
  if (detail === '501 coded') return true;
  for (const [name, value] of unfinished ?? [])
    if (/^transfer-encoding$/i.test(name) && !/^chunked$/i.test(value)) return true;
  return false;
}

/** What is wrong with a request as it arrived at the backend: it is one message, whole unless the client's broke off. */
function faultOnTheWire(bytes: Buffer, mayBreakOff: boolean): string | undefined {
  const { messages, end } = readRequests(bytes, [], BACKEND_LIMITS);
  const [message] = messages;
  if (mayBreakOff && message === undefined && end === 'more') return undefined;
  if (message === undefined || messages.length > 1) return `${messages.length} messages`;
  if (end !== 'closed' || message.upTo !== bytes.length) return `bytes behind the message`;
  return framingsFault(bytes.toString('latin1', 0, bytes.indexOf('\r\n\r\n')));
}

function framingsFault(head: string): string | undefined {
  const framings = head.match(/^(?:content-length|transfer-encoding)[ \t]*:/gim) ?? [];
  return framings.length > 1 ? `${framings.length} framings` : undefined;
}

/** True when `some` are messages of `all`, in their order. */
function isWithin(some: readonly Message[], all: readonly Message[]): boolean {
  let at = 0;
  for (const message of some) {
    while (at < all.length && !isSame(all[at]!, message)) at += 1;
    if (at === all.length) return false;
    at += 1;
  }
  return true;
}

function isSame(one: Message, other: Message): boolean {
  return one.start === other.start && one.body === other.body;
}

/** So many interim responses are the end of a response (Apache). */
const TOO_MANY_INTERIMS = 10;
const NOTHING: Verdict = { messages: [], end: 'refused', detail: '' };

/** The client gets one answer, with a sound head: the very response that was read, or no whole one. */
export function responseFault(reading: Reading, { verdict, view }: Asked): string | undefined {
  if (view.rest !== '') return `bytes behind the answer: ${JSON.stringify(view.rest)}`;
  const finals = view.answers.filter(({ status }) => !status.startsWith('1'));
  if (finals.length !== 1) return `${finals.length} answers`;
  const { head } = finals[0]!;
  if (/[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/.test(head))
    return `a control byte in ${writeText(head)}`;
  const interims = reading.messages.filter(({ start }) => start.startsWith('1') && start !== '101').length;
  const read: Verdict = interims < TOO_MANY_INTERIMS ? finalVerdict(reading) : NOTHING;
  return framingsFault(head) ?? comparedWith(verdict, read);
}

/** A client gets the very response, or no whole one. */
function comparedWith(verdict: Verdict, read: Verdict): string | undefined {
  const [message] = read.messages;
  const [shown] = verdict.messages;
  if (message === undefined || message.start === '101')
    return shown === undefined ? undefined : `passed on as ${writeVerdict(verdict)}`;
  return shown !== undefined && isSame(shown, message) ? undefined : `passed on as ${writeVerdict(verdict)}`;
}
