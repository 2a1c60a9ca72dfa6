// Bytes of files that are asked for again and again. A copy counts for as long as the system says the same of the file
// as when it was made; it is asked at every request. Owns which files are kept, and that all of them have a bound.

import type { FileFacts } from '../conf/io.ts';
import type { BodyContent } from '../wire/body.ts';
import { BufferSource, SLICE } from '../wire/buffer-source.ts';

/** Bytes of one file, and of all. */
const LARGEST = 1 << 20;
const MOST_BYTES = 64 << 20;
/** Beyond this, bytes are written with less copying than text. */
const LARGEST_TEXT = 16 * 1024;
/** Paths that were asked for once. */
const MOST_ASKED = 1000;

/**
 * A file is left alone until its last change is so long ago, in milliseconds, that a further one would show: system
 * clocks tick in milliseconds, some file systems in two seconds.
 */
const SETTLED_MS = 3000;

interface HotFile {
  readonly facts: FileFacts;
  readonly bytes: Buffer;
  /** The same as a byte string, of a file that is small: it leaves in one piece with its head. */
  readonly text: string | undefined;
  /** Sources that are not over: what they hold cannot be given back. */
  users: number;
}

export class HotFiles {
  readonly #files: Map<string, HotFile> = new Map();
  readonly #asked: Map<string, FileFacts> = new Map();
  #bytes = 0;

  /** `length` bytes from `start`; undefined for a file of which there is no copy. */
  open(path: string, start: number, length: number, facts: FileFacts): BodyContent | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    if (file.facts !== facts) {
      this.#forget(path, file);
      return undefined;
    }
    if (file.text !== undefined)
      return length === file.text.length ? file.text : file.text.slice(start, start + length);
    const part = file.bytes.subarray(start, start + length);
    return length <= SLICE ? part : lend(file, part);
  }

  /** True from the second time on that somebody asks for the same state of a file that may be kept. */
  wants(path: string, facts: FileFacts, now: number): boolean {
    if (facts.size > LARGEST || facts.size === 0 || now - facts.ctime / 1000 < SETTLED_MS) return false;
    if (this.#asked.get(path) === facts) return true;
    this.#asked.delete(path);
    if (this.#asked.size >= MOST_ASKED) this.#asked.delete(this.#asked.keys().next().value!);
    this.#asked.set(path, facts);
    return false;
  }

  /** Keeps a copy, where there is room or others can go, the oldest first. */
  keep(path: string, facts: FileFacts, bytes: Buffer): void {
    this.#asked.delete(path);
    for (const [other, file] of this.#files) {
      if (this.#bytes + bytes.length <= MOST_BYTES) break;
      if (file.users === 0) this.#forget(other, file);
    }
    if (this.#bytes + bytes.length > MOST_BYTES) return;
    const text = bytes.length <= LARGEST_TEXT ? bytes.toString('latin1') : undefined;
    this.#files.set(path, { facts, bytes, text, users: 0 });
    this.#bytes += bytes.length;
  }

  #forget(path: string, file: HotFile): void {
    this.#files.delete(path);
    this.#bytes -= file.bytes.length;
  }
}

function lend(file: HotFile, part: Buffer): BufferSource {
  file.users += 1;
  return new BufferSource(part, () => {
    file.users -= 1;
  });
}
