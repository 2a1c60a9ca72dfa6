// What mod_deflate and mod_brotli do alike with an answer before its body: may it be coded, does the client want it,
// and what its fields say afterwards.

import type { Exchange } from '../../request/exchange.ts';
import { forgetLength } from '../../request/output-filters.ts';
import { acceptsCoding } from './accepts.ts';

/** What becomes of a validator when the bytes behind it change (DeflateAlterETag, BrotliAlterETag). */
export type EtagChange = 'addsuffix' | 'nochange' | 'remove';

/** Codings that change nothing. */
const PLAIN: ReadonlySet<string> = new Set(['identity', '7bit', '8bit', 'binary']);

/** The codings of the answer in order, as its fields name them; undefined for none. */
export function contentEncoding(x: Exchange): string | undefined {
  const own = x.headersOut.combined('content-encoding');
  const always = x.errHeadersOut.combined('content-encoding');
  if (own === undefined || always === undefined) return own ?? always;
  return `${own},${always}`;
}

/** Why an answer is never coded; undefined when it may be. */
export function reasonAgainst(x: Exchange, envName: string): string | undefined {
  if (x.isSubrequest()) return 'subrequest';
  if (x.status === 204) return 'no content';
  if (hasEnv(x, envName)) return envName;
  if (x.headersOut.has('content-range')) return 'content-range';
  const coding = contentEncoding(x)
    ?.split(',')
    .map((word) => word.trim())
    .find((word) => word !== '' && !PLAIN.has(word));
  return coding === undefined ? undefined : `content-encoding already  set: ${coding}`;
}

export function hasEnv(x: Exchange, name: string): boolean {
  return x.hasEnv() && x.env.has(name);
}

/** Notes that the answer depends on Accept-Encoding; does the client take this coding? */
export function isWanted(x: Exchange, coding: string, isForced = false): boolean {
  x.headersOut.merge('Vary', 'Accept-Encoding');
  if (isForced) return true;
  const accepted = x.headers.get('accept-encoding');
  return accepted !== undefined && acceptsCoding(accepted, coding);
}

/** Makes the fields speak of the coded body. */
export function markCoded(x: Exchange, coding: string, change: EtagChange, suffix: string = coding): void {
  const before = contentEncoding(x);
  // What a 304 itself says of its body is dropped; this is said of the body that it stands for.
  const fields = x.status === 304 ? x.errHeadersOut : x.headersOut;
  if (before === undefined || before.toLowerCase() === 'identity') fields.set('Content-Encoding', coding);
  else fields.merge('Content-Encoding', coding);
  changeBytes(x, change, suffix);
}

/** The body will be other bytes: what was said of the present ones goes, and its ETag is another one's. */
export function changeBytes(x: Exchange, change: EtagChange, suffix: string): void {
  forgetLength(x);
  x.headersOut.delete('content-md5');
  if (change === 'remove') x.headersOut.delete('etag');
  else if (change === 'addsuffix') addEtagSuffix(x, suffix);
}

function addEtagSuffix(x: Exchange, suffix: string): void {
  const etag = x.headersOut.get('etag');
  if (etag !== undefined && etag.length > 2 && etag.endsWith('"'))
    x.headersOut.set('ETag', `${etag.slice(0, -1)}-${suffix}"`);
}

/** Compressors that work at once; each holds some 400 KB. Further answers go out as they are. */
const MOST_COMPRESSORS = 512;

let compressors = 0;

/** Takes one of the places of compressors; `freeCompressor` gives it back. False where there is none left. */
export function mayCompress(): boolean {
  return compressors < MOST_COMPRESSORS;
}

export function takeCompressor(): void {
  compressors++;
}

export function freeCompressor(): void {
  compressors--;
}

/** Where the names of notes with sizes are kept (DeflateFilterNote, BrotliFilterNote). */
export interface NoteNames {
  readonly ratio?: string;
  readonly input?: string;
  readonly output?: string;
}

/** Leaves what a log may say of the coding. */
export function leaveNotes(x: Exchange, names: NoteNames, input: number, output: number, none = '-'): void {
  if (names.input !== undefined) x.notes.set(names.input, input > 0 ? String(input) : none);
  if (names.output !== undefined) x.notes.set(names.output, output > 0 ? String(output) : none);
  if (names.ratio !== undefined)
    x.notes.set(names.ratio, input > 0 ? String(Math.floor((output * 100) / input)) : '-');
}

/** Adds what a FilterNote line says; undefined for a kind that is none. */
export function readNote(
  names: NoteNames | undefined,
  first: string,
  second: string | undefined,
): NoteNames | undefined {
  const kind = second === undefined ? 'ratio' : first.toLowerCase();
  if (kind !== 'ratio' && kind !== 'input' && kind !== 'output') return undefined;
  return { ...names, [kind]: second ?? first };
}
