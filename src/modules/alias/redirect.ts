// Redirecting: which entry applies to a path, and what Location it makes.

import type { Place } from '../../kit/place.ts';
import { andThen, type Soon, settle } from '../../kit/wait.ts';
import { textOf } from '../../request/evaluate.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { selfOrigin } from '../../request/self-url.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { escapeUrl } from '../../rules/escape.ts';
import { knownReason } from '../../wire/reason.ts';
import type { RedirectEntry, SectionRedirect } from './config.ts';
import { firstThatApplies } from './entry-index.ts';
import { matchPrefix } from './prefix.ts';
import { isAbsoluteUrl, isRedirectStatus } from './redirect-directives.ts';
import { substituteGroups } from './substitute.ts';

/** A redirect that applies: the target, escaped, or none for statuses that go nowhere. */
interface Redirection {
  readonly status: number;
  readonly target: string;
  /** The line's. */
  readonly place: Place;
}

/** Escapes what stands before the query or fragment; the authority is copied. */
function escapePath(url: string): string {
  const pathAt = isAbsoluteUrl(url) ? url.indexOf('/', url.indexOf('://') + 3) : 0;
  if (pathAt < 0) return url;
  const end = url.slice(pathAt).search(/[?#]/);
  const pathEnd = end < 0 ? url.length : pathAt + end;
  return url.slice(0, pathAt) + escapeUrl(url.slice(pathAt, pathEnd)) + url.slice(pathEnd);
}

function apply(entry: RedirectEntry, uri: string): Redirection | undefined {
  const { status, target = '', place } = entry;
  if (entry.regex) {
    const match = entry.regex.exec(uri);
    return match ? { status, target: escapePath(substituteGroups(target, match.groups)), place } : undefined;
  }
  const covered = matchPrefix(uri, entry.prefix!);
  return covered > 0 ? { status, target: target + escapeUrl(uri.slice(covered)), place } : undefined;
}

/** Everything in a section goes where its expression says; 500 where that cannot be evaluated. */
export function redirectSection(
  x: Exchange,
  { status, target, place }: SectionRedirect,
  isRelative: boolean,
): Soon<Verdict> {
  if (target === undefined) return redirect(x, { status, target: '', place }, isRelative);
  return andThen(settle(textOf(x, target)), (text) =>
    text === undefined ? 500 : redirect(x, { status, target: escapePath(text), place }, isRelative),
  );
}

const CONTROLS = /[\x00-\x1f\x7f]/;

/** Sets Location and answers the status; a target that is no URL, or could not stand in a header, is a 500. */
function redirect(x: Exchange, { status, target, place }: Redirection, isRelative: boolean): Verdict {
  x.site.rehearsal?.note(x, { kind: 'line', place, result: target === '' ? String(status) : target });
  if (!isRedirectStatus(status)) return refuse(x, status);
  const absolute = target.startsWith('/') && !isRelative ? selfOrigin(x) + target : target;
  if (!isAbsoluteUrl(absolute) && !absolute.startsWith('/')) {
    logEvent(
      x,
      'alias',
      'error',
      `AH00674: cannot redirect '${x.uri}' to '${target}'; target is not a valid absoluteURI or abs_path`,
    );
    return 500;
  }
  if (CONTROLS.test(absolute)) {
    logEvent(
      x,
      'http',
      'error',
      `AH02430: Response header 'Location' value of '${absolute}' contains invalid characters, aborting request`,
    );
    return 500;
  }
  // A query of the target's own takes the place of the request's.
  const query = x.args === undefined || absolute.includes('?') ? '' : `?${x.args}`;
  x.headersOut.set('Location', absolute + query);
  return status;
}

/** Apache: a status that it has no words for is sent as 500. */
function refuse(x: Exchange, status: number): Verdict {
  if (status >= 100 && status <= 599) return knownReason(status) === undefined ? 500 : status;
  logEvent(x, 'http', 'error', `AH01579: Invalid response status ${status}`);
  return 500;
}

/** Answers DECLINED when nothing applies. */
export function redirectBy(x: Exchange, entries: readonly RedirectEntry[], isRelative: boolean): Verdict {
  const found = firstThatApplies(entries, x.uri, (entry) => apply(entry, x.uri));
  return found === undefined ? DECLINED : redirect(x, found, isRelative);
}
