// Where a request comes to in the end: internal redirects of .htaccess rules and redirects that a browser follows.

import type { RewriteScope, RuleAt } from './rewrite-scope.ts';
import { type Files, isOtherScope, isProxyHeader, prefixOf, type Sample, tryRules } from './sample.ts';

/** One run of the rules on the way. */
export interface Stop {
  readonly sample: Sample;
  /** The rule that decided; undefined where none substituted. */
  readonly rule: RuleAt | undefined;
  /** Where it goes from here: a URL-path, or the address of a redirect. */
  readonly to: string | undefined;
}

/** How a way ended: an answer, the same way again and again, or something that cannot be known. */
export interface Journey {
  readonly stops: readonly Stop[];
  readonly end: 'answered' | 'loop' | 'unknown';
  /** The status, location or target of the answer. */
  readonly kind?: string;
}

/** Apache's LimitInternalRecursion where nothing says otherwise. */
const MOST_INTERNAL = 10;
const MOST_REDIRECTS = 6;

/** Follows internal redirects as Apache does, to the answer or to its limit. */
export function followInternally(scope: RewriteScope, sample: Sample, files: Files): Journey {
  const stops: Stop[] = [];
  let at = sample;
  let ended = false;
  for (let turn = 0; turn <= MOST_INTERNAL; turn++) {
    if (!at.path.startsWith(prefixOf(scope)) || isOtherScope(scope, at.path, files))
      return { stops, end: 'answered' };
    const tried = tryRules(scope, at, files, ended);
    if (tried === undefined) return { stops, end: 'unknown' };
    const { outcome, rule, ended: isOver } = tried.result;
    const found = scope.rules.find((one) => one.rule === rule);
    if (outcome.kind !== 'internal-redirect') {
      const to = outcome.kind === 'redirect' ? outcome.location : undefined;
      stops.push({ sample: at, rule: found, to });
      if (outcome.kind === 'status' && outcome.status === 500) return { stops, end: 'loop', kind: 'status' };
      return { stops, end: 'answered', kind: outcome.kind };
    }
    stops.push({ sample: at, rule: found, to: outcome.path });
    ended = isOver;
    at = {
      ...at,
      path: decode(outcome.path),
      query: outcome.query,
      first: at.first ?? at.path,
      env: passedOn(tried.env),
    };
  }
  return { stops, end: 'loop' };
}

/** Apache gives variables another name in a redirected request. */
function passedOn(env: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const renamed = [...env].map(([name, value]): [string, string] => [`REDIRECT_${name}`, value]);
  return new Map([...renamed, ['REDIRECT_STATUS', '200']]);
}

function decode(path: string): string {
  const plain = path.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return plain.replace(/\/+/g, '/');
}

/** Whether a host that a rule has redirected to is answered by the same rules. */
export type OwnHost = (host: string, before: string, rule: RuleAt | undefined) => boolean;

/** Follows redirects as a browser does, until an address comes a second time. */
export function followRedirects(
  scope: RewriteScope,
  sample: Sample,
  files: Files,
  isOwn: OwnHost = () => true,
): Journey {
  const stops: Stop[] = [];
  const seen = new Set<string>();
  let at = sample;
  for (let turn = 0; turn < MOST_REDIRECTS; turn++) {
    const inside = followInternally(scope, at, files);
    const last = inside.stops.at(-1);
    if (last === undefined || inside.end !== 'answered' || inside.kind !== 'redirect')
      return { ...inside, stops };
    stops.push({ ...last, sample: at });
    seen.add(addressOf(at));
    const next = addressed(at, last.to ?? '');
    if (next === undefined || !isOwn(next.host, at.host, last.rule)) return { stops, end: 'unknown' };
    if (seen.has(addressOf(next))) return { stops, end: 'loop' };
    at = next;
  }
  return { stops, end: 'loop' };
}

function addressOf({ scheme, host, path, query }: Sample): string {
  return `${scheme}://${host.toLowerCase()}${path}?${query ?? ''}`;
}

/** What a browser asks next; undefined for an address of another kind. */
function addressed(sample: Sample, location: string): Sample | undefined {
  const url = /^(https?):\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/i.exec(location);
  if (url === null) return undefined;
  const scheme = url[1]!.toLowerCase() === 'https' ? 'https' : 'http';
  const host = url[2]!.replace(scheme === 'https' ? /:443$/ : /:80$/, '');
  const headers = scheme === 'https' ? withoutProxyHeaders(sample.headers) : sample.headers;
  return { ...sample, scheme, host, headers, path: decode(url[3] || '/'), query: url[4], env: new Map() };
}

/** What a proxy has said of one connection it says anew of the next. */
function withoutProxyHeaders(headers: Sample['headers']): Sample['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isProxyHeader(name)));
}
