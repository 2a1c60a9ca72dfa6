// The .htaccess files beneath a directory.

import { type Dirent, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Directories that hold other people's files, which nobody serves. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', '.svn', '.hg', 'node_modules']);
/** Trees with more directories than this are looked at in part: a link back cannot be followed, but trees are large. */
const MOST_DIRECTORIES = 200_000;

/** Whether a file of that name is an .htaccess file: `.htaccess`, `htaccess.txt`, `.htaccess.bak`, `_htaccess`. */
export function isHtaccessName(path: string): boolean {
  return /htaccess/i.test(basename(path));
}

/** In the order of their paths; links are not followed, and what cannot be read is passed over. */
export function findHtaccessFiles(directory: string): readonly string[] {
  const found: string[] = [];
  const waiting = [directory];
  for (let seen = 0; waiting.length > 0 && seen < MOST_DIRECTORIES; seen++) {
    const folder = waiting.pop()!;
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) waiting.push(path);
      else if (entry.isFile() && entry.name === '.htaccess') found.push(path);
    }
  }
  return found.sort();
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}
