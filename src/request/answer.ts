// From a request to its answer: phases, handler, error documents and internal redirects, which start again.
// They call each other in a circle, as in Apache; the number of turns is limited.

import { andThen, goOn, type Soon, settle } from '../kit/wait.ts';
import { HeaderList } from '../wire/header-list.ts';
import { allowField } from './allow.ts';
import { coreDir } from './core-config.ts';
import { drawErrorPage } from './error-page.ts';
import { textOf } from './evaluate.ts';
import { Exchange } from './exchange.ts';
import { logEvent, logException } from './log.ts';
import { isRecursionExceeded } from './recursion.ts';
import { mapRequest } from './run.ts';
import { runPhase } from './run-phase.ts';
import { DECLINED, DONE, OK, type Verdict } from './verdict.ts';

/** Runs the phases and the handler; afterwards `x.last()` holds the answer, whatever happened. */
export function answer(x: Exchange): Soon<void> {
  let verdict: Soon<Verdict>;
  try {
    verdict = runToAnswer(x);
  } catch (error) {
    verdict = failed(x, error);
  }
  return typeof verdict === 'number' ? settleAnswer(x, verdict) : answerLater(x, verdict);
}

function answerLater(x: Exchange, verdict: Promise<Verdict>): Promise<void> {
  return verdict.then(
    (later) => settleAnswer(x, later),
    (error) => settleAnswer(x, failed(x, error)),
  );
}

/** An exception is a defect of this exchange alone: logged with its stack, answered with 500. */
function failed(x: Exchange, error: unknown): Verdict {
  logException(x, 'core', error);
  return 500;
}

function settleAnswer(x: Exchange, verdict: Verdict): Soon<void> {
  if (verdict === OK || verdict === DONE) return undefined;
  // What rules have set for a status is no error that came before.
  return die(x, verdict === DECLINED ? 500 : verdict, x.prev === undefined ? 200 : x.status);
}

function runToAnswer(x: Exchange): Soon<Verdict> {
  const read = runPhase(x, 'postReadRequest');
  return typeof read === 'number' ? mapAndHandle(x, read) : goOn(read, mapAndHandle, x);
}

function mapAndHandle(x: Exchange, read: Verdict): Soon<Verdict> {
  if (read !== OK) return read;
  const mapped = mapRequest(x);
  return typeof mapped === 'number' ? handleMapped(x, mapped) : goOn(mapped, handleMapped, x);
}

function handleMapped(x: Exchange, mapped: Verdict): Soon<Verdict> {
  x.isMadeEarly = mapped === DONE;
  return mapped === OK ? runHandler(x) : mapped;
}

/** A content type without its parameters. */
function typeName(type: string): string {
  const semicolon = type.indexOf(';');
  return semicolon < 0 ? type : type.slice(0, semicolon).trimEnd();
}

/**
 * Runs the handler phase of a mapped exchange; when nobody handles it, 500 as Apache. Where nothing names a handler, the
 * content type is its name (`AddType application/x-httpd-cgi .cgi`): every type at this point is the configuration's.
 */
export function runHandler(x: Exchange): Soon<Verdict> {
  const given = x.handler;
  const name = given ?? (x.contentType === undefined ? undefined : typeName(x.contentType));
  x.handler = name;
  const verdict = runPhase(x, 'handler');
  return typeof verdict === 'number'
    ? endHandler(x, given, name, verdict)
    : endHandlerLater(x, given, name, verdict);
}

function endHandlerLater(
  x: Exchange,
  given: string | undefined,
  name: string | undefined,
  verdict: Promise<Verdict>,
): Promise<Verdict> {
  return verdict.then((later) => endHandler(x, given, name, later));
}

function endHandler(
  x: Exchange,
  given: string | undefined,
  name: string | undefined,
  verdict: Verdict,
): Verdict {
  x.handler = given;
  if (verdict !== DECLINED) return verdict;
  if (name !== undefined)
    logEvent(x, 'core', 'warn', `AH00522: handler "${name}" not found for: ${x.filename}`);
  return 500;
}

/** Statuses after which the connection's state is in doubt. */
const DROPS_CONNECTION: ReadonlySet<number> = new Set([400, 408, 411, 413, 414, 500, 501, 503]);

/**
 * Makes the answer for a status: nothing more for 304 and 204, else the ErrorDocument or Apache's page. `earlier` is
 * the status that was to be answered before.
 */
export function die(x: Exchange, status: Verdict, earlier: number = x.status): Soon<void> {
  if (DROPS_CONNECTION.has(status)) x.closeAfter = true;
  if (status === 304 || status === 204) {
    x.status = status;
    x.responseBody = undefined;
    x.isCanned = true;
    return undefined;
  }
  // An error on top of another, as while an ErrorDocument is made: the first is what the client asked about.
  if (earlier !== 200) {
    sendPageOfFirst(x, status);
    return undefined;
  }
  const document = coreDir(x.dirConfig).errorDocuments?.get(status);
  if (document === undefined || document.kind === 'default') {
    sendPage(x, status, { reason: x.reason });
    return undefined;
  }
  x.status = status;
  return andThen(settle(textOf(x, document.expr)), (text) => {
    if (text !== undefined) {
      x.site.rehearsal?.note(x, { kind: 'error-document', status, document: text });
      return sendDocument(x, status, document.kind, text);
    }
    sendPage(x, status, { reason: x.reason });
    return undefined;
  });
}

/** The page for the first error of a chain; `status` is what is sent where there was none before this exchange's. */
function sendPageOfFirst(x: Exchange, status: number): void {
  const first = firstError(x);
  first.next = undefined;
  sendPage(first, first === x ? status : first.status, { recursive: x.status });
}

/** The exchange whose error an ErrorDocument was to describe; its configuration counts for the page. */
function firstError(x: Exchange): Exchange {
  let at = x;
  if (x.status === 200) return x;
  while (at.prev !== undefined && at.prev.status !== 200) at = at.prev;
  return at;
}

function sendDocument(x: Exchange, status: number, kind: 'text' | 'path' | 'url', text: string): Soon<void> {
  switch (kind) {
    case 'text':
      dropHandlerHeaders(x, status);
      x.status = status;
      x.contentType = 'text/html; charset=iso-8859-1';
      setBody(x, text);
      return undefined;
    case 'url':
      x.headersOut.set('Location', text);
      sendPage(x, 302, {});
      return undefined;
    case 'path':
      return redirectToDocument(x, status, text);
  }
}

function redirectToDocument(x: Exchange, status: number, path: string): Soon<void> {
  x.status = status;
  x.reason = undefined;
  const notes = x.note('error-notes');
  if (notes !== undefined) x.env.set('ERROR_NOTES', notes);
  x.env.set('REQUEST_METHOD', x.method);
  const location = x.headersOut.get('location');
  const next = redirected(x, path);
  if (next === undefined) {
    // Too deep already: that is an error of its own, and the page tells of both.
    sendPageOfFirst(x, 500);
    return undefined;
  }
  next.method = 'GET';
  next.status = status;
  next.errorStatus = status;
  if (location !== undefined && status >= 300 && status < 400) next.headersOut.set('Location', location);
  return answer(next);
}

/** Header fields of a handler that failed must not describe the page that takes its place. */
function dropHandlerHeaders(x: Exchange, status: number): void {
  x.isCanned = true;
  const location = x.headersOut.get('location');
  x.headersOut = new HeaderList();
  if (location !== undefined && ((status >= 300 && status < 400) || status === 201)) {
    x.headersOut.set('Location', location);
  }
  if (status === 405 || status === 501) x.headersOut.set('Allow', allowField(x));
}

function sendPage(
  x: Exchange,
  status: number,
  page: { recursive?: number; reason?: string | undefined },
): void {
  dropHandlerHeaders(x, status);
  x.status = status;
  x.contentType = 'text/html; charset=iso-8859-1';
  const location = x.headersOut.get('location') ?? x.errHeadersOut.get('location');
  setBody(x, drawErrorPage(x, { status, location, ...page }));
}

function setBody(x: Exchange, body: string): void {
  x.responseBody = body;
  x.contentLength = body.length;
}

/** Note of an exchange whose way to the next one was chosen by header fields: its Vary is the next one's, too. */
export const KEEPS_VARY = 'redirect-keeps-vary';

/** The next exchange of a chain, for a URL of this server; undefined (and logged) beyond the limit. */
function redirected(x: Exchange, target: string): Exchange | undefined {
  if (isRecursionExceeded(x)) return undefined;
  x.site.rehearsal?.note(x, { kind: 'redirect', uri: target });
  const url = withoutFragment(target);
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  const next = new Exchange(
    x.site,
    x.server,
    x.transport,
    {
      requestLine: x.requestLine,
      method: x.method,
      target: x.target,
      rawPath: path === '' ? '/' : path,
      args: query < 0 ? undefined : url.slice(query + 1),
      hostname: x.hostname,
      port: x.hostPort,
      protocol: x.protocol,
      headers: x.headers,
      body: x.body,
    },
    x.startedAt,
  );
  next.headOnly = x.headOnly;
  next.prev = x;
  next.main = x.main;
  x.next = next;
  next.redirects = x.redirects + 1;
  next.takeClient(x);
  next.errHeadersOut = x.errHeadersOut;
  next.closeAfter = x.closeAfter;
  // What an attempt that failed depended on says nothing of its error document.
  const vary = x.note(KEEPS_VARY) === undefined ? undefined : x.headersOut.combined('vary');
  if (vary !== undefined) next.headersOut.set('Vary', vary);
  next.errorStatus = x.errorStatus;
  next.status = x.status;
  next.listTag = x.listTag;
  carryEnv(x, next);
  return next;
}

function withoutFragment(url: string): string {
  const hash = url.indexOf('#');
  return hash < 0 ? url : url.slice(0, hash);
}

/** The environment moves on with `REDIRECT_` before every name. */
function carryEnv(from: Exchange, to: Exchange): void {
  if (from.hasEnv()) for (const [name, value] of from.env) to.env.set(`REDIRECT_${name}`, value);
  to.env.set('REDIRECT_STATUS', String(from.status));
}

/**
 * Answers with another URL of this server: `target` is an escaped path with an optional query. All phases run
 * again; `contentType` is the type where they find none. What the handler phase should answer: OK, the new exchange
 * holds the answer, or 500 beyond the limit.
 */
export function internalRedirect(
  x: Exchange,
  target: string,
  { contentType }: { readonly contentType?: string | undefined } = {},
): Soon<Verdict> {
  const next = redirected(x, target);
  if (next === undefined) return 500;
  next.contentType = contentType;
  return andThen(answer(next), () => OK);
}

/**
 * Takes over a subrequest's mapping as this exchange's own, phases not run again (DirectoryIndex, negotiation).
 */
export function fastRedirect(x: Exchange, sub: Exchange): void {
  x.uri = sub.uri;
  x.rawPath = sub.rawPath;
  x.args = sub.args;
  x.filename = sub.filename;
  x.pathInfo = sub.pathInfo;
  x.file = sub.file;
  x.owner = sub.owner;
  x.handler = sub.handler;
  x.contentType = sub.contentType;
  x.dirConfig = sub.dirConfig;
  x.proxied = sub.proxied;
  x.outputFilters = sub.outputFilters;
  x.inputFilters = sub.inputFilters;
  for (const [name, value] of sub.headersOut) x.headersOut.append(name, value);
  for (const [name, value] of sub.errHeadersOut) x.errHeadersOut.append(name, value);
  if (sub.hasEnv()) {
    x.coveredEnv = new Map([...(x.coveredEnv ?? []), ...x.env]);
    for (const [name, value] of sub.env) x.env.set(name, value);
    x.scriptEnv = sub.scriptEnv;
  }
  for (const [name, value] of sub.notes) x.notes.set(name, value);
  x.takeState(sub);
}
