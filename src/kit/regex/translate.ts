// Writes a tree as a JavaScript RegExp, where JavaScript can be made to mean what PCRE means; the rest is left to the
// matcher. No flag of JavaScript's is used for case, dot or lines: sets and places are spelled out.
//
// What JavaScript does differently, and how it is met:
//   captures of a repeated group are forgotten at each turn     only translated when every turn sets them all
//   an empty turn of a loop is undone instead of ending it      only `?` over an empty body, as a choice with nothing
//   a reference to an unset group matches the empty string      only translated when the group is set for certain
//   no atomic groups                                            (?=(…))\n, which moves the numbers of later groups

import { setSource } from './byte-set.ts';
import type { ParsedRegex } from './parser.ts';
import { hasOneStart } from './start.ts';
import { contains, isNullable, type Place, partsOf, type Tree } from './tree.ts';

export interface Translation {
  /** Global, or sticky when a match can begin only where the search begins; `lastIndex` says where. */
  readonly regexp: RegExp;
  /** For each PCRE group the RegExp's; undefined when the numbers are the same. */
  readonly groups: readonly number[] | undefined;
}

/** The pattern as a RegExp; undefined when its meaning cannot be kept. */
export function translate(parsed: ParsedRegex): Translation | undefined {
  if (!isTranslatable(parsed.tree) || weightOf(parsed.tree) > WEIGHT_LIMIT) return undefined;
  const writer = new Writer(parsed.groupCount);
  const source = writer.write(parsed.tree, NO_GROUPS);
  if (source === undefined || writer.groups.length !== parsed.groupCount + 1) return undefined;
  const regexp = new RegExp(source, hasOneStart(parsed.tree) ? 'y' : 'g');
  const isSame = writer.count === parsed.groupCount && writer.groups.every((group, index) => group === index);
  return { regexp, groups: isSame ? undefined : writer.groups };
}

/** V8 writes counted loops out; past some size it refuses, at the first match only. */
const WEIGHT_LIMIT = 5000;

function weightOf(tree: Tree): number {
  const weight = partsOf(tree).reduce((sum, part) => sum + weightOf(part), 1);
  return tree.kind === 'repeat' ? weight * Math.max(1, tree.max === Infinity ? tree.min : tree.max) : weight;
}

function isTranslatable(tree: Tree): boolean {
  return !contains(tree, (node) => {
    if (node.kind === 'keep' || node.kind === 'call' || node.kind === 'conditional') return true;
    if (node.kind === 'place') return node.place === 'from';
    return node.kind === 'look' && node.behind && contains(node.body, dependsOnDirection);
  });
}

/** JavaScript reads a look-behind from right to left. */
function dependsOnDirection(node: Tree): boolean {
  return node.kind === 'capture' || node.kind === 'backreference' || node.kind === 'atomic';
}

/** Groups that have certainly been set. */
type Groups = ReadonlySet<number>;
const NO_GROUPS: Groups = new Set();

const PLACES: Readonly<Record<Place, string>> = {
  start: '^',
  lineStart: '(?:^|(?<=\\n)(?=[^]))',
  end: '$',
  endOrNewline: '(?=\\n?$)',
  lineEnd: '(?=\\n|$)',
  wordEdge: '\\b',
  noWordEdge: '\\B',
  from: '',
};

/** What is written so that a quantifier can follow it as it is. */
const UNITS: ReadonlySet<Tree['kind']> = new Set(['set', 'capture', 'atomic', 'backreference']);

/** Each write answers the source, or undefined where the meaning cannot be kept. */
class Writer {
  readonly groups: number[] = [0];
  count = 0;
  readonly #groupCount: number;

  constructor(groupCount: number) {
    this.#groupCount = groupCount;
  }

  write(tree: Tree, set: Groups): string | undefined {
    switch (tree.kind) {
      case 'set':
        return setSource(tree.set);
      case 'sequence':
        return this.#sequence(tree.items, set);
      case 'choice':
        return this.#choice(tree.branches, set);
      case 'repeat':
        return this.#repeat(tree, set);
      case 'capture':
        return this.#capture(tree.group, tree.body, set);
      case 'atomic':
        return this.#atomic(tree.body, set);
      case 'look':
        return this.#wrap(`(?${tree.behind ? '<' : ''}${tree.negative ? '!' : '='}`, tree.body, set);
      case 'backreference':
        return this.#reference(tree, set);
      case 'place':
        return PLACES[tree.place];
      default:
        return undefined;
    }
  }

  #sequence(items: readonly Tree[], set: Groups): string | undefined {
    const known = new Set(set);
    let source = '';
    for (const item of items) {
      const part = this.write(item, known);
      if (part === undefined) return undefined;
      source += item.kind === 'choice' ? `(?:${part})` : part;
      for (const group of certainGroups(item)) known.add(group);
    }
    return source === '' ? '(?:)' : source;
  }

  #choice(branches: readonly Tree[], set: Groups): string | undefined {
    const parts: string[] = [];
    for (const branch of branches) {
      const part = this.write(branch, set);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return parts.join('|');
  }

  #repeat(tree: Tree & { kind: 'repeat' }, set: Groups): string | undefined {
    const { body, min, max, lazy } = tree;
    const nullable = isNullable(body);
    if (nullable && min !== max && max !== 1) return undefined;
    if (max === 0 || (max > 1 && !setsAllItsGroups(body))) return undefined;
    const part = this.#unit(body, set);
    if (part === undefined) return undefined;
    if (nullable && min !== max) return lazy ? `(?:|${part})` : `(?:${part}|)`;
    return part + quantifier(min, max) + (lazy ? '?' : '');
  }

  #capture(group: number, body: Tree, set: Groups): string | undefined {
    if (this.groups[group] !== undefined) return undefined;
    this.groups[group] = ++this.count;
    return this.#wrap('(', body, set);
  }

  /** An atomic group; its own group is numbered like any other of the RegExp. */
  #atomic(body: Tree, set: Groups): string | undefined {
    const number = ++this.count;
    const part = this.#wrap('(', body, set);
    return part === undefined ? undefined : `(?:(?=${part})\\${number})`;
  }

  #reference(tree: Tree & { kind: 'backreference' }, set: Groups): string | undefined {
    const group = tree.groups[0]!;
    if (tree.groups.length !== 1 || tree.nocase || !set.has(group) || group > this.#groupCount)
      return undefined;
    return `(?:\\${this.groups[group]})`;
  }

  #wrap(open: string, body: Tree, set: Groups): string | undefined {
    const part = this.write(body, set);
    return part === undefined ? undefined : `${open}${part})`;
  }

  /** The source as one thing a quantifier can follow. */
  #unit(body: Tree, set: Groups): string | undefined {
    return UNITS.has(body.kind) ? this.write(body, set) : this.#wrap('(?:', body, set);
  }
}

function quantifier(min: number, max: number): string {
  if (min === 0 && max === 1) return '?';
  if (max !== Infinity) return min === max ? `{${min}}` : `{${min},${max}}`;
  return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
}

/** The groups that are set whenever the node has matched. */
function certainGroups(tree: Tree): Groups {
  switch (tree.kind) {
    case 'capture':
      return new Set([tree.group, ...certainGroups(tree.body)]);
    case 'sequence':
      return new Set(tree.items.flatMap((item) => [...certainGroups(item)]));
    case 'atomic':
      return certainGroups(tree.body);
    case 'look':
      return tree.negative ? NO_GROUPS : certainGroups(tree.body);
    case 'repeat':
      return tree.min > 0 ? certainGroups(tree.body) : NO_GROUPS;
    default:
      return NO_GROUPS;
  }
}

/** True when each turn of a loop over the node sets anew every group in it. */
function setsAllItsGroups(tree: Tree): boolean {
  const certain = certainGroups(tree);
  return !contains(tree, (node) => node.kind === 'capture' && !certain.has(node.group));
}
