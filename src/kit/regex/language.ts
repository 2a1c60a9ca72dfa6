// Which subjects a pattern matches, as a set that can be asked: is there one at all, one that another pattern does not
// match, which is the shortest? A finite automaton over bytes; what is not regular has none.
//
// Look-arounds and word edges are left out of it, which makes the set larger than it is (`isExact` is false then): what
// is not in the larger set is not in the smaller one either, and what is found in it has to be tried.

import { ANY_BYTE, type ByteSet, singleByte } from './byte-set.ts';
import { RegexSyntaxError } from './error.ts';
import type { RegexOptions } from './options.ts';
import { parseRegex } from './parser.ts';
import type { Tree } from './tree.ts';

/** A set of subjects. */
export interface Language {
  readonly isExact: boolean;
  readonly automaton: Automaton;
}

/** What a text is to be: in the set, or outside of it. */
export interface Demand {
  readonly language: Language;
  readonly inside: boolean;
}

/** States of one pattern's automaton; patterns with more have no language here. */
const MOST_STATES = 3000;
/** Steps of one search; one that needs more has no answer. */
const MOST_STEPS = 3000;

interface Edge {
  readonly set: ByteSet;
  readonly to: number;
}

/** A way that takes no byte; some are open at the subject's start or end only. */
interface Passage {
  readonly to: number;
  readonly only: 'start' | 'end' | undefined;
}

/** The subjects that a pattern matches, searched for as Apache does; undefined where that is no regular set. */
export function languageOf(source: string, options: RegexOptions = {}): Language | undefined {
  return languageOfTree(treeOf(source, options));
}

/** The same with a text in the place of a group, which then takes part in every match. */
export function languageWith(
  source: string,
  options: RegexOptions,
  group: number,
  text: string,
): Language | undefined {
  const tree = treeOf(source, options);
  return tree && languageOfTree(withGroup(tree, group, text) ?? tree);
}

function treeOf(source: string, options: RegexOptions): Tree | undefined {
  try {
    return parseRegex(source, options).tree;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return undefined;
    throw error;
  }
}

function languageOfTree(tree: Tree | undefined): Language | undefined {
  if (tree === undefined) return undefined;
  const builder = new Builder();
  return builder.take(tree) ? { isExact: builder.isExact, automaton: builder.automaton } : undefined;
}

/** The tree with the group spelled out; undefined where it has no such group. */
function withGroup(tree: Tree, group: number, text: string): Tree | undefined {
  switch (tree.kind) {
    case 'capture': {
      if (tree.group === group) return { ...tree, body: spelled(text) };
      const body = withGroup(tree.body, group, text);
      return body && { ...tree, body };
    }
    case 'sequence': {
      const items = tree.items.map((item) => withGroup(item, group, text));
      if (items.every((item) => item === undefined)) return undefined;
      return { kind: 'sequence', items: items.map((item, at) => item ?? tree.items[at]!) };
    }
    case 'choice': {
      const branches = tree.branches.flatMap((branch) => withGroup(branch, group, text) ?? []);
      return branches[0];
    }
    case 'repeat':
    case 'atomic':
      return withGroup(tree.body, group, text);
    default:
      return undefined;
  }
}

function spelled(text: string): Tree {
  const items = [...text].map((char): Tree => ({ kind: 'set', set: singleByte(char.charCodeAt(0), false) }));
  return { kind: 'sequence', items };
}

/** Makes the automaton of a tree: any bytes, the pattern, any bytes. */
class Builder {
  readonly edges: Edge[][] = [];
  readonly passages: Passage[][] = [];
  isExact = true;
  #isRegular = true;
  #accept = 0;

  take(tree: Tree): boolean {
    const start = this.#state();
    this.edges[start]!.push({ set: ANY_BYTE, to: start });
    const accept = this.#add(tree, start);
    this.edges[accept]!.push({ set: ANY_BYTE, to: accept });
    this.#accept = accept;
    return this.#isRegular;
  }

  get automaton(): Automaton {
    return new Automaton(this.edges, this.passages, this.#accept);
  }

  #state(): number {
    if (this.edges.length > MOST_STATES) this.#isRegular = false;
    else {
      this.edges.push([]);
      this.passages.push([]);
    }
    return this.edges.length - 1;
  }

  #pass(from: number, to: number, only?: 'start' | 'end'): number {
    this.passages[from]!.push({ to, only });
    return to;
  }

  /** Adds the tree behind a state; answers the state behind the tree. */
  #add(tree: Tree, from: number): number {
    if (!this.#isRegular) return from;
    switch (tree.kind) {
      case 'set': {
        const to = this.#state();
        this.edges[from]!.push({ set: tree.set, to });
        return to;
      }
      case 'sequence':
        return tree.items.reduce((at, item) => this.#add(item, at), from);
      case 'choice':
        return this.#choice(tree.branches, from);
      case 'repeat':
        return this.#repeat(tree, from);
      case 'capture':
        return this.#add(tree.body, from);
      case 'atomic':
        this.isExact = false;
        return this.#add(tree.body, from);
      case 'place':
        return this.#place(tree.place, from);
      case 'look':
        this.isExact = false;
        return from;
      case 'keep':
        return from;
      default:
        this.#isRegular = false;
        return from;
    }
  }

  #place(place: (Tree & { kind: 'place' })['place'], from: number): number {
    if (place === 'start' || place === 'end') return this.#pass(from, this.#state(), place);
    this.isExact = false;
    return from;
  }

  #choice(branches: readonly Tree[], from: number): number {
    const out = this.#state();
    for (const branch of branches) this.#pass(this.#add(branch, this.#pass(from, this.#state())), out);
    return out;
  }

  #repeat({ body, min, max }: Tree & { kind: 'repeat' }, from: number): number {
    let at = from;
    for (let turn = 0; turn < min && this.#isRegular; turn++) at = this.#add(body, at);
    if (max === Infinity) {
      const loop = this.#pass(at, this.#state());
      this.#pass(this.#add(body, loop), loop);
      return loop;
    }
    const out = this.#state();
    for (let turn = min; turn < max && this.#isRegular; turn++) {
      this.#pass(at, out);
      at = this.#add(body, this.#pass(at, this.#state()));
    }
    return this.#pass(at, out);
  }
}

/** A set of states, and where each byte leads from it as far as that was asked. */
interface Position {
  readonly states: readonly number[];
  readonly accepts: boolean;
  readonly next: Map<number, number>;
}

/** The automaton, made deterministic step by step as it is walked. */
class Automaton {
  /** Bytes that lead the same ways have the same number. */
  readonly kinds: Uint16Array;
  readonly #edges: readonly (readonly Edge[])[];
  readonly #passages: readonly (readonly Passage[])[];
  readonly #accept: number;
  readonly #positions: Position[] = [];
  readonly #known: Map<string, number> = new Map();

  constructor(
    edges: readonly (readonly Edge[])[],
    passages: readonly (readonly Passage[])[],
    accept: number,
  ) {
    this.#edges = edges;
    this.#passages = passages;
    this.#accept = accept;
    this.kinds = kindsOf([...new Set(edges.flatMap((list) => list.map((edge) => edge.set)))]);
    this.#position([0], 'start');
  }

  /** Where a walk begins. */
  get first(): number {
    return 0;
  }

  accepts(position: number): boolean {
    return this.#positions[position]!.accepts;
  }

  next(position: number, byte: number): number {
    const from = this.#positions[position]!;
    let to = from.next.get(byte);
    if (to === undefined) {
      const reached = from.states.flatMap((state) =>
        this.#edges[state]!.flatMap((edge) => (edge.set[byte] ? [edge.to] : [])),
      );
      to = this.#position(reached);
      from.next.set(byte, to);
    }
    return to;
  }

  #position(states: readonly number[], at?: 'start'): number {
    const closed = [...this.#close(states, new Set([at]))].sort((a, b) => a - b);
    const key = `${at ?? ''}${closed.join()}`;
    let position = this.#known.get(key);
    if (position === undefined) {
      position = this.#positions.length;
      const accepts = this.#close(closed, new Set([at, 'end'])).has(this.#accept);
      this.#positions.push({ states: closed, accepts, next: new Map() });
      this.#known.set(key, position);
    }
    return position;
  }

  #close(states: readonly number[], open: ReadonlySet<string | undefined>): Set<number> {
    const closed = new Set(states);
    const waiting = [...states];
    for (let state = waiting.pop(); state !== undefined; state = waiting.pop())
      for (const { to, only } of this.#passages[state]!) {
        if (closed.has(to) || !(only === undefined || open.has(only))) continue;
        closed.add(to);
        waiting.push(to);
      }
    return closed;
  }
}

/** Bytes in the order in which a person would write them. */
const READABLE: readonly number[] = orderBytes();

function orderBytes(): readonly number[] {
  const first = [...'abcdefghijklmnopqrstuvwxyz0123456789-_./ABCDEFGHIJKLMNOPQRSTUVWXYZ'].map((char) =>
    char.charCodeAt(0),
  );
  const printable = Array.from({ length: 0x5f }, (_, at) => at + 0x20);
  return [...new Set([...first, ...printable, ...Array.from({ length: 256 }, (_, at) => 255 - at)])];
}

/** A number for each byte: the same for bytes that all the sets treat alike. */
function kindsOf(sets: readonly ByteSet[]): Uint16Array {
  let kinds = new Uint16Array(256);
  for (const set of sets) {
    const refined = new Map<number, number>();
    kinds = kinds.map((kind, byte) => {
      const key = kind * 2 + set[byte]!;
      if (!refined.has(key)) refined.set(key, refined.size);
      return refined.get(key)!;
    });
  }
  return kinds;
}

/** One byte of each kind that the demands tell apart. */
function bytesFor(demands: readonly Demand[]): readonly number[] {
  const seen = new Set<string>();
  return READABLE.filter((byte) => {
    const kind = demands.map(({ language }) => language.automaton.kinds[byte]).join();
    return seen.has(kind) ? false : seen.add(kind);
  });
}

interface Visit {
  readonly positions: readonly number[];
  readonly from: Visit | undefined;
  readonly byte: number;
}

/**
 * A shortest text that is what all demands ask for; null when there is none, undefined when that cannot be told.
 * Where a language is not exact, a text that is found has to be tried.
 */
export function findText(demands: readonly Demand[]): string | null | undefined {
  if (demands.some(({ language, inside }) => !inside && !language.isExact)) return undefined;
  const bytes = bytesFor(demands);
  const start: Visit = {
    positions: demands.map(({ language }) => language.automaton.first),
    from: undefined,
    byte: 0,
  };
  const seen = new Set([start.positions.join()]);
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    const visit = queue[at]!;
    if (isWanted(visit, demands)) return textOf(visit);
    if (queue.length > MOST_STEPS) return undefined;
    for (const byte of bytes) {
      const positions = demands.map(({ language }, each) =>
        language.automaton.next(visit.positions[each]!, byte),
      );
      const key = positions.join();
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ positions, from: visit, byte });
    }
  }
  return null;
}

function isWanted({ positions }: Visit, demands: readonly Demand[]): boolean {
  return demands.every(({ language, inside }, at) => language.automaton.accepts(positions[at]!) === inside);
}

function textOf(visit: Visit): string {
  let text = '';
  for (let at = visit; at.from !== undefined; at = at.from) text = String.fromCharCode(at.byte) + text;
  return text;
}
