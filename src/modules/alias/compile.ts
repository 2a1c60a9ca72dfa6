// Patterns and expressions of the directives, compiled; what cannot be compiled becomes Apache's sentence.

import type { DirectiveFault } from '../../conf/directive.ts';
import { compileExpr, type Expr, ExprSyntaxError } from '../../kit/expr/index.ts';
import { compileRegex, type Regex, RegexSyntaxError } from '../../kit/regex/index.ts';

export function compilePattern(text: string): Regex | DirectiveFault {
  try {
    return compileRegex(text);
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    return {
      message: 'Regular expression could not be compiled.',
      code: 'conf/bad-regex',
      why: error.message,
    };
  }
}

/** `what` is the word of Apache's sentence: alias or redirect. */
export function compileTarget(text: string, what: string, isRestricted: boolean): Expr | DirectiveFault {
  try {
    return compileExpr(text, { kind: 'string', restricted: isRestricted });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return {
      message: `Cannot parse ${what} expression '${text}': ${error.message}`,
      code: 'conf/bad-expression',
    };
  }
}

/** Tells a fault from what was compiled. */
export function isFault<T extends object>(result: T | DirectiveFault): result is DirectiveFault {
  return 'message' in result;
}
