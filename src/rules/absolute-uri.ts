// Which results of a rule count as absolute URIs, and how the scheme bounds the rest.

import { startsWithIgnoreCase } from '../kit/ascii.ts';

/** A scheme mod_rewrite knows. */
export interface AbsoluteScheme {
  /** With its colon and slashes, in lower case. */
  readonly prefix: string;
  /** False where `?` is an ordinary character and the request's query is dropped. */
  readonly hasQuery: boolean;
}

const withQuery: readonly string[] = [
  'ajp://',
  'balancer://',
  'fcgi://',
  'http://',
  'https://',
  'h2://',
  'h2c://',
  'mailto:',
  'scgi://',
  'ws://',
  'wss://',
  'unix:',
];
const withoutQuery: readonly string[] = ['ftp://', 'gopher://', 'ldap://', 'news:', 'nntp://'];

const byFirstLetter = new Map<string, AbsoluteScheme[]>();
for (const prefix of withQuery) register(prefix, true);
for (const prefix of withoutQuery) register(prefix, false);

function register(prefix: string, hasQuery: boolean): void {
  const letter = prefix[0]!;
  const known = byFirstLetter.get(letter);
  if (known) known.push({ prefix, hasQuery });
  else byFirstLetter.set(letter, [{ prefix, hasQuery }]);
}

/** The scheme `text` begins with, or undefined: anything else, `http:/x` and `data:` included, is a relative result. */
export function absoluteScheme(text: string): AbsoluteScheme | undefined {
  if (text.length <= 5 || text.charCodeAt(0) === 0x2f) return undefined;
  const candidates = byFirstLetter.get(text[0]!.toLowerCase());
  return candidates?.find(({ prefix }) => startsWithIgnoreCase(text, prefix));
}

/** Where the path begins in an absolute URI: its first `/` behind the scheme, or -1. */
export function pathStart(text: string, scheme: AbsoluteScheme): number {
  return text.indexOf('/', scheme.prefix.length);
}
