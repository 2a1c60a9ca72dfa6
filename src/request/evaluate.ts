// Expressions evaluated for an exchange. An expression that cannot be evaluated (a file that is not there) is a line in
// the log and no answer; the caller says what that means.

import { type Expr, type ExprCaptures, ExprError, runCondition, runString } from '../kit/expr/index.ts';
import type { Waiting } from '../kit/wait.ts';
import type { Exchange } from './exchange.ts';
import { exprHost } from './expr-host.ts';
import { logEvent } from './log.ts';

function* logged<T>(x: Exchange, expr: Expr, work: Waiting<T>): Waiting<T | undefined> {
  try {
    return yield* work;
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    logEvent(x, 'core', 'error', `Evaluation of expression '${expr.text}' failed: ${error.message}`);
    return undefined;
  }
}

/**
 * Whether a condition holds; undefined, and logged, when it cannot be evaluated. `captures` holds the groups of its
 * last match afterwards.
 */
export function holds(x: Exchange, expr: Expr, captures?: ExprCaptures): Waiting<boolean | undefined> {
  return logged(x, expr, runCondition(expr, exprHost(x), captures));
}

/**
 * The text of a string expression; undefined, and logged, when it cannot be evaluated. `captures` are the groups that
 * `$0`-`$9` in it stand for.
 */
export function textOf(x: Exchange, expr: Expr, captures?: ExprCaptures): Waiting<string | undefined> {
  return logged(x, expr, runString(expr, exprHost(x), captures));
}
