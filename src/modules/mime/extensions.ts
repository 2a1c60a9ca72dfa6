// What a file's name says of it: every part behind a dot may add to type, charset, encoding, language and handler.

import { lowerAscii } from '../../kit/ascii.ts';
import type { TypeLookup } from './types-file.ts';

/** What AddType and its kin give an extension; null takes back what an outer section gave. */
export interface ExtensionInfo {
  type?: string | null;
  charset?: string | null;
  encoding?: string | null;
  language?: string | null;
  handler?: string | null;
}

export type ExtensionMap = ReadonlyMap<string, ExtensionInfo>;

/** The sum of a name's extensions. */
export interface NameFacts {
  type: string | undefined;
  charset: string | undefined;
  encoding: string | undefined;
  languages: string[];
  handler: string | undefined;
}

/** Extensions of a file name in lower case: `.foo.html` and `foo.html` have one, `.html` has none. */
export function extensionsOf(path: string): readonly string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/^\.+/, '');
  const dot = name.indexOf('.');
  if (dot < 0) return NONE;
  return lowerAscii(name.slice(dot + 1))
    .split('.')
    .filter((part) => part !== '');
}

const NONE: readonly string[] = [];

/** Adds up what the extensions of a name say, from left to right; of a kind the last one counts. */
export function readName(path: string, map: ExtensionMap | undefined, typeOf: TypeLookup): NameFacts {
  const facts: NameFacts = {
    type: undefined,
    charset: undefined,
    encoding: undefined,
    languages: [],
    handler: undefined,
  };
  for (const extension of extensionsOf(path)) {
    const info = map?.get(extension);
    facts.type = info?.type ?? typeOf(extension) ?? facts.type;
    if (info !== undefined) addInfo(facts, info);
  }
  return facts;
}

function addInfo(facts: NameFacts, { charset, encoding, language, handler }: ExtensionInfo): void {
  facts.charset = charset ?? facts.charset;
  facts.handler = handler ?? facts.handler;
  if (encoding) facts.encoding = facts.encoding === undefined ? encoding : `${facts.encoding}, ${encoding}`;
  if (language) facts.languages.push(language);
}

/** The inner section's words for an extension over the outer's, kind by kind. */
export function mergeExtensions(base: ExtensionMap, add: ExtensionMap): ExtensionMap {
  const merged = new Map(base);
  for (const [extension, info] of add) merged.set(extension, { ...base.get(extension), ...info });
  return merged;
}
