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
  // portico's own: an application that it starts itself.
  'app://',
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

/** By the code of the first letter in lower case. */
const byFirstLetter: AbsoluteScheme[][] = Array.from({ length: 0x80 }, () => []);
for (const prefix of withQuery) register(prefix, true);
for (const prefix of withoutQuery) register(prefix, false);

function register(prefix: string, hasQuery: boolean): void {
  byFirstLetter[prefix.charCodeAt(0)]!.push({ prefix, hasQuery });
}

/** The scheme `text` begins with, or undefined: anything else, `http:/x` and `data:` included, is a relative result. */
export function absoluteScheme(text: string): AbsoluteScheme | undefined {
  if (text.length <= 5) return undefined;
  const first = text.charCodeAt(0) | 0x20;
  if (first < 0x61 || first > 0x7a) return undefined;
  const candidates = byFirstLetter[first]!;
  for (let i = 0; i < candidates.length; i++)
    if (startsWithIgnoreCase(text, candidates[i]!.prefix)) return candidates[i];
  return undefined;
}

/** Where the path begins in an absolute URI: its first `/` behind the scheme, or -1. */
export function pathStart(text: string, scheme: AbsoluteScheme): number {
  return text.indexOf('/', scheme.prefix.length);
}
