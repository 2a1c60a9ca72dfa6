// Whether one of a list of files has changed: asked when requests come, so that nothing has to be watched or stopped.

import type { ConfIo, FileFacts } from '../conf/io.ts';

/** Files are looked at again after this. */
const FRESH_MS = 1000;

type FileLook = Pick<ConfIo, 'stat'> & { now(): number };

export class FileWatch {
  readonly #io: FileLook;
  #paths: readonly string[] = [];
  #facts: readonly string[] = [];
  #lookedAt = 0;

  /** Watches files that have just been read: absolute paths, as bytes. */
  constructor(io: FileLook, paths: readonly string[]) {
    this.#io = io;
    this.watch(paths);
  }

  /** Watches these from here on. */
  watch(paths: readonly string[]): void {
    this.#paths = paths;
    this.#look();
  }

  #look(): void {
    this.#lookedAt = this.#io.now();
    this.#facts = this.#paths.map((path) => describe(statOf(this.#io, path)));
  }

  /** True once after a change. Looks at most once a second. */
  hasChanged(): boolean {
    if (this.#paths.length === 0 || this.#io.now() - this.#lookedAt < FRESH_MS) return false;
    const before = this.#facts;
    this.#look();
    return this.#facts.some((facts, at) => facts !== before[at]);
  }
}

/** A file that cannot be looked at is as good as none. */
function statOf(io: FileLook, path: string): FileFacts | undefined {
  try {
    return io.stat(path);
  } catch {
    return undefined;
  }
}

function describe(facts: FileFacts | undefined): string {
  return facts === undefined ? '' : `${facts.inode} ${facts.size} ${facts.mtime} ${facts.ctime}`;
}
