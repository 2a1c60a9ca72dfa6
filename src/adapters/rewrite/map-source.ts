// RewriteMap for callers: `int:` is the engine's own, the values of every other kind come from the caller, those of text
// files also from the files that the caller has given.

import {
  internalMap,
  type MapSource,
  parseTextMap,
  type RewriteMap,
  type RewriteProblem,
  readMapLocation,
} from '../../rules/index.ts';
import { bytesOf, bytesOfFile, textOf } from './bytes.ts';
import type { RewriteMapSource, RewriteOptions } from './options.ts';

/** The map of a RewriteMap line. */
export function openMap(
  name: string,
  location: string,
  options: RewriteOptions,
): RewriteMap | RewriteProblem {
  const { kind, argument } = readMapLocation(location);
  if (kind === 'int') return internalMap(argument);
  const given = givenMap(name, options);
  if (given !== undefined) return { kind, source: given };
  if (kind === 'txt' || kind === 'rnd') {
    const text = options.files?.read?.(textOf(argument));
    if (text !== undefined) {
      const entries = parseTextMap(bytesOfFile(text));
      return { kind, source: { lookup: (key) => entries.get(key) ?? null } };
    }
  }
  return {
    error: `RewriteMap: file for map ${name} not found:${argument}`,
    offset: 0,
    hint: `give its entries: compile(text, { maps: { ${name}: { key: 'value' } } })`,
  };
}

/** The caller's maps, those without a RewriteMap line included. An empty value is none, as in text files. */
export function givenMaps(options: RewriteOptions): Map<string, RewriteMap> {
  const maps = new Map<string, RewriteMap>();
  for (const name of Object.keys(options.maps ?? {})) {
    const source = givenMap(name, options);
    if (source !== undefined) maps.set(name, { kind: 'txt', source });
  }
  return maps;
}

function givenMap(name: string, { maps }: RewriteOptions): MapSource | undefined {
  if (maps === undefined || !Object.hasOwn(maps, name)) return undefined;
  const source = maps[name];
  return source === undefined ? undefined : { lookup: lookUpIn(source) };
}

function lookUpIn(source: RewriteMapSource): MapSource['lookup'] {
  if (typeof source === 'function')
    return (key) => {
      const value = source(textOf(key));
      return value instanceof Promise ? value.then(bytesOrNone) : bytesOrNone(value);
    };
  if (isMap(source)) return (key) => bytesOrNone(source.get(textOf(key)));
  return (key) => {
    const name = textOf(key);
    return Object.hasOwn(source, name) ? bytesOrNone(source[name]) : null;
  };
}

function isMap(source: object): source is ReadonlyMap<string, string> {
  return source instanceof Map;
}

function bytesOrNone(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : bytesOf(String(value));
}
