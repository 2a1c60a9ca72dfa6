// A machine in memory: for configurations that come as texts, in tests and in a browser.

import type { ConfIo, FileFacts } from './io.ts';
import { normalisePath } from './path.ts';

/** What else is to be found on the machine. */
export interface MemoryOptions {
  /** Directories that may have nothing in them. */
  readonly folders?: Iterable<string>;
  /** When every file was changed last, in milliseconds since 1970. */
  readonly time?: number;
}

/** What a system takes as a name, and as a path, in bytes. */
const LONGEST_NAME = 255;
const LONGEST_PATH = 4095;

/** Reads from `files` (text by absolute path); directories are those named and what the paths imply. */
export function createMemoryIo(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  { folders = [], time = 0 }: MemoryOptions = {},
): ConfIo {
  const texts = new Map(Object.entries(files).map(([path, text]) => [normalisePath(path), text]));
  const children = listChildren(texts.keys(), folders);
  return {
    read: (path) => {
      const text = texts.get(normalisePath(path));
      if (text === undefined)
        throw systemError(children.has(normalisePath(path)) ? 'EISDIR' : 'ENOENT', path);
      return text;
    },
    stat: (path) => {
      refuseLong(path);
      const plain = normalisePath(path);
      if (children.has(plain)) return factsOf('directory', 0, time);
      const text = path.endsWith('/') ? undefined : texts.get(plain);
      return text === undefined ? undefined : factsOf('file', text.length, time);
    },
    list: (path) => {
      const names = children.get(normalisePath(path));
      if (!names) throw systemError(texts.has(normalisePath(path)) ? 'ENOTDIR' : 'ENOENT', path);
      return [...names];
    },
    env: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
  };
}

function listChildren(
  paths: Iterable<string>,
  folders: Iterable<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const children = new Map<string, Set<string>>([['/', new Set()]]);
  const addFolder = (folder: string): Set<string> => {
    const known = children.get(folder);
    if (known !== undefined) return known;
    const names = new Set<string>();
    children.set(folder, names);
    addTo(folder);
    return names;
  };
  const addTo = (path: string): void => {
    const cut = path.lastIndexOf('/');
    addFolder(path.slice(0, cut) || '/').add(path.slice(cut + 1));
  };
  for (const folder of folders) addFolder(normalisePath(folder));
  for (const path of paths) addTo(path);
  return children;
}

function factsOf(kind: FileFacts['kind'], size: number, time: number): FileFacts {
  const mode = kind === 'directory' ? 0o755 : 0o644;
  const micros = time * 1000;
  return { kind, size, mtime: micros, ctime: micros, inode: 0, device: 0, uid: 0, gid: 0, mode };
}

function refuseLong(path: string): void {
  const isLong = path.length > LONGEST_NAME && (path.length > LONGEST_PATH || hasLongName(path));
  if (isLong) throw systemError('ENAMETOOLONG', path);
}

function hasLongName(path: string): boolean {
  return path.split('/').some((name) => name.length > LONGEST_NAME);
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
