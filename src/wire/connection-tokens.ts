// The Connection field (RFC 9110 section 7.6.1): its tokens, and whether a connection stays open.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import { trimBlanks } from './field-syntax.ts';
import type { HeaderList } from './header-list.ts';

/** True when a comma-separated list holds the token, compared without case. `token` is in lower case. */
export function hasToken(list: string, token: string): boolean {
  if (list.length < token.length) return false;
  if (equalsIgnoreCase(list, token)) return true;
  if (list.indexOf(',') < 0) return equalsIgnoreCase(trimBlanks(list), token);
  return list.split(',').some((element) => equalsIgnoreCase(trimBlanks(element), token));
}

/** The non-empty elements of a comma-separated list, without blanks around them. */
export function listElements(list: string): string[] {
  const elements: string[] = [];
  for (const element of list.split(',')) {
    const text = trimBlanks(element);
    if (text !== '') elements.push(text);
  }
  return elements;
}

/**
 * Whether the sender of this head wants the connection kept (RFC 9112 section 9.3): HTTP/1.1 unless it says close,
 * HTTP/1.0 only if it says keep-alive; close wins when both are said.
 */
export function wantsKeepAlive(headers: HeaderList, minor: number): boolean {
  const connection = headers.combined('connection');
  if (connection === undefined) return minor >= 1;
  if (hasToken(connection, 'close')) return false;
  return minor >= 1 || hasToken(connection, 'keep-alive');
}

/** True when the client said `Connection: keep-alive` itself, in which case Apache answers with Keep-Alive fields. */
export function asksKeepAlive(headers: HeaderList): boolean {
  const connection = headers.combined('connection');
  return connection !== undefined && hasToken(connection, 'keep-alive') && !hasToken(connection, 'close');
}
