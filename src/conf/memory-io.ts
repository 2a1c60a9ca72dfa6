// A machine in memory: for configurations that come as texts, in tests and in a browser.

import type { ConfIo, FileFacts } from './io.ts';
import { normalisePath } from './path.ts';

/** Reads from `files` (text by absolute path); directories are what the paths imply. */
export function createMemoryIo(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): ConfIo {
  const texts = new Map(Object.entries(files).map(([path, text]) => [normalisePath(path), text]));
  const children = listChildren(texts.keys());
  return {
    read: (path) => {
      const text = texts.get(normalisePath(path));
      if (text === undefined)
        throw systemError(children.has(normalisePath(path)) ? 'EISDIR' : 'ENOENT', path);
      return text;
    },
    stat: (path) => {
      const text = texts.get(normalisePath(path));
      if (text !== undefined) return factsOf('file', text.length);
      return children.has(normalisePath(path)) ? factsOf('directory', 0) : undefined;
    },
    list: (path) => {
      const names = children.get(normalisePath(path));
      if (!names) throw systemError(texts.has(normalisePath(path)) ? 'ENOTDIR' : 'ENOENT', path);
      return [...names];
    },
    env: (name) => (Object.hasOwn(env, name) ? env[name] : undefined),
  };
}

function listChildren(paths: Iterable<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const children = new Map<string, Set<string>>([['/', new Set()]]);
  for (const path of paths) {
    for (let at = path; at !== '/'; ) {
      const cut = at.lastIndexOf('/');
      const parent = at.slice(0, cut) || '/';
      const names = children.get(parent) ?? new Set();
      children.set(parent, names.add(at.slice(cut + 1)));
      at = parent;
    }
  }
  return children;
}

function factsOf(kind: FileFacts['kind'], size: number): FileFacts {
  const mode = kind === 'directory' ? 0o755 : 0o644;
  return { kind, size, mtime: 0, ctime: 0, inode: 0, device: 0, uid: 0, gid: 0, mode };
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
