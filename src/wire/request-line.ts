// The first line of a request (RFC 9112 section 3), as strictly as Apache's `HttpProtocolOptions Strict
// LenientMethods Allow0.9`: one space between the words, upper-case HTTP, any token as method.

import { startsWithIgnoreCase } from '../kit/ascii.ts';
import { type Authority, parseAuthority } from './authority.ts';
import { BYTE_CLASS, isDigit, TOKEN } from './field-syntax.ts';
import { MessageError } from './message-error.ts';

/** The words of a request line. HTTP/1.2 and above count as 1.1; the text keeps what was sent. */
export interface RequestLine {
  readonly text: string;
  readonly method: string;
  /** The request-target as sent. */
  readonly target: string;
  readonly version: '0.9' | '1.0' | '1.1';
  readonly minor: number;
}

const bad = (): MessageError => new MessageError(400, 'wire/request-line');

/** Reads a line without its CR LF. A line without a version is HTTP/0.9 and has to be a GET. */
export function parseRequestLine(text: string): RequestLine | MessageError {
  const methodEnd = text.indexOf(' ');
  if (methodEnd < 1 || !isMethod(text, methodEnd)) return bad();
  const targetEnd = text.indexOf(' ', methodEnd + 1);
  const method = text.slice(0, methodEnd);
  const target = targetEnd < 0 ? text.slice(methodEnd + 1) : text.slice(methodEnd + 1, targetEnd);
  if (!isTargetText(target)) return new MessageError(400, 'wire/target');
  if (targetEnd < 0 || targetEnd === text.length - 1)
    return method === 'GET' ? { text, method, target, version: '0.9', minor: 9 } : bad();
  return parseVersion(text, method, target, targetEnd + 1);
}

function isMethod(text: string, end: number): boolean {
  for (let i = 0; i < end; i++) if ((BYTE_CLASS[text.charCodeAt(i)]! & TOKEN) === 0) return false;
  return true;
}

function isTargetText(target: string): boolean {
  for (let i = 0; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code <= 0x20 || code === 0x7f || code === 0x23) return false;
  }
  return target !== '';
}

function parseVersion(text: string, method: string, target: string, at: number): RequestLine | MessageError {
  if (text.length !== at + 8 || !text.startsWith('HTTP/', at) || text.charCodeAt(at + 6) !== 0x2e)
    return bad();
  const major = text.charCodeAt(at + 5);
  const minor = text.charCodeAt(at + 7);
  if (!isDigit(major) || !isDigit(minor) || major === 0x30) return bad();
  // differs: Apache serves HTTP/2.0 and above on an HTTP/1 connection as if it were 1.1.
  if (major !== 0x31) return new MessageError(505, 'wire/version');
  return { text, method, target, version: minor === 0x30 ? '1.0' : '1.1', minor: minor - 0x30 };
}

/** Where a request-target points: the path with its query (raw), and the authority if the target names one. */
export interface Target {
  /** Begins with `/`, or is `*` (OPTIONS only), or is empty (CONNECT only). */
  readonly path: string;
  readonly scheme: 'http' | 'https' | undefined;
  readonly authority: Authority | undefined;
}

/**
 * Splits a request-target into its four forms (RFC 9112 section 3.2). Undefined when it is none of them or when the
 * authority of an absolute form is not valid, user information included.
 */
export function parseTarget(method: string, target: string): Target | undefined {
  if (method === 'CONNECT') return connectTarget(target);
  if (target.charCodeAt(0) === 0x2f) return { path: target, scheme: undefined, authority: undefined };
  if (target === '*')
    return method === 'OPTIONS' ? { path: target, scheme: undefined, authority: undefined } : undefined;
  return absoluteTarget(target);
}

function connectTarget(target: string): Target | undefined {
  const authority = parseAuthority(target);
  if (authority?.port === undefined) return undefined;
  return { path: '', scheme: undefined, authority };
}

// differs: Apache takes `http:/x`, `http:///x` and ports out of range; a host that cannot be is refused here.
function absoluteTarget(target: string): Target | undefined {
  const scheme = startsWithIgnoreCase(target, 'http://')
    ? 'http'
    : startsWithIgnoreCase(target, 'https://')
      ? 'https'
      : undefined;
  if (scheme === undefined) return undefined;
  const from = scheme.length + 3;
  const end = authorityEnd(target, from);
  const text = target.slice(from, end);
  const authority = parseAuthority(text.endsWith(':') ? text.slice(0, -1) : text);
  if (authority === undefined) return undefined;
  const rest = target.slice(end);
  return { path: rest.startsWith('/') ? rest : `/${rest}`, scheme, authority };
}

function authorityEnd(target: string, from: number): number {
  for (let i = from; i < target.length; i++) {
    const code = target.charCodeAt(i);
    if (code === 0x2f || code === 0x3f) return i;
  }
  return target.length;
}
