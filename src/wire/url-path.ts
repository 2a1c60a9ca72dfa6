// From the raw path of a request to the path that is mapped: dot segments, slashes, %-escapes, in Apache's order.
// Escapes of harmless letters are opened before dot segments are looked for, so that %2e%2e cannot hide from it.
// Queries never come here; file systems are not asked.

/** MergeSlashes and AllowEncodedSlashes of the server that answers. */
export interface PathRules {
  readonly mergeSlashes: boolean;
  /** `off`: %2F is answered 404. `on`: it separates like any slash. `nodecode`: it stays as it was typed. */
  readonly encodedSlashes: 'off' | 'on' | 'nodecode';
}

/** Apache's defaults. */
export const PATH_RULES: PathRules = { mergeSlashes: true, encodedSlashes: 'off' };

/** The path as bytes, or the status the request gets instead; with 404 the path that must not be asked for. */
export type PathResult =
  | { readonly status: undefined; readonly path: string }
  | { readonly status: 404; readonly path: string }
  | { readonly status: 400 };

const BAD: PathResult = { status: 400 };

/** Both steps at once: `normalizeRawPath`, then `decodePath`. */
export function mapUrlPath(raw: string, rules: PathRules = PATH_RULES): PathResult {
  const normal = normalizeRawPath(raw, rules.mergeSlashes);
  return normal.status === undefined ? decodePath(normal.path, rules) : normal;
}

/**
 * First step, still escaped: opens escapes of unreserved characters (RFC 3986 section 2.3), removes `.` and `..`
 * segments, merges slashes. 400 for a broken escape, for a path that climbs above the root, and for one that does
 * not begin with a slash.
 */
export function normalizeRawPath(raw: string, mergeSlashes: boolean): PathResult {
  if (raw.charCodeAt(0) !== SLASH) return BAD;
  const open = oneLeadingSlash(raw.indexOf('%') < 0 ? raw : unescapeUnreserved(raw));
  if (open === undefined) return BAD;
  const path = removeDotSegments(open, mergeSlashes, false);
  return path === undefined ? BAD : { status: undefined, path };
}

// Apache: slashes in front are one, whatever MergeSlashes says.
function oneLeadingSlash(path: string | undefined): string | undefined {
  if (path === undefined || path.charCodeAt(1) !== SLASH) return path;
  let at = 1;
  while (path.charCodeAt(at + 1) === SLASH) at++;
  return path.slice(at);
}

/** Second step: opens the remaining escapes. 404 for %00, and for %2F unless the rules allow it. */
export function decodePath(path: string, rules: PathRules): PathResult {
  if (path.indexOf('%') < 0) return { status: undefined, path };
  const decoded = unescapeAll(path, rules.encodedSlashes);
  if (decoded.status !== undefined || rules.encodedSlashes !== 'on') return decoded;
  // Apache: dots behind an opened %2F that climb above the root stop at the root.
  return { status: undefined, path: removeDotSegments(decoded.path, rules.mergeSlashes, true)! };
}

const SLASH = 0x2f;
const DOT = 0x2e;

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The byte of the escape at `at`, or -1 when it is broken. */
function escapedByte(text: string, at: number): number {
  if (at + 2 >= text.length) return -1;
  const high = hexDigit(text.charCodeAt(at + 1));
  const low = hexDigit(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function isUnreserved(code: number): boolean {
  const lower = code | 0x20;
  if ((lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39)) return true;
  return code === DOT || code === 0x2d || code === 0x5f || code === 0x7e;
}

function unescapeUnreserved(raw: string): string | undefined {
  let out = '';
  let from = 0;
  for (let at = raw.indexOf('%'); at >= 0; at = raw.indexOf('%', at + 3)) {
    const byte = escapedByte(raw, at);
    if (byte < 0) return undefined;
    if (!isUnreserved(byte)) continue;
    out += raw.slice(from, at) + String.fromCharCode(byte);
    from = at + 3;
  }
  return out + raw.slice(from);
}

function unescapeAll(path: string, slashes: PathRules['encodedSlashes']): PathResult {
  let out = '';
  let from = 0;
  let hidden = false;
  for (let at = path.indexOf('%'); at >= 0; at = path.indexOf('%', at + 3)) {
    const byte = escapedByte(path, at);
    if (byte < 0) return BAD;
    if (byte === 0 || (byte === SLASH && slashes === 'off')) hidden = true;
    if (byte === SLASH && slashes === 'nodecode') continue;
    out += path.slice(from, at) + String.fromCharCode(byte);
    from = at + 3;
  }
  const decoded = out + path.slice(from);
  return hidden ? { status: 404, path: upToNul(decoded) } : { status: undefined, path: decoded };
}

function upToNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

/** Undefined when `..` climbs above the root, unless `clamp` lets it stop there. */
function removeDotSegments(path: string, mergeSlashes: boolean, clamp: boolean): string | undefined {
  if (path.indexOf('/.') < 0 && (!mergeSlashes || path.indexOf('//') < 0)) return path;
  const kept: string[] = [];
  const segments = path.split('/');
  const last = segments.length - 1;
  for (let i = 1; i <= last; i++) {
    const segment = segments[i]!;
    if (segment === '..') {
      if (kept.length === 0 && !clamp) return undefined;
      kept.pop();
    } else if (segment !== '.' && (segment !== '' || i === last || !mergeSlashes)) {
      kept.push(segment);
      continue;
    }
    if (i === last) kept.push('');
  }
  return `/${kept.join('/')}`;
}
