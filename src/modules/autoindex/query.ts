// What the query of a listing asks for: `C` and `O` the order, `F` the form, `V` how versions sort, `P` which names.

import { unescapePath } from '../../kit/expr/transform.ts';
import { compileGlob } from '../../kit/glob.ts';
import { escapeUrl } from '../../rules/escape.ts';
import type { IndexDir, IndexWord, IndexWords, SortKey } from './config.ts';

export interface Order {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface Wish {
  readonly order: Order;
  readonly words: IndexWords;
  /** Names that are listed; undefined for all. */
  readonly matches: ((name: string) => boolean) | undefined;
  /** Behind the order in the links of the column heads: what else was asked for. */
  readonly linkArgs: string;
}

const USUAL: Order = { key: 'N', descending: false };

/** What a word of the query changes; they are read from left to right, up to the first that is none. */
class WishReader {
  key: SortKey;
  descending: boolean;
  readonly words: Set<IndexWord>;
  form = '';
  versions = '';
  pattern: string | undefined = undefined;

  constructor({ key, descending }: Order, words: IndexWords) {
    this.key = key;
    this.descending = descending;
    this.words = new Set(words);
  }

  read(args: string): void {
    for (let rest = args; rest !== ''; ) {
      const pattern = /^P=([^&;]*)[&;]?/.exec(rest);
      const word = pattern === null ? /^([COFV])=(.)(?:[&;]|$)/s.exec(rest) : null;
      if (pattern !== null) this.#setPattern(pattern[1]!);
      else if (word === null || !this.#set(word[1]!, word[2]!)) return;
      rest = rest.slice((pattern ?? word)![0].length);
    }
  }

  #set(name: string, value: string): boolean {
    const allowed = { C: 'NMSD', O: 'AD', F: '012', V: '01' }[name] ?? '';
    if (!allowed.includes(value)) return false;
    if (name === 'C') this.key = value as SortKey;
    else if (name === 'O') this.descending = value === 'D';
    else if (name === 'F') this.#setForm(value);
    else this.#setVersions(value);
    return true;
  }

  #setForm(value: string): void {
    this.form = `;F=${value}`;
    this.#turn('fancyindexing', value !== '0');
    this.#turn('htmltable', value === '2');
  }

  #setVersions(value: string): void {
    this.versions = `;V=${value}`;
    this.#turn('versionsort', value === '1');
  }

  #turn(word: IndexWord, isOn: boolean): void {
    if (isOn) this.words.add(word);
    else this.words.delete(word);
  }

  /** A pattern with a broken escape is left out of account. */
  #setPattern(text: string): void {
    const pattern = /%2f/i.test(text) ? '' : unescapePath(text);
    this.pattern = pattern === '' ? undefined : pattern;
  }
}

export function readWish(args: string | undefined, dir: IndexDir, words: IndexWords): Wish {
  const usual = dir.defaultOrder ?? USUAL;
  if (words.has('ignoreclient'))
    return {
      order: usual,
      words: new Set([...words, 'suppresscolumnsorting']),
      matches: undefined,
      linkArgs: '',
    };
  const reader = new WishReader(usual, words);
  reader.read(args ?? '');
  const { key, descending, pattern, form, versions } = reader;
  return {
    order: { key, descending },
    words: reader.words,
    matches:
      pattern === undefined ? undefined : compileGlob(pattern.replace(/\\/g, '\\\\'), { period: true }),
    linkArgs: form + versions + (pattern === undefined ? '' : `;P=${escapeUrl(pattern)}`),
  };
}
