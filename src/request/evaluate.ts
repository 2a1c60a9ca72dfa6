// Expressions evaluated for an exchange. An expression that cannot be evaluated (a file that is not there) is a line in
// the log and no answer; the caller says what that means.

import { type Expr, ExprError, runCondition, runString } from '../kit/expr/index.ts';
import { settle } from '../kit/wait.ts';
import type { Exchange } from './exchange.ts';
import { exprHost } from './expr-host.ts';
import { logEvent } from './log.ts';

async function logged<T>(x: Exchange, expr: Expr, run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ExprError)) throw error;
    logEvent(x, 'core', 'error', `Evaluation of expression '${expr.text}' failed: ${error.message}`);
    return undefined;
  }
}

/** Whether a condition holds; undefined, and logged, when it cannot be evaluated. */
export function holds(x: Exchange, expr: Expr): Promise<boolean | undefined> {
  return logged(x, expr, () => settle(runCondition(expr, exprHost(x))));
}

/** The text of a string expression; undefined, and logged, when it cannot be evaluated. */
export function textOf(x: Exchange, expr: Expr): Promise<string | undefined> {
  return logged(x, expr, () => settle(runString(expr, exprHost(x))));
}
