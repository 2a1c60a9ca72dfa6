// Long lists of conditions joined by OR that ask for the same thing (a block list of User-Agents): which of them can hold.
// One that fails and is joined by OR leaves no trace, so that those that cannot hold need no look.

import { inOrder, PatternIndex } from '../kit/pattern-index.ts';
import type { Condition } from './condition.ts';

/** Lists shorter than this are simply walked. */
export const WORTHWHILE = 24;

/** Conditions joined by OR about one test string. */
interface ConditionRun {
  /** Behind its last condition. */
  readonly end: number;
  /** Positions of conditions that may hold for the text, ascending. */
  candidates(text: string): readonly number[];
}

/** Goes through conditions from front to back, leaving out what cannot hold. */
export class ConditionWalk {
  readonly #runs: ReadonlyMap<number, ConditionRun>;
  readonly #textOf: (position: number) => string;
  #end = 0;
  #candidates: readonly number[] = [];
  #cursor = 0;

  /** `textOf` answers the test string of a condition. */
  constructor(conditions: readonly Condition[], textOf: (position: number) => string) {
    this.#runs = runsOf(conditions);
    this.#textOf = textOf;
  }

  /** The first position from `from` on that is worth a look. */
  next(from: number): number {
    const run = this.#runs.get(from);
    if (run !== undefined) {
      this.#end = run.end;
      this.#candidates = run.candidates(this.#textOf(from));
      this.#cursor = 0;
    }
    if (from >= this.#end) return from;
    while (this.#cursor < this.#candidates.length && this.#candidates[this.#cursor]! < from) this.#cursor++;
    return this.#candidates[this.#cursor] ?? this.next(this.#end);
  }
}

const known = new WeakMap<readonly Condition[], ReadonlyMap<number, ConditionRun>>();
const none: ReadonlyMap<number, ConditionRun> = new Map();

/** The long runs of a rule's conditions, by where they begin. */
function runsOf(conditions: readonly Condition[]): ReadonlyMap<number, ConditionRun> {
  if (conditions.length < WORTHWHILE) return none;
  const runs = known.get(conditions) ?? findRuns(conditions);
  known.set(conditions, runs);
  return runs;
}

function findRuns(conditions: readonly Condition[]): ReadonlyMap<number, ConditionRun> {
  const runs = new Map<number, ConditionRun>();
  for (let start = 0; start < conditions.length; ) {
    const end = endOfRun(conditions, start);
    if (end - start >= WORTHWHILE) runs.set(start, compileRun(conditions, start, end));
    start = Math.max(end, start + 1);
  }
  return runs;
}

function compileRun(conditions: readonly Condition[], start: number, end: number): ConditionRun {
  const always: number[] = [];
  const byPattern = new PatternIndex();
  for (let at = start; at < end; at++) {
    const { test, negated } = conditions[at]!;
    const isFree = test.kind === 'regex' && !negated;
    if (!isFree || !byPattern.add(test.regex, at)) always.push(at);
  }
  return {
    end,
    candidates(text) {
      const found: number[] = [];
      byPattern.collect(text, found);
      return inOrder(always, found);
    },
  };
}

/** A text that looks something up must be made anew for each condition; captures change with them. */
function endOfRun(conditions: readonly Condition[], start: number): number {
  const { subject } = conditions[start]!;
  let end = start;
  while (conditions[end]?.or && conditions[end]!.subject.text === subject.text && !conditions[end]!.waits)
    end++;
  return end;
}
