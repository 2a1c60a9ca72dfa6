// From a request's path to a backend's URL: the ProxyPass and ProxyPassMatch lines, in their order. Owns matching and
// the concatenation; the URL is made canonical at fixups (target.ts).

import type { RegexMatch } from '../../kit/regex/index.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { normalizeRawPath } from '../../wire/url-path.ts';
import type { PassEntry, ProxyDirConfig, ProxyServerConfig } from './config.ts';
import { interpolateEnv } from './interpolate.ts';
import { matchPrefix, matchServletPrefix, resolveServletPath } from './prefix-match.ts';
import { isPassedOver } from './wstunnel.ts';

/** Note of a URL whose path is to be sent as it stands (`nocanon`, [P,NE]). */
export const NOCANON = 'proxy-nocanon';

/** Note of a URL whose socket a ProxyPass line has named: sections see the URL without it, as in Apache. */
export const SOCKET_ASIDE = 'proxy-socket-aside';

/** Translates by ProxyPass lines with `mapping=encoded` or `servlet`, on the path as it came. */
export function translateEncoded(x: Exchange, conf: ProxyServerConfig, dir: ProxyDirConfig): Verdict {
  if (conf.hasEncoded !== true || isLeftAlone(x)) return DECLINED;
  const path = normalizeRawPath(x.rawPath, true);
  return path.status !== undefined ? DECLINED : translateBy(x, conf, dir, path.path, true);
}

/** Translates by all other ProxyPass lines, on the decoded path. */
export function translateDecoded(x: Exchange, conf: ProxyServerConfig, dir: ProxyDirConfig): Verdict {
  if (x.proxied) return OK;
  return isLeftAlone(x) ? DECLINED : translateBy(x, conf, dir, x.uri, false);
}

function isLeftAlone(x: Exchange): boolean {
  return x.proxied || x.uri.charCodeAt(0) !== 0x2f || (x.hasEnv() && x.env.has('no-proxy'));
}

function translateBy(
  x: Exchange,
  conf: ProxyServerConfig,
  dir: ProxyDirConfig,
  path: string,
  encoded: boolean,
): Verdict {
  if (dir.pass !== undefined) {
    const verdict = tryEntry(x, dir.pass, dir, path, encoded);
    if (verdict !== undefined) return verdict;
  }
  for (let i = 0; i < conf.passes.length; i++) {
    const verdict = tryEntry(x, conf.passes[i]!, dir, path, encoded);
    if (verdict !== undefined) return verdict;
  }
  return DECLINED;
}

/** Undefined when the entry does not match; DECLINED for `!`. */
function tryEntry(
  x: Exchange,
  entry: PassEntry,
  dir: ProxyDirConfig,
  path: string,
  encoded: boolean,
): Verdict | undefined {
  if ((entry.mapping !== 'decoded') !== encoded) return undefined;
  const interpolates = entry.interpolate && dir.interpolateEnv === true;
  const url = interpolates && entry.url !== undefined ? interpolateEnv(x, entry.url) : entry.url;
  const mapped =
    entry.regex === undefined
      ? mapByPrefix(x, entry, interpolates ? interpolateEnv(x, entry.path) : entry.path, url, path)
      : mapByRegex(x, entry, url, path);
  if (mapped === undefined) return undefined;
  const { rehearsal } = x.site;
  if (url === undefined) {
    rehearsal?.note(x, { kind: 'line', place: entry.place, result: 'not proxied' });
    return DECLINED;
  }
  if (isPassedOver(x, url)) return undefined;
  rehearsal?.note(x, { kind: 'line', place: entry.place, result: mapped.url });
  if (reachesAuthority(url, mapped.url)) return refuse(x, entry, mapped.url);
  x.filename = `proxy:${mapped.url}`;
  x.handler = 'proxy-server';
  x.proxied = true;
  if (mapped.isRaw || encoded) x.notes.set(NOCANON, '1');
  if (/^unix:/i.test(url)) x.notes.set(SOCKET_ASIDE, '1');
  return OK;
}

interface Mapped {
  readonly url: string;
  readonly isRaw: boolean;
}

const NOT_PROXIED: Mapped = { url: '', isRaw: false };

function warnUnsafe(x: Exchange): void {
  logEvent(x, 'proxy', 'warn', 'AH01136: Unescaped URL path matched ProxyPass; ignoring unsafe nocanon');
}

function mapByPrefix(
  x: Exchange,
  entry: PassEntry,
  prefix: string,
  url: string | undefined,
  path: string,
): Mapped | undefined {
  if (entry.mapping === 'servlet') return mapServlet(prefix, url, path);
  const length = matchPrefix(path, prefix);
  if (length === 0) return undefined;
  if (url === undefined) return NOT_PROXIED;
  if (entry.nocanon) {
    const raw = x.rawPath;
    // Only where the path as sent matches at the same length is what follows it what was meant.
    if (matchPrefix(raw, prefix) === length) return { url: url + raw.slice(length), isRaw: true };
    warnUnsafe(x);
  }
  return { url: url + path.slice(length), isRaw: false };
}

function mapServlet(prefix: string, url: string | undefined, path: string): Mapped | undefined {
  const resolved = resolveServletPath(path);
  const length = resolved === undefined ? 0 : matchServletPrefix(resolved, prefix);
  if (resolved === undefined || length === 0) return undefined;
  return url === undefined ? NOT_PROXIED : { url: url + resolved.slice(length), isRaw: true };
}

function mapByRegex(
  x: Exchange,
  entry: PassEntry,
  url: string | undefined,
  path: string,
): Mapped | undefined {
  const regex = entry.regex!;
  const match = regex.exec(path);
  if (match === null) return undefined;
  if (url === undefined) return NOT_PROXIED;
  if (entry.nocanon && entry.mapping === 'decoded') {
    const rawMatch = regex.exec(x.rawPath);
    if (rawMatch !== null) return { url: substitute(url, rawMatch, x.rawPath), isRaw: true };
    warnUnsafe(x);
  }
  return { url: substitute(url, match, path), isRaw: false };
}

/** `$0` to `$9` filled in; a template that comes out unchanged gets the whole path behind it. */
export function substitute(template: string, match: Pick<RegexMatch, 'groups'>, path: string): string {
  let out = '';
  for (let i = 0; i < template.length; i++) {
    const next = template.charCodeAt(i + 1) - 0x30;
    if (template[i] === '$' && next >= 0 && next <= 9) {
      out += match.groups[next] ?? '';
      i += 1;
    } else if (template[i] === '\\' && (template[i + 1] === '$' || template[i + 1] === '\\')) {
      out += template[i + 1];
      i += 1;
    } else out += template[i];
  }
  return out === template ? template + path : out;
}

/** An authority that a template spells to its end: what follows it can only be a path. */
const WHOLE_AUTHORITY =
  /^(?:unix:[^|]*\|)?[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#$]+(?=$|\$[0-9](?![^/]*\/))|[^/?#$]+:[0-9]+(?=\$[0-9]))/;

/**
 * Would bytes of the request become part of a host or port that the configuration has spelled out (`http://h:8000$1`
 * with `$1` not beginning with a slash)?
 */
export function reachesAuthority(template: string, url: string): boolean {
  const whole = WHOLE_AUTHORITY.exec(template)?.[0];
  if (whole === undefined || url.length === whole.length) return false;
  const next = url.charCodeAt(whole.length);
  return next !== 0x2f && next !== 0x3f;
}

function refuse(x: Exchange, entry: PassEntry, url: string): Verdict {
  logEvent(
    x,
    'proxy',
    'error',
    `refused to proxy to ${url}: in "${entry.path} ${entry.url}" what follows the host comes from the request; ` +
      'write a / after the host, or one at the end of the path',
  );
  return 403;
}
