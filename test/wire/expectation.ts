// What a line of the corpus expects: `ok "abc" framing=chunked, 400 -- why`. Read here, and compared with what a
// parser made of the bytes.

import { readText } from './notation.ts';
import type { End, Reading } from './verdict.ts';

/** One message that is to be read whole. */
interface ExpectedMessage {
  /** `ok` for a request, the status for a response. */
  readonly start: string;
  readonly body: string;
  /** Names of facts or fields, and their values; undefined for a field that is not to be there. */
  readonly facts: readonly (readonly [name: string, value: string | undefined])[];
}

export interface Expectation {
  readonly messages: readonly ExpectedMessage[];
  readonly end: End;
  /** The status of a refusal. */
  readonly status: string;
}

const PART = /^ *(?:"((?:[^"\\]|\\.)*)"|(!?)([\w-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^ ",]*)))?)( *, *)?/;

interface Part {
  readonly text: string | undefined;
  readonly isAbsent: boolean;
  readonly word: string;
  readonly value: string | undefined;
}

/** Reads what stands behind the arrow; throws with `place` where it is not understood. */
export function readExpectation(text: string, place: string): Expectation {
  const groups: Part[][] = [[]];
  let rest = text.split(' -- ')[0]!.trim();
  while (rest !== '') {
    const found = PART.exec(rest);
    if (found === null) throw new Error(`${place}: not an expectation: ${rest}`);
    const [whole, quoted, absent, word = '', quotedValue, value = quotedValue, comma] = found;
    groups.at(-1)!.push({ text: quoted, isAbsent: absent === '!', word, value });
    if (comma !== undefined) groups.push([]);
    rest = rest.slice(whole.length);
  }
  return buildExpectation(groups, place);
}

function buildExpectation(groups: readonly Part[][], place: string): Expectation {
  const messages: ExpectedMessage[] = [];
  for (const [at, [first, ...others]] of groups.entries()) {
    const word = first?.word ?? '';
    const isLast = at === groups.length - 1;
    if (isMessage(word, place)) messages.push(buildMessage(word, others, place));
    else if (!isLast || others.length > 0 || endOf(word) === undefined)
      throw new Error(`${place}: a message or an end has to stand here: ${word}`);
    else return { messages, end: endOf(word)!, status: /^\d+$/.test(word) ? word : '' };
  }
  return { messages, end: 'clean', status: '' };
}

function isMessage(word: string, place: string): boolean {
  return word === 'ok' || (place.startsWith('responses/') && /^\d{3}$/.test(word));
}

function endOf(word: string): End | undefined {
  if (/^\d{3}$/.test(word) || word === 'bad') return 'refused';
  return word === 'more' || word === 'closed' ? word : undefined;
}

function buildMessage(start: string, parts: readonly Part[], place: string): ExpectedMessage {
  const facts = parts
    .filter((part) => part.text === undefined)
    .map(
      ({ word, value, isAbsent }) => [word, isAbsent ? undefined : readText(value ?? 'yes', place)] as const,
    );
  const body = parts.find((part) => part.text !== undefined)?.text ?? '';
  return { start, body: readText(body, place), facts };
}

/** How what was read differs from what was expected; undefined where it does not. */
export function differenceFrom(expected: Expectation, reading: Reading): string | undefined {
  for (const [at, message] of expected.messages.entries()) {
    const actual = reading.messages[at];
    if (actual === undefined) return `message ${at + 1} is not read`;
    if (message.start !== 'ok' && message.start !== actual.start) return `the status is ${actual.start}`;
    if (message.body !== actual.body) return `the body is ${JSON.stringify(actual.body)}`;
    for (const [name, value] of message.facts)
      if (actual.facts.get(name) !== value)
        return `${name} is ${JSON.stringify(actual.facts.get(name))} and not ${JSON.stringify(value)}`;
  }
  if (reading.messages.length > expected.messages.length)
    return `a message too many: ${reading.messages[expected.messages.length]!.start}`;
  // Behind a final response nobody reads on.
  const isOver =
    expected.end === 'clean' && reading.end === 'closed' && expected.messages.at(-1)?.start !== 'ok';
  if (reading.end !== expected.end && !isOver) return `the end is ${reading.end} ${reading.detail}`;
  if (expected.status !== '' && !reading.detail.startsWith(expected.status))
    return `refused with ${reading.detail}`;
  return undefined;
}
