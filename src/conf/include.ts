// The files that an Include or IncludeOptional line stands for: one file, a directory's files, or a wildcard's matches.

import { compileGlob, isGlob } from '../kit/glob.ts';
import type { ConfCode } from './codes.ts';
import type { ConfIo } from './io.ts';
import { resolvePath } from './path.ts';

/** What kept an Include from finding its files. */
export interface IncludeFault {
  readonly code: ConfCode;
  readonly message: string;
  /** True where IncludeOptional passes over it. */
  readonly missing: boolean;
}

/** Directories inside directories further than this are taken for a loop of links (Apache's bound). */
const maxDirectoryDepth = 20;

/** The files in Apache's order: sorted by byte, directories in depth, hidden names never by wildcard. */
export function findIncludes(
  pattern: string,
  { io, serverRoot, optional }: { io: ConfIo; serverRoot: string; optional: boolean },
): readonly string[] | IncludeFault {
  const path = resolvePath(serverRoot, pattern);
  try {
    return isGlob(path) ? matchPath(path, { io, optional }) : listTree(path, io, 0);
  } catch (error) {
    if (error instanceof IncludeError) return error.fault;
    throw error;
  }
}

/** `Could not open configuration file …` with the system's words for the reason. */
export function cannotOpen(path: string, error: unknown): IncludeFault {
  const { words, missing } = describeSystemError(error);
  return {
    code: 'conf/cannot-read',
    message: `Could not open configuration file ${path}: ${words}`,
    missing,
  };
}

class IncludeError extends Error {
  readonly fault: IncludeFault;

  constructor(fault: IncludeFault) {
    super(fault.message);
    this.fault = fault;
  }
}

interface Search {
  readonly io: ConfIo;
  readonly optional: boolean;
}

function matchPath(path: string, search: Search): string[] {
  const parts = path.split('/').slice(1);
  const first = parts.findIndex(isGlob);
  const start = `/${parts.slice(0, first).join('/')}`;
  return matchParts(start, parts.slice(first), search);
}

function matchParts(directory: string, [part, ...rest]: readonly string[], search: Search): string[] {
  const { io } = search;
  if (part === undefined) return listTree(directory, io, 0);
  const names = isGlob(part) ? matchNames(directory, part, search) : [part];
  const paths = names.map((name) => join(directory, name));
  if (rest.length === 0) return paths.flatMap((path) => listTree(path, io, 0));
  return paths.filter((path) => isDirectory(path, io)).flatMap((path) => matchParts(path, rest, search));
}

function matchNames(directory: string, wildcard: string, { io, optional }: Search): string[] {
  const matches = compileGlob(wildcard, { period: true });
  const all = optional && !isDirectory(directory, io) ? [] : readDirectory(directory, io);
  const names = all.filter(matches);
  if (names.length > 0 || optional) return names;
  throw new IncludeError({
    code: 'conf/include-no-match',
    message: `Include/IncludeOptional: No matches for the wildcard '${wildcard}' in '${directory}', failing`,
    missing: true,
  });
}

function listTree(path: string, io: ConfIo, depth: number): string[] {
  if (!isDirectory(path, io)) return [path];
  if (depth > maxDirectoryDepth) {
    throw new IncludeError({
      code: 'conf/include-depth',
      message: `Directory ${path} exceeds the maximum include directory nesting level of ${maxDirectoryDepth}. You have probably a recursion somewhere.`,
      missing: false,
    });
  }
  return readDirectory(path, io).flatMap((name) => listTree(join(path, name), io, depth + 1));
}

function readDirectory(path: string, io: ConfIo): string[] {
  try {
    return [...io.list(path)].sort();
  } catch (error) {
    const { words, missing } = describeSystemError(error);
    const message = `Include/IncludeOptional: Could not open directory ${path}: ${words}`;
    throw new IncludeError({ code: 'conf/cannot-read', message, missing });
  }
}

function isDirectory(path: string, io: ConfIo): boolean {
  try {
    return io.stat(path)?.kind === 'directory';
  } catch {
    return false;
  }
}

function join(directory: string, name: string): string {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

const systemWords: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPERM: 'Operation not permitted',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  EMFILE: 'Too many open files',
  EIO: 'Input/output error',
};

function describeSystemError(error: unknown): { words: string; missing: boolean } {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words = systemWords[code] ?? (error instanceof Error ? error.message : String(error));
  return { words, missing: code === 'ENOENT' || code === 'ENOTDIR' };
}
