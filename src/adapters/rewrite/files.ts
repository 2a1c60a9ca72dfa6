// The files that conditions such as -f and -d ask about: what a caller brings, and a tree that is only in memory.

import type { Soon } from '../../kit/wait.ts';

/** What is known of a file. */
export interface RewriteFileFacts {
  /** What kind of thing it is. */
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** In bytes; -s asks whether there are any. */
  readonly size: number;
  /** Anybody may run it (-x). */
  readonly executable?: boolean;
}

/** Answers for the file system. Paths are absolute, with `/`, without one at their end. */
export interface RewriteFiles {
  /**
   * What stands at a path; null or undefined where nothing does. With `followLinks` false a symbolic link is a `link`,
   * otherwise it is what it leads to. An answer that is a promise needs `evaluateAsync`.
   */
  stat(path: string, followLinks: boolean): Soon<RewriteFileFacts | null | undefined>;
  /**
   * A file as a text or as bytes; undefined where it cannot be read. Asked while compiling, for `RewriteMap name
   * txt:/path`, with the path as it is written there, and for `file()` of expressions.
   */
  read?(path: string): string | Uint8Array | undefined;
}

/**
 * Files that exist only here: paths with their text, or only paths (files of one byte). A path that ends in a slash is
 * an empty folder; the folders above a path are there. Throws TypeError for a path that does not begin with a slash.
 */
export function memoryFiles(files: Readonly<Record<string, string>> | Iterable<string>): RewriteFiles {
  const texts = new Map<string, string>();
  const folders = new Set<string>(['/']);
  for (const [path, text] of entriesOf(files)) {
    if (!path.startsWith('/')) throw new TypeError(`memoryFiles: '${path}' is no absolute path`);
    addFolders(path, folders);
    if (!path.endsWith('/')) texts.set(path, text);
  }
  return {
    stat(path) {
      const text = texts.get(path);
      if (text !== undefined) return { type: 'file', size: text.length };
      return folders.has(path) ? { type: 'directory', size: 0, executable: true } : null;
    },
    read: (path) => texts.get(path),
  };
}

function entriesOf(files: Readonly<Record<string, string>> | Iterable<string>): [string, string][] {
  return isIterable(files) ? Array.from(files, (path) => [path, ' ']) : Object.entries(files);
}

function isIterable(value: object): value is Iterable<string> {
  return Symbol.iterator in value;
}

/** Every folder that a path stands in, without slashes at their ends. */
export function addFolders(path: string, folders: Set<string>): void {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1))
    folders.add(path.slice(0, slash));
}
