// What of an answer is compared: the words of a `=== compare` section, and an answer written down as
// lines with everything left out or replaced that these words, or the general rules, exempt.
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { Field } from './message-body.ts';

export interface Comparison {
  readonly onlyStatus: boolean;
  readonly onlyHeaders: ReadonlySet<string> | undefined;
  readonly ignoredHeaders: ReadonlySet<string>;
  readonly shownHeaders: ReadonlySet<string>;
  readonly ignoredEcho: ReadonlySet<string>;
  readonly words: ReadonlySet<ComparisonWord>;
}

const WORDS = [
  'ignore body',
  'exact',
  'links',
  'title',
  'sorted lines',
  'any error',
  'loose location',
  'reason',
  'version',
  'interim',
  'framing',
  'connection',
] as const;

export type ComparisonWord = (typeof WORDS)[number];

/** The rules without any `=== compare` section. */
export const compareEverything: Comparison = {
  onlyStatus: false,
  onlyHeaders: undefined,
  ignoredHeaders: new Set(),
  shownHeaders: new Set(),
  ignoredEcho: new Set(),
  words: new Set(),
};

/** Adds one line of a `=== compare` section. Throws on a line that says nothing. */
export function readComparisonLine(comparison: Comparison, line: string): Comparison {
  if (line === 'only status') return { ...comparison, onlyStatus: true };
  const word = WORDS.find((known) => known === line);
  if (word !== undefined) return { ...comparison, words: new Set([...comparison.words, word]) };
  const [, verb = '', list = ''] =
    /^(only header|ignore header|show header|ignore echo)s?\s+(.+)$/.exec(line) ?? [];
  const names = list.split(/[\s,]+/).map((name) => name.toLowerCase());
  if (verb === 'only header')
    return { ...comparison, onlyHeaders: new Set([...(comparison.onlyHeaders ?? []), ...names]) };
  if (verb === 'ignore header')
    return { ...comparison, ignoredHeaders: new Set([...comparison.ignoredHeaders, ...names]) };
  if (verb === 'show header')
    return { ...comparison, shownHeaders: new Set([...comparison.shownHeaders, ...names]) };
  if (verb === 'ignore echo')
    return { ...comparison, ignoredEcho: new Set([...comparison.ignoredEcho, ...names]) };
  throw new Error(`'${line}' is not something to compare`);
}

/** A final answer as it came over the wire, ports and folders already replaced by their names. */
export interface Answer {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Field[];
  readonly body: string;
  /** The length of the body before names replaced ports and folders in it. */
  readonly bodyLength: number;
  readonly framing: 'chunked' | 'length' | 'close' | 'none';
  readonly isComplete: boolean;
  readonly isKept: boolean;
  readonly interim: readonly { readonly status: number; readonly headers: readonly Field[] }[];
}

const NEVER_COMPARED = new Set(['date', 'server', 'connection', 'keep-alive', 'transfer-encoding']);

/** The compared part of an answer, one fact a line: two answers agree when these lines do. */
export function writeAnswer(answer: Answer, comparison: Comparison): string[] {
  const { words } = comparison;
  if (words.has('any error') && answer.status >= 400) return ['400 or more'];
  const isNarrow = comparison.onlyStatus || comparison.onlyHeaders !== undefined;
  const lines = [statusLine(answer, words)];
  if (words.has('interim'))
    lines.push(...answer.interim.flatMap(({ status, headers }) => interimLines(status, headers)));
  if (words.has('framing')) lines.push(`(framing: ${answer.framing})`);
  if (words.has('connection')) lines.push(`(connection: ${answer.isKept ? 'kept' : 'closed'})`);
  if (!answer.isComplete && !comparison.onlyStatus) lines.push('(cut short)');
  const body = decodeBody(answer);
  const isPage = !words.has('exact') && isGeneratedPage(answer, body);
  lines.push(...headerLines(answer, body, comparison, isPage));
  if (!isNarrow && !words.has('ignore body')) lines.push(...bodyLines(body, comparison, isPage));
  return lines;
}

function statusLine(answer: Answer, words: ReadonlySet<ComparisonWord>): string {
  const version = words.has('version') ? `${answer.version} ` : '';
  return `${version}${answer.status}${words.has('reason') ? ` ${answer.reason}` : ''}`.trimEnd();
}

function interimLines(status: number, headers: readonly Field[]): string[] {
  const kept = headers.filter(([name]) => !NEVER_COMPARED.has(name.toLowerCase()));
  return [
    `(interim ${status})`,
    ...kept.map(([name, value]) => `(interim ${status}) ${name.toLowerCase()}: ${value}`),
  ];
}

/** Whether the body is a page that a server writes by itself: an error, a redirect. */
function isGeneratedPage(answer: Answer, body: string): boolean {
  const type = answer.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  return (
    type.startsWith('text/html') &&
    /^<!DOCTYPE HTML PUBLIC [^>]*>\s*<html>\s*<head>\s*<title>\d{3}\b/i.test(body)
  );
}

function headerLines(answer: Answer, body: string, comparison: Comparison, isPage: boolean): string[] {
  if (comparison.onlyStatus && comparison.onlyHeaders === undefined) return [];
  const isEncoded = body !== answer.body;
  const date = Date.parse(answer.headers.find(([name]) => name.toLowerCase() === 'date')?.[1] ?? '');
  const lines: string[] = [];
  for (const [name, value] of answer.headers) {
    const key = name.toLowerCase();
    if (!isHeaderCompared(key, comparison)) continue;
    if (key === 'content-length' && (isPage || isEncoded) && !comparison.shownHeaders.has(key)) continue;
    lines.push(`${key}: ${headerValue(key, value, answer, comparison, date)}`.trimEnd());
  }
  return lines
    .map((line, index) => ({ line, index, key: line.slice(0, line.indexOf(':')) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.index - b.index))
    .map(({ line }) => escapeLine(line));
}

function isHeaderCompared(key: string, comparison: Comparison): boolean {
  if (comparison.shownHeaders.has(key)) return true;
  if (comparison.onlyHeaders !== undefined) return comparison.onlyHeaders.has(key);
  return !NEVER_COMPARED.has(key) && !comparison.ignoredHeaders.has(key);
}

function headerValue(
  key: string,
  value: string,
  answer: Answer,
  comparison: Comparison,
  date: number,
): string {
  if (key === 'content-length' && Number(value) === answer.bodyLength)
    return String(withoutBoundary(answer.body).length);
  if (key === 'content-type') return value.replace(/^(multipart\/byteranges; boundary=).*/, '$1BOUNDARY');
  // Apache lists the methods in the order of a hash table that differs from start to start.
  if (key === 'allow')
    return value
      .split(/\s*,\s*/)
      .sort()
      .join(',');
  if (key === 'date') return Math.abs(date - Date.now()) < 60_000 ? '{NOW}' : value;
  if (key === 'location' && comparison.words.has('loose location')) return value.replace(/ /g, '%20');
  return value.replace(/\b[A-Z][a-z]{2}, \d\d[ -][A-Z][a-z]{2}[ -]\d{4} \d\d:\d\d:\d\d GMT/g, (written) =>
    relativeDate(written, date),
  );
}

/** A date from the answer's own second on is written as its distance from it, to five seconds. */
function relativeDate(written: string, date: number): string {
  const seconds = (Date.parse(written.replace(/-/g, ' ')) - date) / 1000;
  if (Number.isNaN(seconds) || seconds < -2) return written;
  return `{DATE+${Math.round(seconds / 5) * 5}s}`;
}

function decodeBody(answer: Answer): string {
  const encoding = answer.headers
    .find(([name]) => name.toLowerCase() === 'content-encoding')?.[1]
    ?.toLowerCase();
  const bytes = Buffer.from(answer.body, 'latin1');
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return gunzipSync(bytes).toString('latin1');
    if (encoding === 'deflate') return inflateSync(bytes).toString('latin1');
    if (encoding === 'br') return brotliDecompressSync(bytes).toString('latin1');
  } catch {
    // What claims an encoding and is none (a file named .gz) is compared as it came.
  }
  return answer.body;
}

function bodyLines(body: string, comparison: Comparison, isPage: boolean): string[] {
  const { words } = comparison;
  const isHtml = /<(html|!doctype html)/i.test(body);
  if (isHtml && words.has('links')) return linkLines(body);
  if (isHtml && words.has('title')) return [`(title: ${titleOf(body)})`];
  if (isPage) return [`(page: ${titleOf(body).slice(0, 3)})`, ...linkLines(body)];
  return writeText(filteredEcho(withoutBoundary(body), comparison), words.has('sorted lines'));
}

function titleOf(page: string): string {
  return /<title>([^<]*)<\/title>/i.exec(page)?.[1]?.trim() ?? '';
}

function linkLines(page: string): string[] {
  return [...page.matchAll(/\bhref="([^"]*)"/gi)].map((match) => `(link: ${escapeLine(match[1] ?? '')})`);
}

function withoutBoundary(body: string): string {
  const boundary = /^\r\n--([0-9a-zA-Z'()+_,./:=?-]{1,70})\r\nContent-type:/i.exec(body)?.[1];
  return boundary === undefined ? body : body.replaceAll(`--${boundary}`, '--BOUNDARY');
}

function filteredEcho(body: string, comparison: Comparison): string {
  if (comparison.ignoredEcho.size === 0) return body;
  return body
    .split('\n')
    .filter((line) => !comparison.ignoredEcho.has(/^([\w.-]+)[:=]/.exec(line)?.[1]?.toLowerCase() ?? ''))
    .join('\n');
}

const LONGEST_BODY = 20_000;

/** A text as lines that begin with a bar; every byte outside ASCII is written as an escape. */
export function writeText(body: string, isSorted = false): string[] {
  if (body === '') return [];
  if (body.length > LONGEST_BODY) return [`(a body of ${body.length} bytes)`];
  const lines = body.split('\n');
  const hasLineEnd = lines.at(-1) === '';
  if (hasLineEnd) lines.pop();
  if (isSorted) lines.sort();
  const written = lines.map((line) => `| ${escapeLine(line)}`.trimEnd());
  return hasLineEnd ? written : [...written, '(no line end)'];
}

/** Makes every byte of a line visible, so that a recorded answer is plain ASCII text. */
function escapeLine(line: string): string {
  return line
    .replace(/\\/g, '\\\\')
    .replace(/\r/g, '\\r')
    .replace(
      /[\x00-\x08\x0b-\x1f\x7f-\xff]/g,
      (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    .replace(/ $/, '\\x20');
}

/**
 * The expected and the actual lines as they are to be held against each other: Content-Length is
 * left out unless both have one.
 */
export function comparableLines(
  expected: readonly string[],
  actual: readonly string[],
): { expected: readonly string[]; actual: readonly string[] } {
  const isLength = (line: string): boolean => line.startsWith('content-length: ');
  if (expected.some(isLength) === actual.some(isLength)) return { expected, actual };
  return {
    expected: expected.filter((line) => !isLength(line)),
    actual: actual.filter((line) => !isLength(line)),
  };
}
