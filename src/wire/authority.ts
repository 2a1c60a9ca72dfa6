// Host and port of a request: the rule for the Host field, for `http://…/` targets and for CONNECT.
// Owns validity only; which virtual host answers is decided elsewhere.

import { lowerAscii } from '../kit/ascii.ts';
import { isDigit } from './field-syntax.ts';

/** A host name in lower case without its trailing dot (an IPv6 address keeps its brackets), and the port if one was said. */
export interface Authority {
  readonly host: string;
  readonly port: number | undefined;
}

/**
 * Reads `host` or `host:port` as Apache's strict host check does: letters, digits, `-`, `_`, `.`, or an IPv6
 * address in brackets; a name of digits and dots only has to be an IPv4 address; ports are 1 to 65535.
 * Anything else is undefined.
 */
export function parseAuthority(text: string): Authority | undefined {
  const bracket = text.startsWith('[') ? text.indexOf(']') : -1;
  const colon = text.indexOf(':', bracket + 1);
  const name = colon < 0 ? text : text.slice(0, colon);
  const port = colon < 0 ? undefined : parsePort(text.slice(colon + 1));
  if (colon >= 0 && port === undefined) return undefined;
  const valid = name.startsWith('[') ? name.endsWith(']') && isIpv6(name.slice(1, -1)) : isHostName(name);
  if (!valid) return undefined;
  return { host: lowerAscii(name.endsWith('.') ? name.slice(0, -1) : name), port };
}

function parsePort(digits: string): number | undefined {
  if (digits === '' || digits.length > 16) return undefined;
  for (let i = 0; i < digits.length; i++) if (!isDigit(digits.charCodeAt(i))) return undefined;
  const port = Number(digits);
  return port >= 1 && port <= 65535 ? port : undefined;
}

function isHostName(name: string): boolean {
  let numeric = true;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) {
      if (i > 0 && name.charCodeAt(i - 1) === 0x2e) return false;
    } else if (isNameLetter(code)) numeric = false;
    else if (!isDigit(code)) return false;
  }
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  if (bare === '') return false;
  return numeric ? isDottedQuad(bare) : hasLetterFirstTopLevel(bare);
}

function isNameLetter(code: number): boolean {
  return isLetter(code) || code === 0x2d || code === 0x5f;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** RFC 1123 section 2.1: the last label of a dotted name begins with a letter, so that it is no address. */
function hasLetterFirstTopLevel(name: string): boolean {
  const dot = name.lastIndexOf('.');
  return dot < 0 || isLetter(name.charCodeAt(dot + 1));
}

function isDottedQuad(name: string): boolean {
  const parts = name.split('.');
  return parts.length === 4 && parts.every((part) => part === '0' || (part !== '' && part[0] !== '0'));
}

/** True for an IPv6 address in text form (RFC 4291 section 2.2), without brackets and without a zone. */
export function isIpv6(text: string): boolean {
  if (text.length < 2 || text.length > 45) return false;
  const gap = text.indexOf('::');
  if (gap < 0) return countGroups(text) === 8;
  if (text.indexOf('::', gap + 1) >= 0) return false;
  const before = gap === 0 ? 0 : countGroups(text.slice(0, gap), false);
  const rest = text.slice(gap + 2);
  const after = rest === '' ? 0 : countGroups(rest);
  return before >= 0 && after >= 0 && before + after <= 7;
}

/** How many 16-bit groups the text holds, or -1 when it is not made of groups; an IPv4 tail counts as two. */
function countGroups(text: string, mayEndInIpv4 = true): number {
  const groups = text.split(':');
  let count = 0;
  for (const [index, group] of groups.entries()) {
    const isTail = mayEndInIpv4 && index === groups.length - 1;
    if (isTail && isIpv4(group)) count += 2;
    else if (/^[0-9a-f]{1,4}$/i.test(group)) count += 1;
    else return -1;
  }
  return count;
}

function isIpv4(text: string): boolean {
  const parts = text.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)
  );
}
