// The machine that serves the page: the real one, but that index.html carries the file to begin with as it is now.

import type { FileFacts } from '../../conf/io.ts';
import { Machine } from '../../server/machine.ts';
import type { BodyContent } from '../../wire/body.ts';
import { sayWarning } from '../terminal.ts';
import type { Given } from './given.ts';

const EMPTY = '<script type="application/json" id="given"></script>';

export class PageMachine extends Machine {
  readonly #index: string;
  readonly #read: () => Given;
  #given: Given;
  #page: Buffer;

  /** `index` is the path of index.html, in bytes. `read` reads the file again; it has been read once. */
  constructor(index: string, read: () => Given, given: Given) {
    super(sayWarning);
    this.#index = index;
    this.#read = read;
    this.#given = given;
    this.#page = this.#make();
  }

  override stat(path: string, link: boolean = false): FileFacts | undefined {
    const facts = super.stat(path, link);
    if (path !== this.#index || facts === undefined) return facts;
    this.#refresh();
    return { ...facts, size: this.#page.length, mtime: this.now() * 1000 };
  }

  override openFile(path: string, start: number, length: number, facts: FileFacts): BodyContent {
    if (path !== this.#index) return super.openFile(path, start, length, facts);
    return this.#page.subarray(start, start + length);
  }

  #refresh(): void {
    try {
      this.#given = this.#read();
    } catch (error) {
      sayWarning(`the page shows the file as it was: ${error instanceof Error ? error.message : error}`);
    }
    this.#page = this.#make();
  }

  /** In JSON, `<` stands in strings only, where it can be written so that no markup begins with it. */
  #make(): Buffer {
    const json = JSON.stringify(this.#given).replaceAll('<', '\\u003c');
    const html = Buffer.from(this.read(this.#index), 'latin1').toString('utf8');
    return Buffer.from(
      html.replace(EMPTY, () => EMPTY.replace('><', () => `>${json}<`)),
      'utf8',
    );
  }
}
