// Texts of a configuration that may be expressions (AuthType, AuthName, AuthBasicFake): compiled with Apache's complaint,
// evaluated with Apache's line in the log.

import type { DirectiveFault } from '../../conf/directive.ts';
import { compileExpr, type Expr, ExprError, ExprSyntaxError, runString } from '../../kit/expr/index.ts';
import { guard, type Soon, settle } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { exprHost } from '../../request/expr-host.ts';
import { logEvent } from '../../request/log.ts';

/** `complaint` stands before what is wrong with it. */
export function compileText(text: string, restricted: boolean, complaint: string): Expr | DirectiveFault {
  try {
    return compileExpr(text, { kind: 'string', restricted });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return { message: `${complaint}${error.message}`, code: 'conf/bad-expression' };
  }
}

/** The text; undefined, with `complaint` and the reason in the log, when it cannot be evaluated. */
export function evaluateText(
  x: Exchange,
  expr: Expr,
  module: string,
  complaint: string,
): Soon<string | undefined> {
  const { tree } = expr;
  if (tree.kind === 'string' && tree.word.kind === 'literal') return tree.word.text;
  return guard<string | undefined>(
    () => settle(runString(expr, exprHost(x))),
    (error) => {
      if (!(error instanceof ExprError)) throw error;
      logEvent(x, module, 'error', `${complaint}${error.message}`);
      return undefined;
    },
  );
}
