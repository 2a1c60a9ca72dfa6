// Requests that were saved: a HAR file of a browser, or the bytes of one request in a file.

import { type Question, QuestionError } from './question.ts';

/** What a file of requests holds. */
export type SavedRequests =
  | { readonly kind: 'questions'; readonly questions: readonly Question[] }
  /** One request, its bytes as they are. */
  | { readonly kind: 'bytes'; readonly bytes: string };

/** `text` is a byte string. Throws QuestionError where it is neither. */
export function readSavedRequests(text: string): SavedRequests {
  if (/^\s*\{/.test(text)) return { kind: 'questions', questions: readHar(text) };
  const bytes = withLineEnds(text);
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ \S+(?: HTTP\/[0-9.]+)?\r\n/.test(bytes))
    throw new QuestionError('neither a HAR file nor a request: the first line is no request line');
  return { kind: 'bytes', bytes };
}

/** A head that was written in an editor has LF alone, and perhaps no empty line at its end. */
function withLineEnds(text: string): string {
  if (text.includes('\r\n\r\n')) return text;
  const blank = /\r?\n\r?\n/.exec(text);
  const head = blank === null ? text.trimEnd() : text.slice(0, blank.index);
  const body = blank === null ? '' : text.slice(blank.index + blank[0].length);
  return `${head.replace(/\r?\n/g, '\r\n')}\r\n\r\n${body}`;
}

interface HarRequest {
  readonly method?: unknown;
  readonly url?: unknown;
  readonly headers?: readonly { readonly name?: unknown; readonly value?: unknown }[];
  readonly postData?: { readonly text?: unknown };
}

function readHar(bytes: string): Question[] {
  let har: { readonly log?: { readonly entries?: unknown } };
  try {
    har = JSON.parse(Buffer.from(bytes, 'latin1').toString('utf8'));
  } catch {
    throw new QuestionError('not a HAR file: no valid JSON');
  }
  const entries = har.log?.entries;
  if (!Array.isArray(entries)) throw new QuestionError('not a HAR file: it has no log with entries');
  return entries.map((entry: { readonly request?: HarRequest }, at) => readEntry(entry.request ?? {}, at));
}

/** Made anew for the request that is put: they are the framing's. */
const NOT_TAKEN = /^(?::|content-length$|transfer-encoding$|connection$|host$)/i;

function readEntry({ method, url, headers, postData }: HarRequest, at: number): Question {
  if (typeof method !== 'string' || typeof url !== 'string')
    throw new QuestionError(`entry ${at + 1} of the HAR file has no method or URL`);
  const fields = (Array.isArray(headers) ? headers : []).flatMap(({ name, value }) =>
    typeof name === 'string' && typeof value === 'string' && !NOT_TAKEN.test(name) && !/[\r\n\0]/.test(value)
      ? [[latin1(name), latin1(value)] as const]
      : [],
  );
  const body = typeof postData?.text === 'string' ? latin1(postData.text) : undefined;
  return { url: latin1(url), method, headers: fields, body };
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
