// Decides at load time how long a subject a backtracking RegExp may be given, by bounding its steps from the tree.
//
// Matching is read from right to left: what costs how much if everything behind costs `rest`. Where the next byte
// alone says whether a loop goes on and which branch is taken, a wrong turn ends at once and nothing multiplies.
// Where it does not, a loop of n bytes can be left at n places and multiplies what is behind it by n; inside another
// loop that is exponential. What cannot fail is never tried twice. Costs are factor · length^degree and never too low;
// one that is too high only means the other engine.

import { type ByteSet, byteSet, NO_BYTE, overlap, unionOf } from './byte-set.ts';
import { hasOneStart } from './start.ts';
import { contains, type First, firstOf, firstThen, isNullable, type Tree } from './tree.ts';

/** Steps a RegExp may take for one match: a few milliseconds. */
const STEP_BUDGET = 4_000_000;

/** Up to which length every subject is matched within the step budget; Infinity for any length, 0 for none. */
export function safeLength(tree: Tree): number {
  const { fail, total } = costOf(tree, ACCEPT, false);
  const search = hasOneStart(tree) ? total : sum(product(LINEAR, fail), total);
  if (!Number.isFinite(search.factor)) return 0;
  return search.degree === 0 ? Infinity : Math.floor((STEP_BUDGET / search.factor) ** (1 / search.degree));
}

/** factor · length^degree */
interface Power {
  readonly factor: number;
  readonly degree: number;
}

/** What an attempt costs at most that fails, nothing where it cannot fail, and what any attempt costs at most. */
interface Cost {
  readonly fail: Power;
  readonly total: Power;
}

/** What stands behind a node. */
interface Rest extends Cost {
  readonly first: First;
  /** It matches at the end of the subject, whatever came before. */
  readonly holdsAtEnd: boolean;
}

const ZERO: Power = { factor: 0, degree: 0 };
const ONE: Power = { factor: 1, degree: 0 };
const LINEAR: Power = { factor: 1, degree: 1 };
const EXPONENTIAL: Cost = { fail: { factor: Infinity, degree: 1 }, total: { factor: Infinity, degree: 1 } };
const ACCEPT: Rest = { first: { bytes: NO_BYTE, empty: false }, fail: ZERO, total: ONE, holdsAtEnd: true };
/** Factors past this are as good as infinite, and would overflow. */
const FACTOR_LIMIT = 1e9;

function power(factor: number, degree: number): Power {
  return { factor: factor > FACTOR_LIMIT ? Infinity : factor, degree };
}

function sum(a: Power, b: Power): Power {
  if (a.factor === 0) return b;
  return b.factor === 0 ? a : power(a.factor + b.factor, Math.max(a.degree, b.degree));
}

function product(a: Power, b: Power): Power {
  return a.factor === 0 || b.factor === 0 ? ZERO : power(a.factor * b.factor, a.degree + b.degree);
}

function larger(a: Power, b: Power): Power {
  return power(Math.max(a.factor, b.factor), Math.max(a.degree, b.degree));
}

function cannotFail(cost: Cost): boolean {
  return cost.fail.factor === 0;
}

/** The cost of a node and all behind it; inside a loop any doubt is exponential. */
function costOf(tree: Tree, rest: Rest, looped: boolean): Cost {
  switch (tree.kind) {
    case 'set':
      return { fail: sum(ONE, rest.fail), total: sum(ONE, rest.total) };
    case 'sequence':
      return tree.items.reduceRight<Rest>((behind, item) => restWith(item, behind, looped), rest);
    case 'choice':
      return choiceCost(tree.branches, rest, looped);
    case 'repeat':
      return repeatCost(tree, rest, looped);
    case 'capture':
      return costOf(tree.body, rest, looped);
    case 'atomic':
    case 'look':
      return insideCost(costOf(tree.body, ACCEPT, looped), rest);
    case 'backreference':
      return insideCost({ fail: LINEAR, total: LINEAR }, rest);
    default:
      return { fail: sum(ONE, rest.fail), total: sum(ONE, rest.total) };
  }
}

/** A node in front of the rest, as the rest of what comes before it. */
function restWith(tree: Tree, rest: Rest, looped: boolean): Rest {
  const { fail, total } = costOf(tree, rest, looped);
  return {
    fail,
    total,
    first: firstThen(firstOf(tree), rest.first),
    holdsAtEnd: rest.holdsAtEnd && holdsAtEnd(tree),
  };
}

function holdsAtEnd(tree: Tree): boolean {
  if (tree.kind === 'place') return /end/i.test(tree.place);
  return tree.kind === 'repeat' && tree.min === 0;
}

/** Something that is left at one place only: its own cost is added, never multiplied. */
function insideCost(inside: Cost, rest: Rest): Cost {
  return { fail: sum(ONE, sum(inside.total, rest.fail)), total: sum(inside.total, rest.total) };
}

function choiceCost(branches: readonly Tree[], rest: Rest, looped: boolean): Cost {
  const firsts = branches.map((branch) => firstThen(firstOf(branch), rest.first).bytes);
  const costs = branches.map((branch) => costOf(branch, rest, looped));
  const isDecided = arePairwiseDisjoint(firsts);
  if (looped && !isDecided) return EXPONENTIAL;
  const join = isDecided ? larger : sum;
  return {
    fail: costs.some(cannotFail) ? ZERO : costs.map((cost) => cost.fail).reduce(join),
    total: costs.map((cost) => cost.total).reduce(join),
  };
}

function arePairwiseDisjoint(sets: readonly ByteSet[]): boolean {
  const seen = byteSet();
  return sets.every((set) => {
    const isNew = !overlap(seen, set);
    set.forEach((present, byte) => {
      seen[byte]! |= present;
    });
    return isNew;
  });
}

function repeatCost(tree: Tree & { kind: 'repeat' }, rest: Rest, looped: boolean): Cost {
  const { body, min, max } = tree;
  if (max === 0) return rest;
  const first = firstOf(body);
  const isDecided = min === max || (!overlap(first.bytes, rest.first.bytes) && !isNullable(body));
  if (looped && !isDecided) return EXPONENTIAL;
  return max === 1 ? optionalCost(tree, rest, looped) : loopCost(tree, rest, isDecided);
}

function optionalCost(tree: Tree & { kind: 'repeat' }, rest: Rest, looped: boolean): Cost {
  const taken = costOf(tree.body, rest, looped);
  if (tree.min === 1) return taken;
  return {
    fail: cannotFail(rest) ? ZERO : sum(taken.fail, rest.fail),
    total: sum(taken.total, rest.total),
  };
}

function loopCost(tree: Tree & { kind: 'repeat' }, rest: Rest, isDecided: boolean): Cost {
  const { body, min, max } = tree;
  const scan = scanOf(tree, rest);
  const exits: Power = isDecided ? ONE : max === Infinity ? LINEAR : power(max - min + 1, 0);
  const left = sum(scan, product(exits, rest.fail));
  const restHolds = cannotFail(rest) || (takesEverything(tree) && rest.holdsAtEnd);
  const tooFew = min === 0 ? ZERO : body.kind === 'set' ? power(min, 0) : scan;
  return { fail: restHolds ? tooFew : sum(left, tooFew), total: sum(left, rest.total) };
}

/** Running through all turns once. */
function scanOf(tree: Tree & { kind: 'repeat' }, rest: Rest): Power {
  const { body, max } = tree;
  const again = firstThen(firstOf(body), { bytes: NO_BYTE, empty: false });
  const first: First = { bytes: unionOf(again.bytes, rest.first.bytes), empty: rest.first.empty };
  const turn = costOf(body, { ...ACCEPT, first, holdsAtEnd: false }, true).total;
  const turns = max === Infinity ? LINEAR : power(max + 1, 0);
  return product(turns, contains(body, rescans) ? turn : power(turn.factor, 0));
}

function takesEverything(tree: Tree & { kind: 'repeat' }): boolean {
  return tree.max === Infinity && tree.body.kind === 'set' && !tree.body.set.includes(0);
}

/** Parts that read ahead without consuming, so that a loop over them reads the same bytes many times. */
function rescans(node: Tree): boolean {
  return node.kind === 'look' || node.kind === 'backreference' || node.kind === 'atomic';
}
