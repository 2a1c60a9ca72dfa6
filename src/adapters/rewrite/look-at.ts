// Looks at files: the caller's, and the folders that are known to be there.

import type { Soon } from '../../kit/wait.ts';
import { andThen } from '../../kit/wait.ts';
import type { FileFacts } from '../../rules/index.ts';
import { textOf } from './bytes.ts';
import type { RewriteFileFacts } from './files.ts';
import type { Program } from './program.ts';

const FOLDER: FileFacts = { type: 'directory', size: 0, executable: true };

/** What stands at a path; null where nothing does. Only a folder may be asked for with a slash at its end. */
export function lookAt(
  { files, knownFolders }: Program,
  path: string,
  followLinks: boolean,
): Soon<FileFacts | null> {
  if (!path.startsWith('/') || path.includes('\0')) return null;
  const name = withoutSlash(path);
  if (knownFolders.has(name)) return FOLDER;
  if (files === undefined) return null;
  return andThen(files.stat(textOf(name), followLinks), (facts) => {
    if (facts === null || facts === undefined) return null;
    return name !== path && path !== '/' && facts.type !== 'directory' ? null : full(facts);
  });
}

function withoutSlash(path: string): string {
  let end = path.length;
  while (end > 1 && path.charCodeAt(end - 1) === 0x2f) end--;
  return end === path.length ? path : path.slice(0, end);
}

function full({ type, size, executable = false }: RewriteFileFacts): FileFacts {
  return { type, size, executable };
}
