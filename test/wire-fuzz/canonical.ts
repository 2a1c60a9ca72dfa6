// What portico read, written so that llhttp reads it too: every known leniency undone (those for which the corpus gives a
// reason), and nothing else. What llhttp still refuses in this form, portico takes without a reason.

import { METHODS } from 'node:http';
import type { ParserReading } from '../wire/parser-reading.ts';
import type { ReadMessage } from '../wire/verdict.ts';
import type { FuzzInput } from './input.ts';

const KNOWN_METHODS: ReadonlySet<string> = new Set(METHODS);

/** The messages that were read, without what came behind them. */
export function canonicalText(input: FuzzInput, { messages }: ParserReading): string {
  let from = 0;
  let text = '';
  for (const message of messages) {
    const part = input.text.slice(from, message.upTo);
    text += input.side === 'requests' ? canonicalRequest(part, message) : canonicalResponse(part, message);
    from = message.upTo;
  }
  return text;
}

function canonicalRequest(part: string, message: ReadMessage): string {
  const { facts } = message;
  // RFC 1945: one line, and the end.
  if (facts.get('version') === '0.9') return 'GET /x HTTP/1.0\r\n\r\n';
  const [head, body] = splitMessage(part.replace(/^(?:\r\n)+/, ''), '\r\n');
  const [first = '', ...fields] = unfolded(head).split('\r\n');
  const lines = requestFields(fields, facts.get('framing') === 'chunked');
  const shown = facts.get('framing') === 'chunked' ? canonicalChunks(body) : body;
  return `${canonicalRequestLine(first)}\r\n${lines.join('\r\n')}\r\n\r\n${shown}`;
}

/** Any token is a method, 1.9 is 1.1, bytes above ASCII may stand in a target; a CONNECT is not a tunnel yet. */
function canonicalRequestLine(line: string): string {
  const [method = '', target = '', version = ''] = line.split(' ');
  const isKnown = KNOWN_METHODS.has(method) && method !== 'CONNECT';
  const shownTarget = method === 'CONNECT' ? '/' : target.replace(/[\x80-\xff]/g, 'x');
  return `${isKnown ? method : 'POST'} ${shownTarget} ${version.replace(/[2-9]$/, '1')}`;
}

/** Chunks count and the length goes; blanks around a value; an upgrade that nobody makes; no field of HTTP. */
function requestFields(fields: readonly string[], isChunked: boolean): string[] {
  return fields
    .filter((field) => !isChunked || !/^content-length:/i.test(field))
    .map((field) => field.replace(/^([^:]*):[ \t]*(.*?)[ \t]*$/, '$1: $2'))
    .map((field) => field.replace(/^(?=(?:upgrade|proxy-connection):)/i, 'X-'));
}

function canonicalResponse(part: string, message: ReadMessage): string {
  const { facts, start } = message;
  const [head, body] = splitMessage(part.replace(/^\r?\n/, ''), '\n');
  const [first = '', ...fields] = unfolded(head.replace(/\r?\n/g, '\r\n')).split('\r\n');
  const framing = facts.get('framing')!;
  const lines = responseFields(fields, framing, start);
  const shown = framing === 'chunked' ? canonicalChunks(body) : body;
  // An interim response of HTTP/1.0 ends nothing either.
  const version = start.startsWith('1') ? /^HTTP\/1\.[02-9]/ : /^HTTP\/1\.[2-9]/;
  return `${first.replace(version, 'HTTP/1.1')}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${shown}`;
}

/** Without content no length counts; beside chunks none; the same length twice is one; 1xx ends nothing. */
function responseFields(fields: readonly string[], framing: string, start: string): string[] {
  const isBare = framing === 'none';
  const isInterim = start.startsWith('1') && start !== '101';
  const seen = new Set<string>();
  return fields
    .map((field) => field.replace(/^([^:]*):[ \t]*(.*?)[ \t]*$/, '$1: $2'))
    .map((field) => field.replace(/^(?=(?:upgrade|proxy-connection):)/i, start === '101' ? '' : 'X-'))
    .filter((field) => {
      if (isInterim && /^connection:/i.test(field)) return false;
      if (/^transfer-encoding:/i.test(field)) return !isBare;
      if (!/^content-length:/i.test(field)) return true;
      const isRepeated = seen.has('length');
      seen.add('length');
      return framing === 'length' && !isRepeated;
    });
}

/** Head, without its last line end, and what follows the empty line. */
function splitMessage(text: string, lineEnd: '\r\n' | '\n'): [head: string, body: string] {
  const found = (lineEnd === '\r\n' ? /\r\n\r\n/ : /\r?\n\r?\n/).exec(text);
  if (found === null) return [text, ''];
  return [text.slice(0, found.index), text.slice(found.index + found[0].length)];
}

/** RFC 9112 section 5.2: a fold is a space. */
function unfolded(head: string): string {
  return head.replace(/[ \t]*\r\n[ \t]+/g, ' ');
}

/** Padding and blanks in size lines; trailers that say something of framing, and their folds. */
function canonicalChunks(body: string): string {
  let at = 0;
  let text = '';
  for (;;) {
    const end = body.indexOf('\r\n', at);
    const line = body.slice(at, end);
    const size = Number.parseInt(line, 16);
    // No size line for this reader: a finding.
    if (end < 0 || Number.isNaN(size)) return text + body.slice(at);
    const from = end + 2;
    text += `${withoutBlanks(line)}\r\n`;
    if (size === 0) return `${text}${canonicalTrailers(body.slice(from))}`;
    text += body.slice(from, from + size + 2);
    at = from + size + 2;
  }
}

/** Quoted texts keep theirs. */
function withoutBlanks(line: string): string {
  return line.replace(/"(?:[^"\\]|\\.)*"|[ \t]+/g, (found) => (found.startsWith('"') ? found : ''));
}

function canonicalTrailers(trailers: string): string {
  const framing = /^(?=(?:content-length|transfer-encoding|connection|upgrade|proxy-connection)[ \t]*:)/gim;
  return unfolded(trailers).replace(framing, 'X-');
}
