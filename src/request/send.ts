// Sending: the answer's header fields put together once, ranges cut, handed to the transport. Nothing is decided
// after this; framing and connection fields are the transport's.

import { andThen, goOn, type Soon } from '../kit/wait.ts';
import type { BodyContent } from '../wire/body.ts';
import { HeaderList } from '../wire/header-list.ts';
import { httpDateNow } from '../wire/http-date.ts';
import { reasonPhrase, sentStatus } from '../wire/reason.ts';
import { die } from './answer.ts';
import { cutRanges } from './byterange.ts';
import type { Exchange, ResponseBody } from './exchange.ts';
import { abortBody, isSliceable, runProtocolFilters } from './output-filters.ts';
import { serverSoftware } from './software.ts';
import type { Answer, Sent } from './transport.ts';
import { OK } from './verdict.ts';

/** Fields of the answer in Apache's order: Date, Server, fields of every answer, fields of this one, type. */
function answerHeaders(x: Exchange): HeaderList {
  const out = new HeaderList();
  const own = x.headersOut;
  out.append('Date', own.get('date') ?? httpDateNow(x.site.io.now()));
  out.append('Server', own.get('server') ?? serverSoftware(x.site));
  copyFields(x.errHeadersOut, out);
  copyFields(own, out);
  tidyVary(out);
  if (x.contentLength !== undefined && !own.has('content-length'))
    out.append('Content-Length', String(x.contentLength));
  // The type takes the place of whatever a Header line or a backend has put there.
  if (x.contentType !== undefined) out.set('Content-Type', x.contentType);
  return out;
}

/** Each name once, as it is spelled first, joined as Apache joins them; several fields become one. */
function tidyVary(out: HeaderList): void {
  const vary = out.combined('vary');
  if (vary === undefined || !vary.includes(',')) return;
  const names = new Map<string, string>();
  for (const name of vary.split(',').map((each) => each.trim()))
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  out.set('Vary', [...names.values()].join(','));
}

function copyFields(from: HeaderList, to: HeaderList): void {
  const flat = from.flat;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    if (isDateOrServer(name)) continue;
    to.flat.push(name, flat[i + 1]!);
  }
}

function isDateOrServer(name: string): boolean {
  if (name.length === 4) return name.toLowerCase() === 'date';
  return name.length === 6 && name.toLowerCase() === 'server';
}

/** 1xx, 204 and 304 have no body (RFC 9110 section 6.4.1). */
function hasNoBody(status: number): boolean {
  return status === 204 || status === 304 || status < 200;
}

/** Sends what the exchange holds; `x` is the last of its chain. */
export function send(x: Exchange): Soon<Sent> {
  if (hasNoBody(x.status)) dropBody(x);
  else if (cutRanges(x) !== OK) {
    abortBody(x.responseBody);
    return andThen(die(x, 416), () => send(x.initial().last()));
  }
  // What works on the bytes as they go out, ranges included.
  if (x.outputFilters !== undefined) return andThen(runProtocolFilters(x), () => transmit(x));
  return transmit(x);
}

function transmit(x: Exchange): Soon<Sent> {
  const sent = x.transport.send(answerOf(x));
  return sent instanceof Promise ? goOn(sent, noteSent, x) : noteSent(x, sent);
}

function answerOf(x: Exchange): Answer {
  const body = x.responseBody;
  const bodiless = x.headOnly || hasNoBody(x.status);
  if (bodiless) abortBody(body);
  x.sentHeaders = answerHeaders(x);
  return {
    status: x.reason === undefined ? sentStatus(x.status) : x.status,
    reason: x.reason ?? reasonPhrase(x.status),
    headers: x.sentHeaders,
    body: bodiless ? undefined : wholeBody(body),
    length: x.contentLength,
    bodiless,
    close: x.closeAfter || mayNotBeKept(x),
  };
}

/** Apache: for clients that cannot do it, as BrowserMatch says; what stands between is asked instead. */
function mayNotBeKept(x: Exchange): boolean {
  return x.hasEnv() && x.env.has('nokeepalive') && !x.headers.has('via');
}

function noteSent(x: Exchange, sent: Sent): Sent {
  const first = x.initial();
  first.bytesSent = sent.bytes;
  first.wireBytesSent = sent.wireBytes;
  first.complete = sent.complete;
  return sent;
}

function dropBody(x: Exchange): void {
  abortBody(x.responseBody);
  x.responseBody = undefined;
  x.contentLength = undefined;
  x.contentType = undefined;
  // A backend's own 304 or 204 says what it likes of the body it has not sent; only the framing is ours.
  if (x.proxied) x.headersOut.delete('content-length');
  else for (const name of OF_A_BODY) x.headersOut.delete(name);
}

/** Fields that describe a body; a 304 or 204 has none to describe. */
const OF_A_BODY: readonly string[] = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-language',
];

function wholeBody(body: ResponseBody): BodyContent | undefined {
  return isSliceable(body) ? body.slice(0, body.length) : body;
}
