// What a kind of rule is: its name behind Require leads to it, and it makes a test of what follows. Owns what all kinds
// share; the list of them is providers.ts.

import type { DirectiveFault } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { compileExpr, type Expr, ExprError, ExprSyntaxError, runString } from '../../kit/expr/index.ts';
import { andThen, guard, type Soon, settle } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { exprHost } from '../../request/expr-host.ts';
import { logEvent } from '../../request/log.ts';
import type { RuleTest, Ruling } from './rules.ts';

/** Compiles what follows the provider's name: a test, or what is wrong. */
type Compile = (text: string, isRestricted: boolean) => RuleTest | string | DirectiveFault;

export interface Provider {
  /** The module that must be loaded. */
  readonly module: string;
  readonly compile: Compile;
}

export type NamedProvider = readonly [name: string, provider: Provider];

export function wordsOf(text: string): string[] {
  return splitWords(text).map((word) => word.text);
}

export function compileExpression(
  text: string,
  kind: 'condition' | 'string',
  restricted: boolean,
): Expr | DirectiveFault {
  try {
    return compileExpr(text, { kind, restricted });
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return {
      message: `Cannot parse expression in require line: ${error.message}`,
      code: 'conf/bad-expression',
    };
  }
}

/** Apache: an empty word ends the list. */
function untilEmpty(words: readonly string[]): readonly string[] {
  const end = words.indexOf('');
  return end < 0 ? words : words.slice(0, end);
}

interface WordsFailure {
  readonly module: string;
  /** What the log says before the reason. */
  readonly text: string;
}

/** A test of the words that an expression gives; one that cannot be evaluated lets nobody in. */
export function compileWordTest(
  text: string,
  isRestricted: boolean,
  failure: WordsFailure,
  test: (x: Exchange, words: readonly string[]) => Ruling,
): RuleTest | DirectiveFault {
  const expr = compileExpression(text, 'string', isRestricted);
  if ('message' in expr) return expr;
  const evaluate = (x: Exchange): Soon<string | undefined> =>
    guard<string | undefined>(
      () => settle(runString(expr, exprHost(x))),
      (error) => {
        if (!(error instanceof ExprError)) throw error;
        logEvent(x, failure.module, 'error', `${failure.text}${error.message}`);
        return undefined;
      },
    );
  return (x) =>
    andThen<string | undefined, Ruling>(evaluate(x), (words) =>
      words === undefined ? 'denied' : test(x, untilEmpty(wordsOf(words))),
    );
}
