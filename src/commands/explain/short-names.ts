// How files are called in what a command prints: relative to where the reader stands, or to the configuration.

import { dirname, relative } from 'node:path';
import { latin1 } from '../../tools/bytes.ts';

/** `base` is the main configuration file, if there is one; `named` are files with a name of their own. */
export function shortNames(
  base: string | undefined,
  named: ReadonlyMap<string, string> = new Map(),
): (file: string) => string {
  const folders = [latin1(process.cwd()), ...(base === undefined ? [] : [dirname(base)])];
  return (file) => {
    const own = named.get(file);
    if (own !== undefined) return own;
    if (!file.startsWith('/')) return file;
    const names = folders.map((folder) => relative(folder, file)).filter((name) => !name.startsWith('..'));
    return [file, ...names].reduce((best, name) => (name !== '' && name.length < best.length ? name : best));
  };
}
