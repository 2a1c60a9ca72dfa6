// portico's own rule for [P]: where a rule's text spells a whole authority right before an expansion, as in
// `http://127.0.0.1:8000$1`, what the request brings can neither extend nor replace it.
// differs: Apache forwards /raw@evil.test/ of `^/raw(.*) http://h:8000$1` to evil.test.
// Where Apache itself cannot use the changed authority, its answer is given; see changedAuthority.

import { absoluteScheme } from './absolute-uri.ts';
import type { Segment, Template } from './template.ts';

/** Prepared when the rule is read: what the text spells before its first expansion. */
export interface AuthorityCheck {
  /** Everything before the expansion, `http://127.0.0.1:8000`. */
  readonly literal: string;
  /** The authority in it. */
  readonly authority: string;
  /** The rule's text with the missing slash put in. */
  readonly mended: string;
}

/** Why a proxied result is not sent anywhere. */
export interface AuthorityRefusal {
  readonly status: 400 | 403 | 500;
  /** Apache's log code, where the refusal is Apache's. */
  readonly code: string | undefined;
  /** For the log: what happened and what to write. */
  readonly message: string;
  /** What Apache's "Proxy Error" page gives as reason; undefined where the ordinary page of the status is sent. */
  readonly reason: string | undefined;
}

const wholeHost = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?)$/;
const unextendable = /^(?:\[.*\]|[0-9]+(?:\.[0-9]+){3}|localhost)$/i;

/** The check a [P] rule's text calls for, or undefined when it leaves the authority to the expansion on purpose. */
export function compileAuthorityCheck(template: Template): AuthorityCheck | undefined {
  const [first, ...later] = template.segments;
  if (typeof first !== 'string' || later.length === 0) return undefined;
  const scheme = absoluteScheme(first);
  if (!scheme?.prefix.endsWith('//')) return undefined;
  const authority = first.slice(scheme.prefix.length);
  if (/[/?#]/.test(authority) || !spellsWhole(authority, later)) return undefined;
  return { literal: first, authority, mended: mend(template.text, first) };
}

function spellsWhole(authority: string, later: readonly Segment[]): boolean {
  const hostPort = authority.slice(authority.lastIndexOf('@') + 1);
  const port = /:[0-9]+$/.exec(hostPort);
  const host = port ? hostPort.slice(0, port.index) : hostPort;
  if (!wholeHost.test(host)) return false;
  return port !== null || unextendable.test(host) || !buildsHost(host, later);
}

// `http://app$1.example.com/` and `http://node$1/` build a host name; `http://app.internal$1/x` has one already.
function buildsHost(host: string, later: readonly Segment[]): boolean {
  const text = later.filter((segment) => typeof segment === 'string').join('');
  const end = text.search(/[/?#]/);
  if (end < 0 || text[end] !== '/') return false;
  return end > 0 || !host.includes('.');
}

function mend(text: string, literal: string): string {
  const at = text.startsWith(literal) ? literal.length : text.search(/[$%]/);
  return `${text.slice(0, at)}/${text.slice(at)}`;
}

/** Judges an expanded result against the rule's text: undefined when the authority is the one spelled there. */
export function changedAuthority(check: AuthorityCheck, result: string): AuthorityRefusal | undefined {
  const next = result[check.literal.length];
  if (next === undefined || next === '/' || next === '?') return undefined;
  const end = result.indexOf('/', check.literal.length);
  const changed = result.slice(check.literal.length - check.authority.length, end < 0 ? undefined : end);
  const advice = `the request changed the authority ${check.authority} to ${changed}; write ${check.mended}`;
  return refusedByApache(changed, result, advice) ?? forbidden(advice);
}

function forbidden(advice: string): AuthorityRefusal {
  return { status: 403, code: undefined, message: `RewriteRule refused: ${advice}`, reason: undefined };
}

// Apache reads the port behind the last colon. Digits that are no port are answered 400; anything else stays part of
// the host name, which no resolver knows: 500. In both cases it connects nowhere.
function refusedByApache(changed: string, result: string, advice: string): AuthorityRefusal | undefined {
  if (changed.includes('@') || changed.includes('?')) return undefined;
  if (changed.includes('#')) return proxyError(400, `URI cannot be parsed: http://[${changed}]/`, advice);
  const colon = changed.lastIndexOf(':');
  const port = changed.slice(colon + 1);
  if (changed.startsWith('['))
    return colon < changed.indexOf(']') ? undefined : badPort(port, changed, result, advice);
  if (colon < 0) return undefined;
  if (!/^[0-9]+$/.test(port)) return proxyError(500, `DNS lookup failure for: ${changed}`, advice);
  if (changed.slice(0, colon).includes(':'))
    return proxyError(500, `DNS lookup failure for: ${changed.slice(0, colon)}`, advice);
  return badPort(port, changed, result, advice);
}

function badPort(
  port: string,
  changed: string,
  result: string,
  advice: string,
): AuthorityRefusal | undefined {
  const value = Number(port);
  if (/^[0-9]+$/.test(port) && value >= 1 && value <= 65535) return undefined;
  const url = result.slice(0, result.indexOf(changed) + changed.length);
  return {
    status: 400,
    code: 'AH01083',
    message: `error parsing URL ${url}: Invalid host/port: ${advice}`,
    reason: undefined,
  };
}

function proxyError(status: 400 | 500, reason: string, advice: string): AuthorityRefusal {
  return { status, code: 'AH00898', message: `${reason}: ${advice}`, reason };
}
