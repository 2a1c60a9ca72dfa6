// A text that was read, and the sites that were opened of it, while somebody types URLs.

import type { RehearsedSite } from '../inject.ts';
import { takeMissing } from './missing.ts';
import { type ReadText, readTyped, type TypedSite } from './open.ts';
import type { Remark } from './remarks.ts';

export class KeptText {
  readonly #key: string;
  readonly #read: ReadText;
  /** What a browser lacks to read it. */
  readonly #lacking: string | undefined;
  readonly #sites: Map<string, RehearsedSite> = new Map();

  constructor(typed: TypedSite) {
    this.#key = keyOf(typed);
    this.#read = readTyped(typed);
    this.#lacking = takeMissing();
  }

  get remarks(): readonly Remark[] {
    return this.#read.remarks;
  }

  /** What the machine calls the text. */
  get path(): string {
    return this.#read.path;
  }

  isOf(typed: TypedSite): boolean {
    return keyOf(typed) === this.#key;
  }

  /** The site as a release of Apache would have it, opened once; or why there is none. */
  async siteFor(apache: string): Promise<RehearsedSite | string> {
    const { open } = this.#read;
    if (this.#lacking !== undefined) return this.#lacking;
    if (typeof open === 'string') return open;
    const known = this.#sites.get(apache) ?? (await open(apache));
    this.#sites.set(apache, known);
    return known;
  }

  async close(): Promise<void> {
    for (const site of this.#sites.values()) await site.close();
  }
}

function keyOf({ kind, text, folder, files }: TypedSite): string {
  return JSON.stringify([kind, text, folder, files]);
}
