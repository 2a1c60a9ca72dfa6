// Maps in files: text (`txt:`, `rnd:`) and DBM. Read when first asked, and again when a file's time of change differs.

import type { ConfIo } from '../../conf/io.ts';
import { parseTextMap } from '../../rules/index.ts';
import type { DbmType } from './dbm/index.ts';
import type { LiveMap, MapHost } from './live-map.ts';

/** How one kind of file is found, read, and complained about. */
export interface MapFormat {
  readonly files: readonly string[];
  /** What the files say, in their order; undefined when they are not of this kind. */
  read(texts: readonly string[]): MapContent | undefined;
  /** Apache's sentences: for a file (by its position) that is not there, and for one that cannot be read. */
  missing(position: number): string;
  readonly unreadable: string;
}

export interface MapContent {
  lookup(key: string): string | null;
}

const NOTHING: MapContent = { lookup: () => null };

/** How many keys are remembered as asked for: they come from clients. */
const MOST_ASKED = 10_000;

export function textFormat(path: string): MapFormat {
  return {
    files: [path],
    read([text = '']) {
      const values = parseTextMap(text);
      return { lookup: (key) => values.get(key) ?? null };
    },
    missing: () => `AH00661: mod_rewrite: can't access text RewriteMap file ${path}`,
    unreadable: `AH00655: mod_rewrite: can't open text RewriteMap file ${path}`,
  };
}

export function dbmFormat(path: string, type: DbmType): MapFormat {
  const files = type.files(path);
  return {
    files,
    read: (texts) => type.open(...texts),
    missing: (position) =>
      `${position === 0 ? 'AH00662' : 'AH00663'}: mod_rewrite: can't access DBM RewriteMap file ${files[position]}`,
    unreadable: `AH00656: mod_rewrite: can't open DBM RewriteMap ${path}`,
  };
}

export class FileMap implements LiveMap {
  readonly #format: MapFormat;
  readonly #io: ConfIo;
  /** The latest time of change of what was read; undefined when the next look-up has to read. */
  #mtime: number | undefined = undefined;
  #content = NOTHING;
  /** Keys asked for since then; only traces want to know. */
  #asked: Set<string> = new Set();
  #complain: (text: string) => void = () => {};

  constructor(format: MapFormat, io: ConfIo) {
    this.#format = format;
    this.#io = io;
  }

  open({ complain }: MapHost): void {
    this.#complain = complain;
  }

  lookup(key: string): string | null {
    this.#refresh();
    if (this.#asked.size < MOST_ASKED) this.#asked.add(key);
    return this.#content.lookup(key);
  }

  isCached(key: string): boolean {
    return this.#asked.has(key) && this.#latestChange() === this.#mtime;
  }

  /** A file that cannot be read has no keys: the rules' defaults apply, as in Apache. */
  #refresh(): void {
    const mtime = this.#latestChange((text) => this.#complain(text));
    if (mtime !== undefined && mtime === this.#mtime) return;
    this.#asked = new Set();
    this.#content = (mtime === undefined ? undefined : this.#read()) ?? NOTHING;
    this.#mtime = this.#content === NOTHING ? undefined : mtime;
  }

  #latestChange(complain?: (text: string) => void): number | undefined {
    let latest = 0;
    for (const [position, file] of this.#format.files.entries()) {
      const mtime = this.#mtimeOf(file);
      if (mtime === undefined) {
        complain?.(this.#format.missing(position));
        return undefined;
      }
      latest = Math.max(latest, mtime);
    }
    return latest;
  }

  #mtimeOf(file: string): number | undefined {
    try {
      return this.#io.stat(file)?.mtime;
    } catch {
      return undefined;
    }
  }

  #read(): MapContent | undefined {
    try {
      const content = this.#format.read(this.#format.files.map((file) => this.#io.read(file)));
      if (content === undefined) this.#complain(this.#format.unreadable);
      return content;
    } catch (error) {
      const { code } = error as { code?: unknown };
      this.#complain(`${this.#format.unreadable}: ${typeof code === 'string' ? code : String(error)}`);
      return undefined;
    }
  }
}
