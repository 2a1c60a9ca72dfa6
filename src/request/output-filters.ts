// Output filters of an answer: which it has, in Apache's order, and what a filter needs to look at a body or to put
// another in its place. The filters themselves are modules'.
//
//   handler ─▶ RESOURCE ─▶ CONTENT_SET ─▶ Header lines ─▶ byte ranges ─▶ PROTOCOL … NETWORK ─▶ transport
//
// Pages that the server makes for a status go through none of them, as in Apache.

import { lowerAscii } from '../kit/ascii.ts';
import { andThen, guard, type Soon } from '../kit/wait.ts';
import type { BodySource } from '../wire/body.ts';
import { BufferSource } from '../wire/buffer-source.ts';
import { type Beginning, HeldBody } from '../wire/held-body.ts';
import type { Exchange, OutputFilter, ResponseBody, SliceableBody } from './exchange.ts';
import { logEvent, logException } from './log.ts';
import type { ClientWatcher } from './transport.ts';
import { OK, type Verdict } from './verdict.ts';

/** Apache's filter types: lower ones are nearer to the handler. */
export const FILTER_TYPE = {
  resource: 10,
  contentSet: 20,
  protocol: 30,
  transcode: 40,
  connection: 50,
  network: 60,
} as const;

/** A filter cannot give the answer that it has begun to change; why is logged already. */
export class FilterError extends Error {
  readonly status: number;

  constructor(status = 500) {
    super('a filter cannot give the answer');
    this.status = status;
  }
}

/** Adds a filter behind those of its type and lower ones. */
export function addOutputFilter(x: Exchange, filter: OutputFilter): void {
  const filters = x.outputFilters;
  if (filters === undefined) {
    x.outputFilters = [filter];
    return;
  }
  let at = filters.length;
  while (at > 0 && filters[at - 1]!.type > filter.type) at--;
  filters.splice(at, 0, filter);
}

/** Adds filters by the names that SetOutputFilter has, one or several with `;` between them. */
export function addOutputFilters(x: Exchange, names: string): void {
  for (const name of filterNames(names)) {
    const filter = x.site.outputFilters.get(lowerAscii(name));
    if (filter === undefined)
      logEvent(x, 'core', 'error', `AH00082: an unknown filter was not added: ${name}`);
    else addOutputFilter(x, filter);
  }
}

/** The names in a list with `;`. Apache: a `;` at the end is no empty name. */
export function filterNames(names: string): readonly string[] {
  return (names.endsWith(';') ? names.slice(0, -1) : names).split(';');
}

/** Runs the filters of content; what answers instead where one of them cannot. */
export function runContentFilters(x: Exchange): Soon<Verdict> {
  if (x.outputFilters === undefined || x.isCanned) return OK;
  return guard(
    () => andThen(runFilters(x, x.outputFilters!, 0, FILTER_TYPE.protocol), () => OK),
    (error) => refuse(x, error),
  );
}

/** Runs the filters behind byte ranges. */
export function runProtocolFilters(x: Exchange): Soon<void> {
  const filters = x.outputFilters;
  if (filters === undefined || x.isCanned) return undefined;
  const first = filters.findIndex(({ type }) => type >= FILTER_TYPE.protocol);
  return first < 0 ? undefined : runFilters(x, filters, first, Number.POSITIVE_INFINITY);
}

/** From the one at `at` on, those of types below `limit`. */
function runFilters(x: Exchange, filters: readonly OutputFilter[], at: number, limit: number): Soon<void> {
  for (let i = at; i < filters.length && filters[i]!.type < limit; i++) {
    const applied = filters[i]!.apply(x);
    if (applied instanceof Promise) return applied.then(() => runFilters(x, filters, i + 1, limit));
  }
  return undefined;
}

function refuse(x: Exchange, error: unknown): Verdict {
  abortBody(x.responseBody);
  x.responseBody = undefined;
  if (error instanceof FilterError) return error.status;
  logException(x, 'core', error);
  return 500;
}

export function isSliceable(body: ResponseBody): body is SliceableBody {
  return typeof body === 'object' && 'slice' in body && !Buffer.isBuffer(body);
}

/** Nobody wants the body any longer. */
export function abortBody(body: ResponseBody): void {
  if (typeof body === 'object' && 'abort' in body) body.abort();
}

/** Bytes of the body if all of it is known: a page, a file, a backend's answer that says how long it is. */
export function knownLength(x: Exchange): number | undefined {
  const body = x.responseBody;
  if (body === undefined) return 0;
  if (x.proxied) return x.contentLength;
  if (typeof body === 'string' || Buffer.isBuffer(body) || isSliceable(body)) return body.length;
  return x.contentLength;
}

/** Was all of the handler's body at hand? Then what filters make of it comes as fast as it is taken. */
export function isAtHand(x: Exchange): boolean {
  if (x.bodyBefore !== undefined) return x.bodyBefore === 'at hand';
  const body = x.responseBody;
  return typeof body === 'string' || Buffer.isBuffer(body) || isSliceable(body);
}

/** Nothing that was said of the body's length is true any longer. */
export function forgetLength(x: Exchange): void {
  x.contentLength = undefined;
  x.headersOut.delete('content-length');
}

/** Puts another body of unknown length in the place of the present one, where there is one to be sent. */
export function replaceBody(x: Exchange, change: (source: BodySource) => BodySource): void {
  forgetLength(x);
  if (x.headOnly || x.responseBody === undefined) return;
  x.bodyBefore = isAtHand(x) ? 'at hand' : 'coming';
  x.responseBody = change(sourceOf(x.responseBody));
}

/** Puts another body of the same length in the place of the present one. */
export function keepLength(x: Exchange, change: (source: BodySource) => BodySource): void {
  const body = x.responseBody;
  if (x.headOnly || body === undefined) return;
  // What the transport would count is lost behind a source.
  x.contentLength ??= typeof body === 'string' || Buffer.isBuffer(body) ? body.length : undefined;
  x.responseBody = change(sourceOf(body));
}

function sourceOf(body: Exclude<ResponseBody, undefined>): BodySource {
  if (typeof body === 'string') return new BufferSource(Buffer.from(body, 'latin1'));
  if (Buffer.isBuffer(body)) return new BufferSource(body);
  return isSliceable(body) ? sourceOf(body.slice(0, body.length)) : body;
}

/**
 * Looks at the beginning of a body: all of it where it has no more than `most` bytes. Rejects with FilterError where it
 * breaks off, or the client goes, before that is known.
 */
export function beginningOf(x: Exchange, source: BodySource, most: number): Promise<Beginning> {
  return new Promise((resolve, reject) => {
    const held = new HeldBody(source, most);
    let isSettled = false;
    let hasClientGone = false;
    const watcher: ClientWatcher = {
      onClientGone() {
        hasClientGone = true;
        held.abort();
      },
    };
    held.look({
      found(beginning) {
        isSettled = true;
        x.transport.unwatch(watcher);
        resolve(beginning);
      },
      failed(error) {
        isSettled = true;
        x.transport.unwatch(watcher);
        if (!hasClientGone && !(error instanceof FilterError))
          logEvent(x, 'core', 'error', `the body of the answer broke off: ${error.message}`);
        reject(error instanceof FilterError ? error : new FilterError(x.proxied ? 502 : 500));
      },
    });
    if (isSettled) return;
    x.transport.watch(watcher);
  });
}

/** Looks at the beginning of the answer's body and puts it back: as bytes if that is all, else as a source. */
export async function holdBody(x: Exchange, most: number): Promise<void> {
  const body = x.responseBody;
  if (body === undefined) return;
  const beginning = await beginningOf(x, sourceOf(body), most);
  x.responseBody = beginning;
  if (Buffer.isBuffer(beginning)) x.contentLength = beginning.length;
}

/** Waits for the beginning of the answer's body, so that a fault in it is an error page; says nothing of its length. */
export async function awaitBeginning(x: Exchange, most: number): Promise<void> {
  const body = x.responseBody;
  if (body === undefined) return;
  const beginning = await beginningOf(x, sourceOf(body), most);
  x.responseBody = Buffer.isBuffer(beginning) ? new BufferSource(beginning) : beginning;
}
