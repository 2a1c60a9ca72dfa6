// Conditional requests (RFC 9110 section 13), in Apache's order and with Apache's verdicts.

import { equalsStrongly, equalsWeakly, parseEtagList } from './etag.ts';
import type { HeaderList } from './header-list.ts';
import { parseHttpDate } from './http-date.ts';

/** What the conditions are held against. Times are milliseconds since 1970. */
export interface Validators {
  readonly etag: string | undefined;
  readonly lastModified: number | undefined;
  readonly requestTime: number;
}

/** Apache's verdict on all conditions of a request. */
export type ConditionVerdict = 'proceed' | 304 | 412;

/** `unasked`: the field is absent or unusable; `met` and `failed` say what its RFC section calls true and false. */
type Condition = 'unasked' | 'met' | 'failed';

/**
 * Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since. 304 is answered to GET and HEAD only,
 * and only when no condition that was asked speaks against it.
 */
export function evaluateConditions(
  method: string,
  headers: HeaderList,
  validators: Validators,
): ConditionVerdict {
  if (checkIfMatch(headers, validators) === 'failed') return 412;
  const unmodified = checkIfUnmodifiedSince(headers, validators);
  if (unmodified === 'failed') return 412;
  const isRead = method === 'GET' || method === 'HEAD';
  const noneMatch = checkIfNoneMatch(headers, validators, isRead && !headers.has('range'));
  if (noneMatch === 'failed' && !isRead) return 412;
  if (!isRead || unmodified === 'met' || noneMatch === 'met') return 'proceed';
  const modified = checkIfModifiedSince(headers, validators);
  if (modified === 'met') return 'proceed';
  return noneMatch === 'failed' || modified === 'failed' ? 304 : 'proceed';
}

function checkIfMatch(headers: HeaderList, { etag }: Validators): Condition {
  const list = headers.combined('if-match');
  if (list === undefined) return 'unasked';
  if (list.startsWith('*')) return 'met';
  return etag !== undefined && parseEtagList(list).some((tag) => equalsStrongly(tag, etag))
    ? 'met'
    : 'failed';
}

function checkIfUnmodifiedSince(headers: HeaderList, validators: Validators): Condition {
  const since = readDate(headers, 'if-unmodified-since');
  if (since === undefined) return 'unasked';
  return modifiedSecond(validators) > since ? 'failed' : 'met';
}

/** Apache: with a Range, and for methods that change things, only the strong comparison counts. */
function checkIfNoneMatch(headers: HeaderList, { etag }: Validators, mayBeWeak: boolean): Condition {
  const list = headers.combined('if-none-match');
  if (list === undefined) return 'unasked';
  if (list.startsWith('*')) return 'failed';
  if (etag === undefined) return 'met';
  const equals = mayBeWeak ? equalsWeakly : equalsStrongly;
  return parseEtagList(list).some((tag) => equals(tag, etag)) ? 'failed' : 'met';
}

/** Dates in the future are ignored (RFC 9110 section 13.1.3). */
function checkIfModifiedSince(headers: HeaderList, validators: Validators): Condition {
  const since = readDate(headers, 'if-modified-since');
  if (since === undefined) return 'unasked';
  return modifiedSecond(validators) > since || since > validators.requestTime ? 'met' : 'failed';
}

function readDate(headers: HeaderList, name: string): number | undefined {
  const text = headers.get(name);
  return text === undefined ? undefined : parseHttpDate(text);
}

/** HTTP dates know whole seconds. Apache: what has no date was modified at the time of the request. */
function modifiedSecond({ lastModified, requestTime }: Validators): number {
  return Math.floor((lastModified ?? requestTime) / 1000) * 1000;
}
