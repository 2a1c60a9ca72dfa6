// The file that the page begins with: its text, and the names of the files that it may speak of.

import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isHtaccessName } from '../lint/find-files.ts';

/** As the fields of the page hold it. */
export interface Given {
  readonly kind: 'htaccess' | 'configuration';
  readonly text: string;
  /** A path a line; folders end with a slash, contents of other .htaccess files stand indented below their names. */
  readonly files: string;
}

/** The page takes no more. UTF-16 units. */
const LONGEST_TEXT = 200_000;
/** Bounds of the listing: names, folders into folders, and characters in all. */
const MOST_NAMES = 1000;
const DEEPEST = 8;
const LONGEST_LIST = 50_000;

/** Reads the file, or the .htaccess of the folder. Throws the system's error, or one that says what is wrong. */
export function readGiven(file: string): Given {
  const path = resolve(file);
  const isFolder = statSync(path).isDirectory();
  const source = isFolder ? join(path, '.htaccess') : path;
  const text = readFileSync(source, 'utf8');
  if (text.length > LONGEST_TEXT)
    throw new RangeError(`${file} is longer than the ${LONGEST_TEXT} characters that the page takes`);
  const isHtaccess = isHtaccessName(source);
  const files = isHtaccess ? listBelow(dirname(source), '') : documentRoots(text).flatMap(listRoot);
  return { kind: isHtaccess ? 'htaccess' : 'configuration', text, files: bounded(files) };
}

function documentRoots(text: string): readonly string[] {
  const roots = [...text.matchAll(/^\s*DocumentRoot\s+(?:"([^"]+)"|(\S+))/gim)];
  return [...new Set(roots.map(([, quoted, bare]) => quoted ?? bare ?? ''))].filter((root) =>
    root.startsWith('/'),
  );
}

function listRoot(root: string): string[] {
  const folder = root.replace(/\/*$/, '/');
  return [folder, ...listBelow(folder, folder)];
}

/** Lines for all that is beneath a folder, each name behind a prefix. What cannot be read is passed over. */
function listBelow(folder: string, prefix: string): string[] {
  const lines: string[] = [];
  const visit = (path: string, shown: string, depth: number): void => {
    for (const entry of entriesOf(path)) {
      if (lines.length >= MOST_NAMES) return;
      const name = `${shown}${entry.name}`;
      const whole = join(path, entry.name);
      if (isDirectory(whole)) {
        if (isLeftOut(entry.name)) continue;
        lines.push(`${name}/`);
        if (depth < DEEPEST && entry.isDirectory()) visit(whole, `${name}/`, depth + 1);
      } else if (shown !== prefix || entry.name !== '.htaccess') lines.push(...fileLines(name, whole));
    }
  };
  visit(folder, prefix, 1);
  return lines;
}

/** Nobody serves these, and there are thousands of files in them. */
function isLeftOut(name: string): boolean {
  return name === 'node_modules' || (name.startsWith('.') && name !== '.well-known');
}

function entriesOf(folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    // A name with a line end in it cannot stand in a list of lines.
    return entries.filter(({ name }) => !/[\r\n]/.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function fileLines(name: string, path: string): string[] {
  if (basename(path) !== '.htaccess') return [name];
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return [`${name}:\n${lines.map((line) => `  ${line}`).join('\n')}`];
  } catch {
    return [name];
  }
}

function bounded(lines: readonly string[]): string {
  let text = '';
  for (const line of lines) {
    if (text.length + line.length + 1 > LONGEST_LIST) break;
    text += `${line}\n`;
  }
  return text;
}
