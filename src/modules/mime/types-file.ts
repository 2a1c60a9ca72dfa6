// Types of files by extension: a mime.types file, or without one the database that comes with portico.

import mimeDatabase from 'mime';
import { lowerAscii } from '../../kit/ascii.ts';

/** The media type of an extension in lower case, without its dot; undefined when it is not known. */
export type TypeLookup = (extension: string) => string | undefined;

/** Reads a mime.types file: a type and its extensions on a line, `#` before a comment; the last line of a kind wins. */
export function parseTypesFile(text: string): TypeLookup {
  const types = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [type, ...extensions] = line.replace(/#.*/, '').trim().split(/\s+/);
    for (const extension of extensions) types.set(lowerAscii(extension), type!);
  }
  return (extension) => types.get(extension);
}

/** The types that are known without a file. */
export const knownTypes: TypeLookup = (extension) =>
  /^[a-z0-9_+-]+$/.test(extension) ? (mimeDatabase.getType(extension) ?? undefined) : undefined;
