// A backend's response head → the exchange's answer: fields of the connection dropped, dates and places put into the
// public site's words, error pages replaced where ProxyErrorOverride says so.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import { parseDecimal } from '../../wire/decimal.ts';
import { FieldTable } from '../../wire/field-table.ts';
import { HeaderList } from '../../wire/header-list.ts';
import { nominatedFields, RESPONSE_HOP_BY_HOP } from '../../wire/hop-by-hop.ts';
import { formatHttpDate, parseHttpDate } from '../../wire/http-date.ts';
import type { ResponseHead } from '../../wire/response-parser.ts';
import type { Attempt } from './attempt.ts';
import { BackendBody } from './backend-body.ts';
import type { ResponseContent } from './backend-roles.ts';
import type { ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { reverseCookie, reverseLocation } from './reverse.ts';
import { advertisedUpgrade, type Upgrade } from './upgrade.ts';
import { viaValue } from './via.ts';

/** What becomes of a field of the response. */
type FieldKind = 'drop' | 'date' | 'location' | 'cookie' | 'length' | 'type' | 'warning';

const FIELDS: FieldTable<FieldKind> = new FieldTable<FieldKind>([
  ...[...RESPONSE_HOP_BY_HOP].map((name): [string, FieldKind] => [name, 'drop']),
  ['date', 'date'],
  ['expires', 'date'],
  ['last-modified', 'date'],
  ['location', 'location'],
  ['content-location', 'location'],
  ['uri', 'location'],
  ['destination', 'location'],
  ['set-cookie', 'cookie'],
  ['content-length', 'length'],
  ['content-type', 'type'],
  ['warning', 'warning'],
]);

/** Whose answer is made of a response, and by which configuration. */
export interface AnswerContext {
  readonly x: Exchange;
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
  readonly upgrade: Upgrade | undefined;
  readonly attempt: Attempt | undefined;
}

/** Makes the exchange's answer of a final response. OK, or the status whose page replaces the response. */
export function takeResponse(context: AnswerContext, head: ResponseHead, content: ResponseContent): Verdict {
  const { x, conf, dir, upgrade, attempt } = context;
  if (isOverridden(head.status, dir)) {
    attempt?.overridden();
    return overrideResponse(x, head, content);
  }
  copyFields({ x, head, conf, dir });
  const advertised = advertisedUpgrade(head, upgrade);
  if (advertised !== undefined) appendUpgrade(x.headersOut, advertised);
  // The page for an error that was overridden has that error's status, not its own. Apache: but for HEAD.
  if (x.errorStatus === 0 || x.headOnly || !isOverridden(x.errorStatus, dir)) {
    x.status = head.status;
    x.reason = head.reason;
  }
  takeContent(x, head, content);
  return OK;
}

function appendUpgrade(out: HeaderList, protocol: string): void {
  out.append('Connection', 'Upgrade');
  out.append('Upgrade', protocol);
}

/** The fields of the 101 that a client gets for a backend's. */
export function switchFields({ x, conf, dir }: AnswerContext, head: ResponseHead): HeaderList {
  copyFields({ x, head, conf, dir });
  const fields = x.headersOut;
  x.headersOut = new HeaderList();
  // A 101 has no content (RFC 9110 section 8.6); what follows it belongs to the other protocol.
  fields.delete('content-length');
  appendUpgrade(fields, head.headers.get('upgrade')!);
  return fields;
}

function takeContent(x: Exchange, head: ResponseHead, content: ResponseContent): void {
  if (content instanceof BackendBody) {
    if (head.body.kind === 'length') x.contentLength = head.body.length;
    x.responseBody = content;
    return;
  }
  if (content !== undefined && head.body.kind === 'length') x.contentLength = content.length;
  x.responseBody = content;
}

/** What the fields of one response are copied by. */
interface CopyContext {
  readonly x: Exchange;
  readonly head: ResponseHead;
  readonly conf: ProxyServerConfig;
  readonly dir: ProxyDirConfig;
}

function copyFields(context: CopyContext): void {
  const { x, head, conf } = context;
  const { flat } = head.headers;
  // The backend's fields are the answer's: what rules noted before (Vary) described an answer of this server.
  x.headersOut = new HeaderList();
  const out = x.headersOut;
  const nominated = nominatedFields(head.headers);
  // The name of the URL says nothing of the type; what the backend does not say stays unsaid.
  x.contentType = undefined;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i]!;
    const kind = FIELDS.get(name);
    if (kind === 'drop' || nominated?.includes(lowerAscii(name)) === true) continue;
    const value = kind === undefined ? flat[i + 1] : publicValue(context, kind, name, flat[i + 1]!);
    if (value !== undefined) out.append(name, value);
  }
  if (conf.via === 'on' || conf.via === 'full') out.append('Via', viaValue(x, conf.via));
}

/** The value of a field as the client gets it; undefined when it does not get it. */
function publicValue(
  { x, head, dir }: CopyContext,
  kind: FieldKind,
  name: string,
  value: string,
): string | undefined {
  switch (kind) {
    case 'date':
      return canonicalDate(name, value);
    case 'location':
      return reverseLocation(x, dir, value);
    case 'cookie':
      return reverseCookie(x, dir, value);
    case 'length':
      return isShownLength(x, head, value) ? value : undefined;
    case 'type':
      if (x.contentType !== undefined) return undefined;
      x.contentType = value;
      return value;
    case 'warning':
      return isStaleWarning(value, head.headers.get('date')) ? undefined : value;
    case 'drop':
      return undefined;
  }
}

/** Of several lengths only the first counts, and it has been checked; HEAD shows it as the backend has it, but 0. */
function isShownLength(x: Exchange, head: ResponseHead, value: string): boolean {
  if (head.status === 204 || head.status === 304) return false;
  // Many backends say 0 because they did not make the body; Apache leaves it out for that reason.
  if (x.headOnly && value === '0') return false;
  return !x.headersOut.has('content-length') && parseDecimal(value) !== undefined;
}

/** A warning that was made for another message: its date is not the response's (RFC 2616 section 14.46). */
function isStaleWarning(value: string, date: string | undefined): boolean {
  const made = /"([^"]*)"$/.exec(value)?.[1];
  const time = made === undefined ? undefined : parseHttpDate(made);
  return time !== undefined && time !== (date === undefined ? undefined : parseHttpDate(date));
}

/** Fields of an interim response that may travel on. */
export function copyInterimFields(
  x: Exchange,
  head: ResponseHead,
  out: HeaderList,
  conf: ProxyServerConfig,
): void {
  const nominated = nominatedFields(head.headers);
  for (const [name, value] of head.headers) {
    if (FIELDS.get(name) === 'drop' || nominated?.includes(lowerAscii(name)) === true) continue;
    out.append(name, value);
  }
  if (conf.via === 'on' || conf.via === 'full') out.append('Via', viaValue(x, conf.via));
}

interface LastDate {
  value: string;
  canonical: string;
}

/** The last date of each field and what became of it: answers of one second carry the same dates. */
const lastDates = new FieldTable(
  ['date', 'expires', 'last-modified'].map((name): [string, LastDate] => [
    name,
    { value: '', canonical: '' },
  ]),
);

/** A date in the form of RFC 9110 if it can be read, else as it is. */
function canonicalDate(name: string, value: string): string {
  const last = lastDates.get(name)!;
  if (last.value === value) return last.canonical;
  const time = parseHttpDate(value);
  last.value = value;
  last.canonical = time === undefined ? value : formatHttpDate(time);
  return last.canonical;
}

function isOverridden(status: number, { errorOverride }: ProxyDirConfig): boolean {
  if (errorOverride?.on !== true || status < 400) return false;
  return errorOverride.codes.size === 0 || errorOverride.codes.has(status);
}

/** The response gives only its status and reason phrase, and for 401 its challenge; the site makes the page. */
function overrideResponse(x: Exchange, head: ResponseHead, content: ResponseContent): Verdict {
  if (content instanceof BackendBody) content.abort();
  if (head.status === 401) {
    for (const challenge of head.headers.getAll('www-authenticate')) {
      x.errHeadersOut.append('WWW-Authenticate', challenge);
    }
  }
  if (head.reason !== '') x.reason = head.reason;
  // Apache: the error of a page that was to describe another is no second one. LimitInternalRecursion ends that.
  x.status = 200;
  return head.status;
}
