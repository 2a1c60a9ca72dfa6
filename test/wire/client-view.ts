// What a client of a whole server saw, and what that says about what the server read. Reads leniently and with its own
// eyes: none of portico's parsers is used here.

import { type Message, UNKNOWN, type Verdict } from './verdict.ts';

/** A field of every answer of the recording backend. */
export const BACKEND_FIELD = 'X-Backend';

export interface ClientAnswer {
  readonly status: string;
  readonly head: string;
  readonly body: string;
  /** The body is as long as its head says. */
  readonly isWhole: boolean;
}

export interface ClientView {
  readonly answers: readonly ClientAnswer[];
  /** Bytes that belong to no answer: the body of an HTTP/0.9 answer, or a defect. */
  readonly rest: string;
}

const HEAD = /^HTTP\/1\.1 (\d{3})[^\n]*\r\n(?:[^\r\n]+\r\n)*\r\n/;

/** Cuts what came back into answers. Without a method, a HEAD is known by the body that does not follow. */
export function readClientView(text: string, method?: string): ClientView {
  const answers: ClientAnswer[] = [];
  let rest = text;
  for (;;) {
    const found = HEAD.exec(rest);
    if (found === null) return { answers, rest };
    const [head, status = ''] = found;
    const after = rest.slice(head.length);
    const content = isBodiless(status, method, head, after) ? EMPTY : readContent(head, after);
    answers.push({ status, head, body: content.body, isWhole: content.isWhole });
    rest = after.slice(content.length);
  }
}

interface Content {
  readonly body: string;
  readonly length: number;
  readonly isWhole: boolean;
}

const EMPTY: Content = { body: '', length: 0, isWhole: true };

function isBodiless(status: string, method: string | undefined, head: string, after: string): boolean {
  if (status.startsWith('1') || status === '204' || status === '304') return true;
  if (method !== undefined) return method === 'HEAD';
  // The recording backend says `ok`, the pages of a server are HTML: neither begins like a head.
  return !/\r\ntransfer-encoding:/i.test(head) && (after === '' || after.startsWith('HTTP/1.1 '));
}

function readContent(head: string, after: string): Content {
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)?.[1];
  if (/\r\ntransfer-encoding: *chunked\r\n/i.test(head)) return readChunks(after);
  if (length === undefined) return { body: after, length: after.length, isWhole: true };
  const body = after.slice(0, Number(length));
  return { body, length: body.length, isWhole: body.length === Number(length) };
}

function readChunks(after: string): Content {
  let body = '';
  let at = 0;
  for (;;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(after.slice(at, at + 20));
    if (line === null) return { body, length: after.length, isWhole: false };
    const size = Number.parseInt(line[1]!, 16);
    at += line[0].length;
    if (size === 0) {
      const isWhole = after.startsWith('\r\n', at);
      return { body, length: isWhole ? at + 2 : after.length, isWhole };
    }
    body += after.slice(at, at + size);
    at += size;
    if (!after.startsWith('\r\n', at)) return { body, length: after.length, isWhole: false };
    at += 2;
  }
}

/**
 * What a server read from a client, told by its answers and by what reached the backend. An answer 400 that is not
 * prompt is one about bytes that did not come, as 408 is: Apache says so of trailers.
 */
export function servedVerdict(
  { answers, rest }: ClientView,
  received: readonly string[],
  isPrompt: boolean,
): Verdict {
  const messages: Message[] = [];
  const waiting = [...received];
  for (const { status, head } of answers) {
    if (status.startsWith('1')) continue;
    if (status === '408' || (status === '400' && !isPrompt)) return { messages, end: 'more', detail: '' };
    if (!status.startsWith('2')) return { messages, end: 'refused', detail: status };
    const request = head.includes(`\r\n${BACKEND_FIELD}: `) ? waiting.shift() : undefined;
    messages.push(request === undefined ? { start: UNKNOWN, body: undefined } : messageOf(request));
  }
  // An HTTP/0.9 answer has no head.
  const simple = rest === '' ? undefined : waiting.shift();
  if (simple !== undefined) return { messages: [...messages, messageOf(simple)], end: 'closed', detail: '' };
  const isLast = /\r\nconnection: *close\r\n/i.test(answers.at(-1)?.head ?? '');
  return { messages, end: isLast ? 'closed' : 'open', detail: '' };
}

/** A request as the backend read it: its head, an empty line, its content. */
export function messageOf(request: string): Message {
  const end = request.indexOf('\r\n\r\n');
  return { start: request.slice(0, request.indexOf(' ')), body: request.slice(end + 4) };
}

/** What a server read from its backend, told by what the client got; interim responses are left out. */
export function responseVerdict({ answers, rest }: ClientView): Verdict {
  const answer = answers.find(({ status }) => status === '101' || !status.startsWith('1'));
  if (answer === undefined) return { messages: [], end: rest === '' ? 'more' : 'refused', detail: '' };
  const { status, head, body, isWhole } = answer;
  const isOwn =
    /\r\ncontent-type: text\/html; charset=iso-8859-1\r\n/i.test(head) && /^50[023]$/.test(status);
  if (isOwn) return { messages: [], end: 'refused', detail: status };
  if (!isWhole) return { messages: [], end: 'more', detail: '' };
  return { messages: [{ start: status, body }], end: 'closed', detail: '' };
}
