// What a file's name says of it: every part behind a dot may add to type, charset, encoding, language, handler and filters.

import { lowerAscii } from '../../kit/ascii.ts';
import type { TypeLookup } from './types-file.ts';

/** What AddType and its kin give an extension. */
export interface ExtensionInfo {
  /** Empty after RemoveType: what the types file says of the extension does not count either. */
  type?: string;
  charset?: string;
  encoding?: string;
  language?: string;
  handler?: string;
  /** Names with `;` between them. */
  inputFilters?: string;
  outputFilters?: string;
}

export type ExtensionMap = ReadonlyMap<string, ExtensionInfo>;

/** The sum of a name's extensions. */
export interface NameFacts {
  type: string | undefined;
  charset: string | undefined;
  encoding: string | undefined;
  languages: string[];
  handler: string | undefined;
  inputFilters: string[];
  outputFilters: string[];
}

/** The last component of a path, and where its first extension begins; leading dots belong to the name itself. */
function splitName(path: string): { readonly name: string; readonly dot: number } {
  const name = path.slice(path.lastIndexOf('/') + 1);
  let at = 0;
  while (name[at] === '.') at++;
  return { name, dot: name.indexOf('.', at) };
}

/** Extensions of a file name in lower case: `.foo.html` and `foo.html` have one, `.html` has none. */
export function extensionsOf(path: string): readonly string[] {
  const { name, dot } = splitName(path);
  return dot < 0 ? NONE : partsOf(lowerAscii(name.slice(dot + 1)));
}

function partsOf(extensions: string): readonly string[] {
  return extensions.split('.').filter((part) => part !== '');
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
    inputFilters: [],
    outputFilters: [],
  };
  for (const extension of extensionsOf(path)) {
    const info = map?.get(extension);
    facts.type = typeBy(extension, info, typeOf) ?? facts.type;
    if (info !== undefined) addInfo(facts, info);
  }
  return facts;
}

/** The type that an extension stands for. */
function typeBy(extension: string, info: ExtensionInfo | undefined, typeOf: TypeLookup): string | undefined {
  const type = info?.type ?? typeOf(extension);
  return type === '' ? undefined : type;
}

function addInfo(facts: NameFacts, info: ExtensionInfo): void {
  const { charset, encoding, language, handler, inputFilters, outputFilters } = info;
  facts.charset = charset ?? facts.charset;
  facts.handler = handler ?? facts.handler;
  if (encoding) facts.encoding = facts.encoding === undefined ? encoding : `${facts.encoding}, ${encoding}`;
  if (language) facts.languages.push(language);
  if (inputFilters) facts.inputFilters.push(inputFilters);
  if (outputFilters) facts.outputFilters.push(outputFilters);
}

/** Which extensions MultiViews may take for known besides those that say something of the content. */
export interface AlsoKnown {
  readonly any: boolean;
  readonly handlers: boolean;
  readonly filters: boolean;
}

/**
 * What of a name is no known extension, its beginning first, as MultiViews has to find it in the request; undefined
 * where nothing of the name is known.
 */
export function unknownParts(
  path: string,
  map: ExtensionMap | undefined,
  typeOf: TypeLookup,
  also: AlsoKnown,
): readonly string[] | undefined {
  const { name, dot } = splitName(path);
  if (dot < 0) return undefined;
  const parts = partsOf(name.slice(dot + 1));
  const unknown = parts.filter((part) => {
    const extension = lowerAscii(part);
    const info = map?.get(extension);
    const isKnown = typeBy(extension, info, typeOf) !== undefined || saysSomething(info);
    return (
      !isKnown &&
      !also.any &&
      !(also.handlers && info?.handler !== undefined) &&
      !(also.filters && hasFilters(info))
    );
  });
  return unknown.length === parts.length ? undefined : [name.slice(0, dot), ...unknown];
}

function hasFilters(info: ExtensionInfo | undefined): boolean {
  return info?.inputFilters !== undefined || info?.outputFilters !== undefined;
}

function saysSomething(info: ExtensionInfo | undefined): boolean {
  return info?.charset !== undefined || info?.language !== undefined || info?.encoding !== undefined;
}

/** The inner section's words for an extension over the outer's, kind by kind. */
export function mergeExtensions(base: ExtensionMap, add: ExtensionMap): Map<string, ExtensionInfo> {
  const merged = new Map(base);
  for (const [extension, info] of add) merged.set(extension, { ...base.get(extension), ...info });
  return merged;
}

/** Something that an extension does not say any longer. */
export interface Removal {
  readonly extension: string;
  readonly kind: keyof ExtensionInfo;
}

/** Takes things back in a map of this caller's own. */
export function removeExtensions(map: Map<string, ExtensionInfo>, removals: readonly Removal[]): void {
  for (const { extension, kind } of removals) {
    const info = map.get(extension);
    if (info?.[kind] === undefined) continue;
    const { [kind]: _, ...rest } = info;
    map.set(extension, rest);
  }
}
