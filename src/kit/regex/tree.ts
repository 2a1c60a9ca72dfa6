// The tree of a regular expression, and what can be read off a part of it alone: its width, its first bytes.
// Options (case, dot, multi-line, extended, greed) are settled by the parser; no node depends on a flag.

import { ANY_BYTE, type ByteSet, byteSet, NO_BYTE, unionOf } from './byte-set.ts';

/** A place that is tested and consumes nothing. */
export type Place =
  | 'start'
  | 'lineStart'
  | 'end'
  | 'endOrNewline'
  | 'lineEnd'
  | 'wordEdge'
  | 'noWordEdge'
  | 'from';

/** What `(?(…)yes|no)` asks: a group has matched, a call is under way (of any group: -1), or an assertion. */
export type Question =
  | { readonly kind: 'matched'; readonly groups: readonly number[] }
  | { readonly kind: 'called'; readonly group: number }
  | { readonly kind: 'never' }
  | Extract<Tree, { kind: 'look' }>;

export type Tree =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly items: readonly Tree[] }
  | { readonly kind: 'choice'; readonly branches: readonly Tree[] }
  | {
      readonly kind: 'repeat';
      readonly body: Tree;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    }
  | { readonly kind: 'capture'; readonly group: number; readonly body: Tree }
  | { readonly kind: 'atomic'; readonly body: Tree }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly body: Tree }
  | { readonly kind: 'backreference'; readonly groups: readonly number[]; readonly nocase: boolean }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'keep' }
  | { readonly kind: 'call'; readonly group: number }
  | { readonly kind: 'conditional'; readonly question: Question; readonly yes: Tree; readonly no: Tree };

/** The sequence of no items: matches the empty string. */
export const EMPTY: Tree = { kind: 'sequence', items: [] };
/** Matches nothing at all. */
export const FAIL: Tree = { kind: 'set', set: NO_BYTE };

/** The direct parts of a node. */
export function partsOf(tree: Tree): readonly Tree[] {
  switch (tree.kind) {
    case 'sequence':
      return tree.items;
    case 'choice':
      return tree.branches;
    case 'repeat':
    case 'capture':
    case 'atomic':
    case 'look':
      return [tree.body];
    case 'conditional':
      return tree.question.kind === 'look' ? [tree.question, tree.yes, tree.no] : [tree.yes, tree.no];
    default:
      return [];
  }
}

/** True when the test holds for the node or anything in it. */
export function contains(tree: Tree, test: (node: Tree) => boolean): boolean {
  return test(tree) || partsOf(tree).some((part) => contains(part, test));
}

/** A choice of the branches, or the only one itself. */
export function choiceOf(branches: readonly Tree[]): Tree {
  return branches.length === 1 ? branches[0]! : { kind: 'choice', branches };
}

/** The branches of a choice; anything else is its own single branch. */
export function branchesOf(tree: Tree): readonly Tree[] {
  return tree.kind === 'choice' ? tree.branches : [tree];
}

/** How many bytes the node matches, when that is always the same number. */
export function fixedWidth(tree: Tree): number | undefined {
  switch (tree.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return sumOf(tree.items.map(fixedWidth));
    case 'choice':
      return sameOf(tree.branches.map(fixedWidth));
    case 'conditional':
      return sameOf([fixedWidth(tree.yes), fixedWidth(tree.no)]);
    case 'repeat': {
      const width = fixedWidth(tree.body);
      return width !== undefined && tree.min === tree.max ? width * tree.min : undefined;
    }
    case 'capture':
    case 'atomic':
      return fixedWidth(tree.body);
    case 'backreference':
    case 'call':
      return undefined;
    default:
      return 0;
  }
}

function sumOf(widths: readonly (number | undefined)[]): number | undefined {
  return widths.reduce(
    (sum, width) => (sum === undefined || width === undefined ? undefined : sum + width),
    0,
  );
}

function sameOf(widths: readonly (number | undefined)[]): number | undefined {
  return widths.every((width) => width === widths[0]) ? widths[0] : undefined;
}

/** Which bytes can come first in what a node matches, and whether it can match without taking one. */
export interface First {
  readonly bytes: ByteSet;
  readonly empty: boolean;
}

const NOTHING_YET: First = { bytes: NO_BYTE, empty: true };
const NO_MORE: First = { bytes: NO_BYTE, empty: false };
const ANYTHING: First = { bytes: ANY_BYTE, empty: true };
const LAST_NEWLINE: First = { bytes: byteSet(0x0a), empty: false };

/** The first bytes of a node; never too few. After `$` no byte can come, so nothing behind it counts. */
export function firstOf(tree: Tree): First {
  switch (tree.kind) {
    case 'set':
      return { bytes: tree.set, empty: false };
    case 'sequence':
      return tree.items.reduceRight<First>((rest, item) => firstThen(firstOf(item), rest), NOTHING_YET);
    case 'choice':
      return eitherFirst(tree.branches.map(firstOf));
    case 'conditional':
      return eitherFirst([firstOf(tree.yes), firstOf(tree.no)]);
    case 'repeat': {
      const body = firstOf(tree.body);
      return tree.max === 0 ? NOTHING_YET : tree.min === 0 ? { bytes: body.bytes, empty: true } : body;
    }
    case 'capture':
    case 'atomic':
      return firstOf(tree.body);
    case 'place':
      return tree.place === 'end' ? NO_MORE : tree.place === 'endOrNewline' ? LAST_NEWLINE : NOTHING_YET;
    case 'backreference':
    case 'call':
      return ANYTHING;
    default:
      return NOTHING_YET;
  }
}

/** The first bytes of one thing followed by another. */
export function firstThen(first: First, rest: First): First {
  if (first === NOTHING_YET) return rest;
  return first.empty ? { bytes: unionOf(first.bytes, rest.bytes), empty: rest.empty } : first;
}

function eitherFirst(firsts: readonly First[]): First {
  return { bytes: unionOf(...firsts.map((one) => one.bytes)), empty: firsts.some((one) => one.empty) };
}

/** True when the node can match the empty string, as far as its shape tells; `$` and look-arounds count as empty. */
export function isNullable(tree: Tree): boolean {
  switch (tree.kind) {
    case 'set':
      return false;
    case 'sequence':
      return tree.items.every(isNullable);
    case 'choice':
      return tree.branches.some(isNullable);
    case 'conditional':
      return isNullable(tree.yes) || isNullable(tree.no);
    case 'repeat':
      return tree.min === 0 || isNullable(tree.body);
    case 'capture':
    case 'atomic':
      return isNullable(tree.body);
    default:
      return true;
  }
}
