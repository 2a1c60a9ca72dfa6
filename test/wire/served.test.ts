// The corpus through the whole of the built portico: the backend gets the requests that the parser reads and no others,
// each as one message with one framing; a client gets what the parser reads of a backend, once, or an error.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REQUEST_LIMITS } from '../../src/wire/request-parser.ts';
import { messageOf } from './client-view.ts';
import { readWireFile, type WireEntry, wireFiles } from './corpus-file.ts';
import { type Asked, askLanes, type Lanes, startLanes } from './lanes.ts';
import { writeText } from './notation.ts';
import { type ParserReading, readEntry, readRequests } from './parser-reading.ts';
import { finalVerdict, type Message, type Verdict, writeVerdict } from './verdict.ts';

const LANES = 12;
/** Of the bytes of one `{each …}` so many are sent. */
const PER_LINE = 3;

let lanes: Lanes;

beforeAll(async () => {
  lanes = await startLanes('portico', LANES);
});

afterAll(() => lanes.close());

function sample(file: string): WireEntry[] {
  const entries = readWireFile(file);
  return entries.filter(({ place }, at) => entries[at - PER_LINE]?.place !== place);
}

function told({ place, bytes }: WireEntry, text: string): string {
  return `${place}: ${writeText(bytes.toString('latin1')).slice(0, 300)}\n    ${text}`;
}

/** A field that was joined from several is longer than a client's may be. */
const BACKEND_LIMITS = { ...REQUEST_LIMITS, fieldSize: 2 * REQUEST_LIMITS.fieldSize };

/** What is wrong with a request as it arrived at the backend: it has to be one message, whole unless the client's broke off. */
function faultOnTheWire(bytes: Buffer, mayBreakOff: boolean): string | undefined {
  const { messages, end } = readRequests(bytes, [], BACKEND_LIMITS);
  const [message] = messages;
  if (mayBreakOff && message === undefined && end === 'more') return undefined;
  if (message === undefined || messages.length > 1) return `${messages.length} messages`;
  if (end !== 'closed' || message.upTo !== bytes.length) return `bytes behind the message`;
  const head = bytes.toString('latin1', 0, bytes.indexOf('\r\n\r\n'));
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

function requestFault(entry: WireEntry, { verdict, view, received, wire }: Asked): string | undefined {
  const reading: ParserReading = readEntry(entry);
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
  if (reading.end !== 'refused' || verdict.messages.length < reading.messages.length) return undefined;
  // Apache: its proxy answers 500 to a coding beneath chunked, and everybody else 501.
  const status = reading.detail === '501 coded' ? '500' : reading.detail.slice(0, 3);
  if (verdict.detail !== status) return `answered ${verdict.detail} and not ${status}`;
  const isClosed = /\r\nConnection: close\r\n/.test(finals.at(-1)?.head ?? '');
  return isClosed ? undefined : 'the connection is not said to be over';
}

function responseFault(entry: WireEntry, { verdict, view }: Asked): string | undefined {
  if (view.rest !== '') return `bytes behind the answer: ${JSON.stringify(view.rest)}`;
  const finals = view.answers.filter(({ status }) => !status.startsWith('1'));
  if (finals.length !== 1) return `${finals.length} answers`;
  const { head } = finals[0]!;
  if (/[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n/.test(head))
    return `a control byte in ${writeText(head)}`;
  const framings = head.match(/^(?:content-length|transfer-encoding)[ \t]*:/gim) ?? [];
  if (framings.length > 1) return `${framings.length} framings`;
  return comparedWith(verdict, finalVerdict(readEntry(entry)));
}

/** The client gets the very response, or no whole one. */
function comparedWith(verdict: Verdict, read: Verdict): string | undefined {
  const [message] = read.messages;
  const [shown] = verdict.messages;
  if (message === undefined || message.start === '101')
    return shown === undefined ? undefined : `passed on as ${writeVerdict(verdict)}`;
  return shown !== undefined && isSame(shown, message) ? undefined : `passed on as ${writeVerdict(verdict)}`;
}

describe('the built portico', () => {
  for (const file of wireFiles()) {
    const isRequests = file.startsWith('requests/');
    it(`passes on of ${file} what its parser reads`, async () => {
      const entries = sample(file);
      const asked = await askLanes(lanes, entries, (lane, { bytes, section }) =>
        isRequests ? lane.askRequests(bytes, true) : lane.askResponses(bytes, section.method),
      );
      const faultOf = isRequests ? requestFault : responseFault;
      const faults = entries.flatMap((entry, at) => {
        const fault = faultOf(entry, asked[at]!);
        return fault === undefined ? [] : [told(entry, fault)];
      });
      expect(faults.slice(0, 6).join('\n')).toBe('');
      process.kill(lanes.server.pid, 0);
    });
  }
});
