// Running the lines of mod_setenvif. They act in file order, and a later one can ask for what an earlier one has set.

import type { Expr, ExprCaptures } from '../../kit/expr/index.ts';
import type { Waiting } from '../../kit/wait.ts';
import { holds } from '../../request/evaluate.ts';
import type { Exchange } from '../../request/exchange.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { substituteGroups } from '../alias/index.ts';
import { type Assignment, type Line, requestValue, type Subject, type Test } from './line.ts';
import { indexOf } from './line-index.ts';

type Groups = readonly (string | undefined)[];

function expand(value: string, groups: Groups): string {
  return groups.length === 0 ? value : substituteGroups(value, groups);
}

function assign(x: Exchange, assignments: readonly Assignment[], groups: Groups): void {
  for (const { name, value, unset } of assignments) {
    if (unset) x.env.delete(name);
    else x.env.set(name, expand(value, groups));
  }
}

/** The groups of an expression's last match where it holds. */
function* matchExpr(x: Exchange, expr: Expr): Waiting<Groups | undefined> {
  const captures: ExprCaptures = { groups: [] };
  return (yield* holds(x, expr, captures)) === true ? captures.groups : undefined;
}

function matchValue({ regex, isLiteral }: Test & { kind: 'value' }, value: string): Groups | undefined {
  const groups = regex.exec(value)?.groups;
  // Without groups `$0` stays as it is.
  return groups !== undefined && isLiteral ? [] : groups;
}

/** Apache: what several lines in a row look at is looked up for the first one, whatever that one sets. */
class LastValue {
  #row: number | Subject | undefined;
  #value = '';

  of(x: Exchange, subject: Subject, row: number | Subject): string {
    if (row !== this.#row)
      this.#value = requestValue(x, subject) ?? (x.hasEnv() ? x.env.get(subject.name) : undefined) ?? '';
    this.#row = row;
    return this.#value;
  }
}

/** Runs the lines in order; of a long list only those that can match. */
export function* runLines(x: Exchange, lines: readonly Line[]): Waiting<Verdict> {
  const index = indexOf(lines);
  const candidates = index?.candidates(x);
  const last = new LastValue();
  const count = candidates?.length ?? lines.length;
  for (let i = 0; i < count; i++) {
    const position = candidates?.[i] ?? i;
    const { test, assignments } = lines[position]!;
    const groups =
      test.kind === 'expr'
        ? yield* matchExpr(x, test.expr)
        : matchValue(test, last.of(x, test.subject, index?.rowOf(position) ?? test.subject));
    if (groups !== undefined) assign(x, assignments, groups);
  }
  return DECLINED;
}
