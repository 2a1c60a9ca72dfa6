// The names between %{ and }: which there are, and where each takes its value from.

import { startsWithIgnoreCase, upperAscii } from '../kit/ascii.ts';
import { isTimeVariable, type TimeVariable } from './time-variables.ts';

/** Variables the host answers at once. */
export type ServerVariable = (typeof serverVariables)[number];

/** Variables the host may have to wait for: DNS, ident, the owner of a file. */
export type WaitingVariable = (typeof waitingVariables)[number];

/** Variables that follow what the rules have done so far. */
export type StateVariable = (typeof stateVariables)[number];

const serverVariables = [
  'REQUEST_METHOD',
  'REQUEST_SCHEME',
  'REMOTE_ADDR',
  'CONN_REMOTE_ADDR',
  'REMOTE_PORT',
  'REMOTE_USER',
  'AUTH_TYPE',
  'DOCUMENT_ROOT',
  'CONTEXT_PREFIX',
  'CONTEXT_DOCUMENT_ROOT',
  'SERVER_ADMIN',
  'SERVER_NAME',
  'SERVER_ADDR',
  'SERVER_PORT',
  'SERVER_PROTOCOL',
  'SERVER_SOFTWARE',
  'THE_REQUEST',
  'HTTPS',
  'IPV6',
] as const;
const waitingVariables = ['REMOTE_HOST', 'REMOTE_IDENT', 'SCRIPT_USER', 'SCRIPT_GROUP'] as const;
const stateVariables = [
  'REQUEST_URI',
  'REQUEST_FILENAME',
  'SCRIPT_FILENAME',
  'PATH_INFO',
  'QUERY_STRING',
  'IS_SUBREQ',
  'API_VERSION',
] as const;

// Only these headers have a name of their own; every other one is %{HTTP:Name}.
const headerVariables = new Map<string, string>([
  ['HTTP_HOST', 'Host'],
  ['HTTP_REFERER', 'Referer'],
  ['HTTP_COOKIE', 'Cookie'],
  ['HTTP_USER_AGENT', 'User-Agent'],
  ['HTTP_ACCEPT', 'Accept'],
  ['HTTP_FORWARDED', 'Forwarded'],
  ['HTTP_PROXY_CONNECTION', 'Proxy-Connection'],
]);

/** A variable, resolved when the configuration is read. */
export type Variable =
  | { readonly from: 'header'; readonly name: string; readonly varies: boolean }
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'ssl'; readonly name: string }
  | { readonly from: 'lookahead'; readonly by: 'uri' | 'file'; readonly name: string }
  | { readonly from: 'time'; readonly name: TimeVariable }
  | { readonly from: 'state'; readonly name: StateVariable }
  | { readonly from: 'server'; readonly name: ServerVariable }
  | { readonly from: 'waiting'; readonly name: WaitingVariable };

/** Looks a name up, in any case; undefined when there is no such variable (it reads as empty). */
export function compileVariable(text: string): Variable | undefined {
  if (text.length < 4) return undefined;
  const prefixed = compilePrefixed(text);
  if (prefixed) return prefixed;
  const name = upperAscii(text);
  const header = headerVariables.get(name);
  if (header !== undefined) return { from: 'header', name: header, varies: header !== 'Host' };
  if (isTimeVariable(name)) return { from: 'time', name };
  if (isOneOf(stateVariables, name)) return { from: 'state', name };
  if (isOneOf(serverVariables, name)) return { from: 'server', name };
  if (isOneOf(waitingVariables, name)) return { from: 'waiting', name };
  return undefined;
}

function compilePrefixed(text: string): Variable | undefined {
  if (startsWithIgnoreCase(text, 'HTTP:')) {
    const name = text.slice(5);
    return { from: 'header', name, varies: upperAscii(name) !== 'HOST' };
  }
  if (startsWithIgnoreCase(text, 'ENV:')) return { from: 'env', name: text.slice(4) };
  if (startsWithIgnoreCase(text, 'SSL:')) return { from: 'ssl', name: text.slice(4) };
  if (startsWithIgnoreCase(text, 'LA-U:')) return { from: 'lookahead', by: 'uri', name: text.slice(5) };
  if (startsWithIgnoreCase(text, 'LA-F:')) return { from: 'lookahead', by: 'file', name: text.slice(5) };
  return undefined;
}

/** True when reading the variable may have to wait. */
export function mayWait(variable: Variable): boolean {
  return variable.from === 'lookahead' || variable.from === 'waiting';
}

/**
 * Every plain name, for completion and documentation.
 * @public for editors
 */
export const variableNames: readonly string[] = [
  ...headerVariables.keys(),
  ...stateVariables,
  ...serverVariables,
  ...waitingVariables,
];

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
