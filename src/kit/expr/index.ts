// Apache's expressions (manual: expr.html): a text is compiled once and run for each request against a host.
//
//   text ─ lexer ─ parser ─ tree ─ run ─→ true or false, or a string

import { compileIpRange } from '../ip-range.ts';
import type { Waiting } from '../wait.ts';
import type { ExprCaptures } from './captures.ts';
import type { ExprHost } from './host.ts';
import { type ParserOptions, parseCondition, parseString } from './parser.ts';
import { evaluate, expand } from './run.ts';
import type { Condition, Word } from './tree.ts';

export type { ExprCaptures } from './captures.ts';
export { ExprError, ExprSyntaxError } from './error.ts';
export type { ExprFile, ExprHost } from './host.ts';
export { HEALTH_PREFIX } from './names.ts';

export interface ExprOptions extends ParserOptions {
  readonly kind: 'condition' | 'string';
}

/** A compiled expression. */
export interface Expr {
  readonly text: string;
  readonly tree:
    | { readonly kind: 'condition'; readonly condition: Condition }
    | { readonly kind: 'string'; readonly word: Word };
}

function isAddressRange(text: string): boolean {
  return compileIpRange(text) !== undefined;
}

/** Compiles an expression; throws ExprSyntaxError with Apache's message and the offset. */
export function compileExpr(text: string, given: ExprOptions): Expr {
  const options = { isAddressRange, ...given };
  return {
    text,
    tree:
      options.kind === 'condition'
        ? { kind: 'condition', condition: parseCondition(text, options) }
        : { kind: 'string', word: parseString(text, options) },
  };
}

/**
 * Runs a condition; of a string expression, whether it is not empty. `captures` is read by `$0`-`$9` and holds the
 * last match afterwards. Throws ExprError when it cannot be evaluated.
 */
export function* runCondition(
  expr: Expr,
  host: ExprHost,
  captures: ExprCaptures = { groups: [] },
): Waiting<boolean> {
  const { tree } = expr;
  const run = { host, captures, isCondition: tree.kind === 'condition' };
  return tree.kind === 'condition'
    ? yield* evaluate(tree.condition, run)
    : (yield* expand(tree.word, run)) !== '';
}

/** Runs a string expression; of a condition, `true` or `false`. Throws as runCondition does. */
export function* runString(
  expr: Expr,
  host: ExprHost,
  captures: ExprCaptures = { groups: [] },
): Waiting<string> {
  const { tree } = expr;
  const run = { host, captures, isCondition: tree.kind === 'condition' };
  return tree.kind === 'string'
    ? yield* expand(tree.word, run)
    : String(yield* evaluate(tree.condition, run));
}
