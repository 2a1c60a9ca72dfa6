// What every match of a pattern has in it: read off the tree, so that a long list of patterns can be asked first which
// of them are worth running (kit/pattern-index.ts). Never too much is said; where the reading is not plain, less is.

import { lowerAscii } from '../ascii.ts';
import type { ByteSet } from './byte-set.ts';
import type { Tree } from './tree.ts';

/** Texts, in lower case, of which one stands in every subject that matches; with `atStart`, at its beginning. */
export interface Need {
  readonly texts: readonly string[];
  readonly atStart: boolean;
}

/** What a node matches, as far as it can be spelled out. */
interface Reading {
  /** Every text that the node can match; undefined when these are many, or not known. */
  readonly exact: Need | undefined;
  /** What stands in whatever the node matches. */
  readonly needs: readonly Need[];
}

/** Texts that a run of characters is multiplied out to (`[ab][cd]` is four). */
const MOST_SPELLINGS = 32;
/** Texts of an alternation. */
const MOST_TEXTS = 1000;
/** A class of more bytes than these is no text. */
const MOST_BYTES = 3;

const NOTHING_READ: Reading = { exact: undefined, needs: [] };
const NO_TEXT: Need = { texts: [''], atStart: false };
const ZERO_WIDTH: Reading = { exact: NO_TEXT, needs: [] };
const AT_START: Reading = { exact: { texts: [''], atStart: true }, needs: [] };

/** What every subject that matches must hold; all of it. */
export function needsOf(tree: Tree): readonly Need[] {
  return allNeeds(read(tree));
}

function allNeeds({ exact, needs }: Reading): readonly Need[] {
  return exact !== undefined && saysSomething(exact) ? [...needs, exact] : needs;
}

function saysSomething({ texts }: Need): boolean {
  return !texts.includes('');
}

function read(tree: Tree): Reading {
  switch (tree.kind) {
    case 'set':
      return readSet(tree.set);
    case 'sequence':
      return readSequence(tree.items);
    case 'choice':
      return readChoice(tree.branches.map(read));
    case 'repeat':
      return readRepeat(tree);
    case 'capture':
    case 'atomic':
      return read(tree.body);
    case 'place':
      return tree.place === 'start' ? AT_START : ZERO_WIDTH;
    case 'look':
    case 'keep':
      return ZERO_WIDTH;
    default:
      return NOTHING_READ;
  }
}

const bySet: WeakMap<ByteSet, Reading> = new WeakMap();

function readSet(set: ByteSet): Reading {
  const known = bySet.get(set);
  if (known !== undefined) return known;
  const texts = new Set<string>();
  for (let byte = 0; byte < 256 && texts.size <= MOST_BYTES; byte++)
    if (set[byte] === 1) texts.add(lowerAscii(String.fromCharCode(byte)));
  const isText = texts.size > 0 && texts.size <= MOST_BYTES;
  const reading = isText ? { exact: { texts: [...texts], atStart: false }, needs: [] } : NOTHING_READ;
  bySet.set(set, reading);
  return reading;
}

/** Neighbours that can be spelled out are one run; whatever cannot ends it. */
function readSequence(items: readonly Tree[]): Reading {
  const needs: Need[] = [];
  let run = NO_TEXT;
  let isWhole = true;
  const endRun = (next: Need): void => {
    if (saysSomething(run)) needs.push(run);
    run = next;
    isWhole = false;
  };
  for (const item of items) {
    const turn = repeatedText(item);
    if (turn !== undefined) {
      // The first turn stands behind what came before, the last one before what follows.
      const joined = join(run, turn);
      if (joined !== undefined) run = joined;
      endRun({ texts: turn.texts, atStart: false });
      continue;
    }
    const reading = read(item);
    for (const need of reading.needs) needs.push(need);
    if (reading.exact === undefined) endRun(NO_TEXT);
    else {
      const joined = join(run, reading.exact);
      if (joined === undefined) endRun(reading.exact);
      else run = joined;
    }
  }
  if (isWhole) return { exact: run, needs };
  endRun(NO_TEXT);
  return { exact: undefined, needs };
}

/** The text of a repeated item that is there at least once, and maybe more often. */
function repeatedText(item: Tree): Need | undefined {
  if (item.kind !== 'repeat' || item.min === 0 || item.max === 1) return undefined;
  const { exact } = read(item.body);
  return exact !== undefined && saysSomething(exact) ? exact : undefined;
}

/** One text behind the other; undefined when there are too many ways. */
function join(first: Need, second: Need): Need | undefined {
  if (first.texts.length * second.texts.length > MOST_SPELLINGS) return undefined;
  // What stands before a start of the subject can only be nothing.
  const atStart = first.atStart || second.atStart;
  if (first.texts.length === 1 && second.texts.length === 1)
    return { texts: [first.texts[0]! + second.texts[0]!], atStart };
  return { texts: first.texts.flatMap((one) => second.texts.map((other) => one + other)), atStart };
}

function readChoice(branches: readonly Reading[]): Reading {
  const exacts = branches.map((branch) => branch.exact);
  const exact = exacts.includes(undefined) ? undefined : either(exacts as readonly Need[], MOST_SPELLINGS);
  if (exact !== undefined) return { exact, needs: [] };
  const best = branches.map((branch) => bestOf(allNeeds(branch)));
  if (best.includes(undefined)) return NOTHING_READ;
  const need = either(best as readonly Need[], MOST_TEXTS);
  return { exact: undefined, needs: need === undefined ? [] : [need] };
}

function either(needs: readonly Need[], most: number): Need | undefined {
  const texts = [...new Set(needs.flatMap((need) => need.texts))];
  if (texts.length > most) return undefined;
  return { texts, atStart: needs.every((need) => need.atStart) };
}

/** The one whose shortest text is longest. */
function bestOf(needs: readonly Need[]): Need | undefined {
  let best: Need | undefined;
  let length = 0;
  for (const need of needs) {
    const shortest = Math.min(...need.texts.map((text) => text.length));
    if (shortest <= length) continue;
    best = need;
    length = shortest;
  }
  return best;
}

function readRepeat({ body, min, max }: Tree & { kind: 'repeat' }): Reading {
  if (max === 0) return ZERO_WIDTH;
  const reading = read(body);
  if (min === 1 && max === 1) return reading;
  if (min > 0) return { exact: undefined, needs: allNeeds(reading) };
  if (max > 1 || reading.exact === undefined) return NOTHING_READ;
  const texts = [...new Set(['', ...reading.exact.texts])];
  return { exact: { texts, atStart: false }, needs: [] };
}
