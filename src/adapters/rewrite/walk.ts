// From a file name to the folder whose rules apply to it, and to where the name ends and path info begins (Apache's
// directory walk).

import { type Waiting, when } from '../../kit/wait.ts';
import type { Attempt } from './attempt.ts';
import { lookAt } from './look-at.ts';

/** Walks down the file name of an attempt. Answers the status that refuses it, if one does. */
export function* walkDirectories(x: Attempt): Waiting<number | undefined> {
  const { filename } = x;
  if (filename === undefined || !filename.startsWith('/')) return undefined;
  if (isTooLong(filename)) return 403;
  const path = cleanPath(filename);
  x.set = x.program.folders.find(({ directory }) => isIn(path, directory))?.set ?? x.program.defaults;
  const end = yield* endOfName(x, path);
  if (end < 0) return 403;
  x.filename = path.slice(0, end);
  x.pathInfo = path.slice(end) + x.pathInfo;
  return undefined;
}

function isIn(path: string, directory: string): boolean {
  return path.startsWith(directory) || (path.length === directory.length - 1 && directory.startsWith(path));
}

/**
 * The name ends at the first component that is no folder, or is not there; -1 where that is a link that leads nowhere,
 * which Apache refuses.
 */
function* endOfName(x: Attempt, path: string): Waiting<number> {
  const whole = yield* when(lookAt(x.program, path, true));
  x.facts = whole ?? undefined;
  if (whole !== null) return path.length;
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const facts = yield* when(lookAt(x.program, path.slice(0, slash), true));
    x.facts = facts ?? undefined;
    if (facts === null && (yield* isLink(x, path.slice(0, slash)))) return -1;
    if (facts?.type !== 'directory') return slash;
  }
  x.facts = undefined;
  return (yield* isLink(x, path)) ? -1 : path.length;
}

function* isLink({ program }: Attempt, path: string): Waiting<boolean> {
  if (program.files === undefined) return false;
  return (yield* when(lookAt(program, path, false)))?.type === 'link';
}

function isTooLong(path: string): boolean {
  if (path.length > 4096) return true;
  return path.length > 255 && path.split('/').some((part) => part.length > 255);
}

/** `//`, `/./` and `/../` taken out of a file name by its text alone. */
function cleanPath(path: string): string {
  if (!path.includes('//') && !path.includes('/.')) return path;
  const kept: string[] = [];
  const parts = path.split('/');
  for (const [at, part] of parts.entries()) {
    const isLast = at === parts.length - 1;
    if (part === '..') kept.pop();
    else if (part !== '' && part !== '.') kept.push(part);
    if (isLast && (part === '' || part === '.' || part === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}
