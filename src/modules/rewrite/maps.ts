// Where RewriteMap values come from: text files, kept until they change, and programs.

import type { Command } from '../../conf/command.ts';
import type { ConfIo } from '../../conf/io.ts';
import {
  internalMap,
  type MapLocation,
  type MapSource,
  parseTextMap,
  type RewriteMap,
  type RewriteProblem,
  readMapLocation,
} from '../../rules/index.ts';
import { MapProgram } from './map-program.ts';

const NO_KEYS: ReadonlyMap<string, string> = new Map();

/** A `txt:` or `rnd:` file, read again when its time of change does. */
class TextFileMap implements MapSource {
  readonly #path: string;
  readonly #io: ConfIo;
  #mtime = -1;
  #values = NO_KEYS;
  /** Keys asked for since the file was read; only traces want to know. */
  #asked: Set<string> = new Set();

  constructor(path: string, io: ConfIo) {
    this.#path = path;
    this.#io = io;
  }

  lookup(key: string): string | null {
    this.#refresh();
    return this.#values.get(key) ?? null;
  }

  isCached(key: string): boolean {
    const cached = this.#asked.has(key);
    // Bounded: the keys come from clients.
    if (this.#asked.size < 10_000) this.#asked.add(key);
    return cached;
  }

  /** A file that cannot be read any more has no keys: the rules' defaults apply, as in Apache. */
  #refresh(): void {
    try {
      const mtime = this.#io.stat(this.#path)?.mtime;
      if (mtime === this.#mtime) return;
      this.#values = mtime === undefined ? NO_KEYS : parseTextMap(this.#io.read(this.#path));
      this.#mtime = mtime ?? -1;
    } catch {
      this.#values = NO_KEYS;
      this.#mtime = -1;
    }
    this.#asked = new Set();
  }
}

/** Opens the map that a RewriteMap line describes; files are looked for now, read on first use. */
export function openMap(cmd: Command, name: string, text: string): RewriteMap | RewriteProblem {
  const location = readMapLocation(text);
  switch (location.kind) {
    case 'int':
      return internalMap(location.argument);
    case 'txt':
    case 'rnd':
      return openTextMap(cmd, name, location);
    case 'prg':
      return openProgram(cmd, name, location);
    default:
      return {
        error: `RewriteMap: map of type ${location.kind} for map ${name} cannot be opened`,
        offset: 0,
        hint: 'portico reads txt:, rnd:, int: and prg: maps; write the keys and values of this one to a txt: file',
      };
  }
}

function missing(name: string, path: string): RewriteProblem {
  return { error: `RewriteMap: file for map ${name} not found:${path}`, offset: 0 };
}

function openTextMap(
  cmd: Command,
  name: string,
  { kind, argument }: MapLocation,
): RewriteMap | RewriteProblem {
  const path = cmd.resolve(argument);
  if (cmd.io.stat(path) === undefined) return missing(name, path);
  return { kind, source: new TextFileMap(path, cmd.io) };
}

function openProgram(
  cmd: Command,
  name: string,
  { kind, argument }: MapLocation,
): RewriteMap | RewriteProblem {
  const [program = '', ...words] = argument.split(/[ \t]+/);
  const path = cmd.resolve(program);
  if (cmd.io.stat(path) === undefined) return missing(name, path);
  return { kind, source: new MapProgram(path, words) };
}
