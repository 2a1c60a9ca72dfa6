// Where a request goes: URLs of the form `http://host:port/path`, with `unix:/socket|` before them where a socket
// file is meant. Owns parsing and the canonical form that reaches a backend's request line; which rule made the URL
// is map.ts's or mod_rewrite's business.

import { lowerAscii } from '../../kit/ascii.ts';
import { isIpv6 } from '../../wire/authority.ts';

/** One place to connect to. The same text gives the same value, so that pools can be found by it. */
export interface Origin {
  readonly scheme: string;
  /** Lower case; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host[:port]` as it stands in the canonical URL: brackets kept, the scheme's default port left out. */
  readonly authority: string;
  /** The Host field a backend gets: as `authority`, but port 80 is left out for every scheme. */
  readonly hostField: string;
  /** Path of a unix socket; undefined for TCP. */
  readonly socket: string | undefined;
  /** Names the connection end: socket or host and port. */
  readonly key: string;
  /** The host is a name or an address that may be looked up. */
  readonly isLookable: boolean;
  /** Reached over TLS. */
  readonly isSecure: boolean;
  /** Spoken to in HTTP/2. */
  readonly isHttp2: boolean;
  /** The name that TLS asks for and checks, where it is another than the host's. */
  readonly serverName?: string;
  /** The proxy that is asked, with CONNECT, for the way there. */
  readonly through?: Through;
}

/** A proxy on the way to an end. */
export interface Through {
  readonly origin: Origin;
  /** Value of the Proxy-Authorization field. */
  readonly credentials: string | undefined;
}

/** A canonical target. */
export interface Target {
  readonly origin: Origin;
  /** Path and query as they stand in the backend's request line. */
  readonly path: string;
  /** `scheme://authority/path`, without the socket. */
  readonly url: string;
}

/** Why a URL is no target: the answer and Apache's words for the log. */
export interface TargetFault {
  readonly status: 400 | 403;
  readonly text: string;
}

export const DEFAULT_PORTS: { readonly [scheme: string]: number } = {
  http: 80,
  https: 443,
  ws: 80,
  wss: 443,
  h2: 443,
  h2c: 80,
  fcgi: 8000,
  // Stands for no port: an application has its own.
  app: 80,
};

const SECURE: ReadonlySet<string> = new Set(['https', 'wss', 'h2']);
/** The same target, reached by a unix socket. */
export function withSocket(target: Target, socket: string): Target {
  const { scheme, authority } = target.origin;
  const origin = parseOrigin(scheme, authority, socket);
  return origin === undefined ? target : { ...target, origin };
}

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;

/** A URL split where its parts meet; nothing in it is decoded or checked but the scheme. */
export interface SplitUrl {
  readonly socket: string | undefined;
  readonly scheme: string;
  /** User information included. */
  readonly authority: string;
  /** Begins with `/`, or with `?`, or is empty. */
  readonly rest: string;
}

/** Splits `[unix:/path|]scheme://authority[/…]`; undefined when there is no scheme with `://`. */
export function splitUrl(text: string): SplitUrl | undefined {
  let socket: string | undefined;
  let url = text;
  if (text.length > 5 && lowerAscii(text.slice(0, 5)) === 'unix:') {
    const bar = text.indexOf('|');
    if (bar < 0) return undefined;
    socket = text.slice(5, bar);
    url = withHost(text.slice(bar + 1));
  }
  const from = schemeEnd(url);
  if (from === 0) return undefined;
  const scheme = url.startsWith('http:') ? 'http' : lowerAscii(url.slice(0, from - 3));
  const end = authorityEnd(url, from);
  return { socket, scheme, authority: url.slice(from, end), rest: url.slice(end) };
}

/** A URL behind a socket may leave out its host, which is nobody's: `fcgi:`, `fcgi:/path`, `fcgi:///path`. */
function withHost(url: string): string {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):(?:$|\/(?!\/)|\/\/(?:$|(?=\/)))/.exec(url);
  if (found === null) return url;
  const rest = url.slice(found[1]!.length + 1).replace(/^\/\/(?=\/|$)/, '');
  return `${found[1]}://localhost${rest}`;
}

/** The index behind `scheme://`; 0 where the text does not begin with one. */
function schemeEnd(url: string): number {
  if (url.startsWith('http://')) return 7;
  const at = url.indexOf('://');
  return at > 0 && SCHEME.test(url.slice(0, at)) ? at + 3 : 0;
}

function authorityEnd(url: string, from: number): number {
  for (let i = from; i < url.length; i++) {
    const code = url.charCodeAt(i);
    if (code === 0x2f || code === 0x3f) return i;
  }
  return url.length;
}

const MOST_ORIGINS = 1000;
const origins: Map<string, Origin | undefined> = new Map();

/**
 * The connection end of an authority, user information dropped; undefined when host or port cannot be (Apache's
 * "Invalid host/port"). What follows a colon and is no number belongs to the host, as in Apache, and fails there.
 */
export function parseOrigin(
  scheme: string,
  authority: string,
  socket: string | undefined,
): Origin | undefined {
  const key = socket === undefined ? `${scheme}://${authority}` : `unix:${socket}|${scheme}://${authority}`;
  const known = origins.get(key);
  if (known !== undefined || origins.has(key)) return known;
  // Authorities can come from requests (`http://$1/`): the memory of them is bounded.
  if (origins.size >= MOST_ORIGINS) origins.clear();
  const origin = readOrigin(scheme, authority, socket);
  origins.set(key, origin);
  return origin;
}

function readOrigin(scheme: string, authority: string, socket: string | undefined): Origin | undefined {
  const hostPort = authority.slice(authority.lastIndexOf('@') + 1);
  const digits = /:([0-9]+)$/.exec(hostPort);
  const inBrackets = hostPort.startsWith('[');
  if (inBrackets && !/^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$/.test(hostPort)) return undefined;
  const shown = lowerAscii(digits === null ? hostPort : hostPort.slice(0, digits.index));
  const fallback = DEFAULT_PORTS[scheme];
  const port = digits === null ? fallback : Number(digits[1]);
  if (shown === '' || port === undefined || port < 1 || port > 65535) return undefined;
  const host = inBrackets ? shown.slice(1, -1) : shown;
  const suffix = port === fallback ? '' : `:${port}`;
  return {
    scheme,
    host,
    port,
    authority: shown + suffix,
    hostField: port === 80 ? shown : shown + suffix,
    socket,
    key: socket === undefined ? `${shown}:${port}` : `unix:${socket}`,
    isLookable: isLookable(host),
    isSecure: SECURE.has(scheme),
    isHttp2: scheme === 'h2' || scheme === 'h2c',
  };
}

/** The same end, under another name: connections to it serve nobody who asks for a third one. */
export function namedOrigin(origin: Origin, serverName: string): Origin {
  if (serverName === origin.host) return origin;
  return { ...origin, serverName, key: `${origin.key}|${serverName}` };
}

/** The same end, reached through a proxy. */
export function throughProxy(origin: Origin, { origin: proxy, credentials }: Through): Origin {
  const through: Through = { origin: proxy, credentials };
  return { ...origin, through, key: `${origin.key}|${credentials ?? ''}@${proxy.key}` };
}

/** Letters of a host name that may be looked up; anything else is answered as an unknown host. */
function isLookable(host: string): boolean {
  return /^[a-z0-9._-]+$/.test(host) || isIpv6(host);
}

/** Bytes a path may show bare (Apache's proxy canonicalisation); all others are escaped. */
const PLAIN_PATH = /^[A-Za-z0-9~$\-_.+!*'(),;:@&=/]*$/;
const TO_ESCAPE = /[^A-Za-z0-9~$\-_.+!*'(),;:@&=/]/g;
const TO_ESCAPE_BUT_SLASH = /%2[Ff]|[^A-Za-z0-9~$\-_.+!*'(),;:@&=/]/g;

/** A decoded path, escaped; with `keepSlashes` a `%2F` in it stays as it is (AllowEncodedSlashes NoDecode). */
export function escapeTargetPath(path: string, keepSlashes: boolean): string {
  if (PLAIN_PATH.test(path)) return path;
  return path.replace(keepSlashes ? TO_ESCAPE_BUT_SLASH : TO_ESCAPE, (found) =>
    found.length > 1 ? found : `%${found.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** Visible bytes and those above 0x7f: what may stand in a request line. */
const VISIBLE = /^[\x21-\x7e\x80-\xff]*$/;

/** How a path and query came about. */
export interface CanonOptions {
  /** The path is to be sent as it stands; otherwise it is a decoded one and is escaped. */
  readonly isRaw: boolean;
  readonly args: string | undefined;
  readonly keepSlashes: boolean;
  /** Spaces and control bytes are let through, as before 2.4.57: in rehearsals alone. */
  readonly allowsSpaces?: boolean;
}

/** The canonical target of a split URL, or why it has none. */
export function canonicalTarget(split: SplitUrl, options: CanonOptions): Target | TargetFault {
  const origin = parseOrigin(split.scheme, split.authority, split.socket);
  if (origin === undefined) {
    const text = `AH01083: error parsing URL ${split.scheme}://${split.authority}: Invalid host/port`;
    return { status: 400, text };
  }
  const path = canonicalPath(split.rest, options);
  if (typeof path !== 'string') return path;
  return { origin, path, url: `${origin.scheme}://${origin.authority}${path}` };
}

function canonicalPath(rest: string, options: CanonOptions): string | TargetFault {
  const { isRaw, args, keepSlashes, allowsSpaces } = options;
  const path = rest.charCodeAt(0) === 0x2f ? rest : `/${rest}`;
  if (isRaw && !VISIBLE.test(path) && allowsSpaces !== true) {
    return { status: 403, text: 'AH10415: To be forwarded path contains control characters or spaces' };
  }
  const shown = isRaw ? path : escapeTargetPath(path, keepSlashes);
  if (args === undefined) return shown;
  if (VISIBLE.test(args) || allowsSpaces === true) return `${shown}?${args}`;
  return {
    status: 403,
    text: 'AH10408: To be forwarded query string contains control characters or spaces',
  };
}
