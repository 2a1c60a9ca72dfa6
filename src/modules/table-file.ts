// Small tables that administrators keep in files (passwords, groups): their lines as Apache reads them, and what was made
// of them, kept until the file changes. What stands in a line is its reader's business.

import type { ConfIo, FileFacts } from '../conf/io.ts';

/** Files that are remembered for one site, and the largest that is read. */
const MOST_FILES = 100;
const MOST_BYTES = 64 * 1024 * 1024;

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EISDIR: 'Is a directory',
  ENOTDIR: 'Not a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
};

/** A file that cannot be read; the message is as Apache's log has it: `(2)No such file or directory`. */
export class TableFileError extends Error {}

function unreadable(error: unknown): TableFileError {
  if (error instanceof TableFileError) return error;
  const { code = '', errno, message } = error as NodeJS.ErrnoException;
  const words = SYSTEM_WORDS[code] ?? message;
  return new TableFileError(errno === undefined ? words : `(${Math.abs(errno)})${words}`, { cause: error });
}

/**
 * The lines of a file without blanks around them, those that are empty or begin with `#` left out. A backslash before
 * the line's end continues it, a NUL ends what counts of it. Apache: a line too long for its buffer ends the reading.
 */
export function* tableLines(text: string, longest: number): Generator<string> {
  let at = 0;
  while (at < text.length) {
    let line = '';
    for (;;) {
      const end = text.indexOf('\n', at);
      const piece = text.slice(at, end < 0 ? undefined : end);
      at = end < 0 ? text.length : end + 1;
      const continued = end < 0 || piece.includes('\0') ? null : /\\\r?$/.exec(piece);
      line += continued === null ? piece : piece.slice(0, continued.index);
      if (line.length >= longest) return;
      if (continued === null) break;
    }
    const nul = line.indexOf('\0');
    const trimmed = trimSpace(nul < 0 ? line : line.slice(0, nul));
    if (trimmed !== '' && !trimmed.startsWith('#')) yield trimmed;
  }
}

/** C's isspace at both ends; String#trim would take bytes above ASCII, too. */
function trimSpace(line: string): string {
  return line.replace(/^[\t-\r ]+|[\t-\r ]+$/g, '');
}

/** The text up to a colon, and what stands behind that colon and those that follow it at once. */
export function splitAtColon(text: string): readonly [word: string, rest: string] {
  const colon = text.indexOf(':');
  if (colon < 0) return [text, ''];
  return [text.slice(0, colon), text.slice(colon).replace(/^:+/, '')];
}

interface Kept<T> {
  readonly facts: FileFacts;
  readonly table: T;
}

/** Tables of one kind, by the path of their file. */
export class TableFiles<T> {
  readonly #parse: (text: string) => T;
  readonly #kept: Map<string, Kept<T>> = new Map();

  constructor(parse: (text: string) => T) {
    this.#parse = parse;
  }

  /** What the file says now. Throws a TableFileError when it cannot be read. */
  read(io: ConfIo, path: string): T {
    try {
      const facts = this.#look(io, path);
      const kept = this.#kept.get(path);
      if (kept !== undefined && isSame(kept.facts, facts)) return kept.table;
      const table = this.#parse(io.read(path));
      this.#keep(path, { facts, table });
      return table;
    } catch (error) {
      throw unreadable(error);
    }
  }

  #look(io: ConfIo, path: string): FileFacts {
    const facts = io.stat(path);
    if (facts === undefined) throw new TableFileError(`(2)${SYSTEM_WORDS.ENOENT}`);
    // A pipe would hold the server until somebody writes into it.
    if (facts.kind !== 'file') throw new TableFileError('not a regular file');
    if (facts.size > MOST_BYTES) throw new TableFileError(`larger than ${MOST_BYTES} bytes`);
    return facts;
  }

  #keep(path: string, kept: Kept<T>): void {
    this.#kept.delete(path);
    this.#kept.set(path, kept);
    if (this.#kept.size > MOST_FILES) this.#kept.delete(this.#kept.keys().next().value!);
  }
}

function isSame(a: FileFacts, b: FileFacts): boolean {
  return (
    a.mtime === b.mtime &&
    a.ctime === b.ctime &&
    a.size === b.size &&
    a.inode === b.inode &&
    a.device === b.device
  );
}
