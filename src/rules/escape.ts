// Percent-encoding as mod_rewrite does it: lower-case hex, three different sets of bytes.
// Back-references ([B] and its family), the URL of a redirect, and the internal map functions.

import { type AbsoluteScheme, absoluteScheme, pathStart } from './absolute-uri.ts';

/** What [B], [BNP], [BCTLS] and [BNE] ask for, as a table of the bytes to escape. */
export interface BackrefEscape {
  /** Indexed by byte: 1 when it is escaped. */
  readonly bytes: Uint8Array;
  /** A space becomes `+` rather than `%20`. */
  readonly plusForSpace: boolean;
}

/** The words of the B family as written; a list is the text behind `=`. */
export interface BackrefEscapeWords {
  readonly list?: string | undefined;
  readonly controlsOnly?: boolean;
  readonly except?: string | undefined;
  readonly plusForSpace: boolean;
}

/** Turns the words into a table. Without a list or BCTLS everything but letters, digits and `_` is escaped. */
export function compileBackrefEscape(words: BackrefEscapeWords): BackrefEscape {
  const bytes = new Uint8Array(256);
  for (let code = 0; code < 256; code++) {
    const listed = words.list?.includes(String.fromCharCode(code)) ?? false;
    if (words.controlsOnly) bytes[code] = listed || isControlOrSpace(code) ? 1 : 0;
    else bytes[code] = (words.list ? listed : !isWordByte(code)) ? 1 : 0;
    if (words.except?.includes(String.fromCharCode(code))) bytes[code] = 0;
  }
  return { bytes, plusForSpace: words.plusForSpace };
}

/** Escapes one back-reference. */
export function escapeBackref(text: string, escaping: BackrefEscape): string {
  return encode(text, escaping.bytes, escaping.plusForSpace);
}

/** A byte that may not stand in a query: outside 0x21-0x7e and 0x80-0xff. */
export function isControlOrSpace(code: number): boolean {
  return code <= 0x20 || code === 0x7f;
}

/** True when a query holds a control character or a space, which must reach neither a header nor a backend. */
export function hasControlOrSpace(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isControlOrSpace(text.charCodeAt(i))) return true;
  return false;
}

function isWordByte(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x5f
  );
}

const urlBytes = new Uint8Array(256).fill(1);
for (const kept of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$-_.+!*'(),:;@&=/~")
  urlBytes[kept.charCodeAt(0)] = 0;

/** The path or query of a redirect: every byte a URL path may not hold literally becomes %xx, `%` included. */
export function escapeUrl(text: string): string {
  return encode(text, urlBytes, false);
}

/** A whole absolute URI: the scheme and host are copied, the rest is escaped. */
export function escapeAbsoluteUri(url: string): string {
  const scheme = absoluteScheme(url);
  if (!scheme) return escapeUrl(url);
  if (scheme.prefix.endsWith(':'))
    return url.slice(0, scheme.prefix.length) + escapeUrl(url.slice(scheme.prefix.length));
  const slash = pathStart(url, scheme);
  if (slash < 0) return url;
  return url.slice(0, slash + 1) + escapeRest(url.slice(slash + 1), scheme);
}

function escapeRest(rest: string, scheme: AbsoluteScheme): string {
  if (scheme.prefix !== 'ldap://') return escapeUrl(rest);
  // RFC 4516 section 2: dn ? attributes ? scope ? filter ? extensions; these question marks are structure.
  const parts = rest.split('?');
  const structured = parts.length > 5 ? [...parts.slice(0, 4), parts.slice(4).join('?')] : parts;
  return structured.map(escapeUrl).join('?');
}

function encode(text: string, escaped: Uint8Array, plusForSpace: boolean): string {
  let result = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i) & 0xff;
    if (escaped[code] === 0) continue;
    result += text.slice(copied, i) + (code === 0x20 && plusForSpace ? '+' : hexByte(code));
    copied = i + 1;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function hexByte(code: number): string {
  return `%${code < 16 ? '0' : ''}${code.toString(16)}`;
}

/** Decodes every well-formed %xx once, `%2f` included; `+` and malformed escapes stay. */
export function unescapeUrl(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
