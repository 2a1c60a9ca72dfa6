// One RewriteCond line, compiled: a test string and what it is held against.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import { compileExpr, type Expr, ExprSyntaxError } from '../kit/expr/index.ts';
import { compileRegex, type Regex, RegexSyntaxError } from '../kit/regex/index.ts';
import type { IntegerOperator, StringOperator } from './compare.ts';
import { type FlagWord, splitFlags } from './flag-list.ts';
import { type RawArgument, splitArguments } from './line.ts';
import { isProblem, type RewriteProblem, type RewriteWarning } from './problem.ts';
import { compileTemplate, type Template } from './template.ts';

/** What `-d`, `-f` and their kind ask about a file. `-l`, `-L` and `-h` look at the link itself. */
export type FileTest = '-d' | '-f' | '-s' | '-l' | '-x';

/** What the test string is held against. */
export type CondTest =
  | { readonly kind: 'regex'; readonly regex: Regex }
  | { readonly kind: 'string'; readonly operator: StringOperator; readonly operand: string }
  | { readonly kind: 'integer'; readonly operator: IntegerOperator; readonly operand: string }
  | { readonly kind: 'file'; readonly test: FileTest }
  | { readonly kind: 'subrequest'; readonly by: 'uri' | 'file' }
  | { readonly kind: 'expr'; readonly expr: Expr };

/** A condition of a rule. */
export interface Condition {
  readonly subject: Template;
  readonly test: CondTest;
  readonly negated: boolean;
  readonly noCase: boolean;
  /** Joined to the next condition by "or". */
  readonly or: boolean;
  /** Headers it reads are not added to Vary. */
  readonly noVary: boolean;
  /** As traces show it: the pattern with its `!`. */
  readonly text: string;
  /** Evaluating it may have to wait. */
  readonly waits: boolean;
  readonly warnings: readonly RewriteWarning[];
  /** Where the condition stands; opaque here, handed on to traces. */
  readonly place: unknown;
}

/** Where a condition stands matters: in .htaccess an expression may not read files. */
export interface ConditionOptions {
  readonly htaccess?: boolean;
  readonly place?: unknown;
}

/** Reads the arguments of a RewriteCond line. */
export function compileCondition(args: string, options: ConditionOptions = {}): Condition | RewriteProblem {
  const split = splitArguments(args);
  if (!split) return badLine(args);
  const words = split.third ? splitFlags('RewriteCond', split.third, split.rest) : [];
  if (isProblem(words)) return words;
  const flags = readFlags(words);
  if (isProblem(flags)) return flags;
  const negated = split.second.text.startsWith('!');
  const pattern = negated
    ? { text: split.second.text.slice(1), offset: split.second.offset + 1 }
    : split.second;
  const isExpr = equalsIgnoreCase(split.first.text, 'expr');
  const test = isExpr
    ? compileExprTest(pattern, options.htaccess ?? false)
    : compileTest(pattern, flags.noCase);
  if (isProblem(test)) return test;
  return assembleCondition(split.first.text, pattern, negated, flags, test, options.place);
}

function badLine(args: string): RewriteProblem {
  return {
    error: `RewriteCond: bad argument line '${args}'`,
    offset: 0,
    hint: 'a condition has a test string and a pattern, each quoted if it holds spaces',
  };
}

interface ConditionFlags {
  noCase: boolean;
  or: boolean;
  noVary: boolean;
}

function readFlags(words: readonly FlagWord[]): ConditionFlags | RewriteProblem {
  const flags: ConditionFlags = { noCase: false, or: false, noVary: false };
  for (const { name, offset } of words) {
    if (equalsIgnoreCase(name, 'NC') || equalsIgnoreCase(name, 'nocase')) flags.noCase = true;
    else if (equalsIgnoreCase(name, 'OR') || equalsIgnoreCase(name, 'ornext')) flags.or = true;
    else if (equalsIgnoreCase(name, 'NV') || equalsIgnoreCase(name, 'novary')) flags.noVary = true;
    else
      return {
        error: `RewriteCond: unknown flag '${name}'`,
        offset,
        hint: 'conditions take NC, OR and NV; every other flag belongs to RewriteRule',
      };
  }
  return flags;
}

function assembleCondition(
  subjectText: string,
  pattern: RawArgument,
  negated: boolean,
  flags: ConditionFlags,
  test: CondTest,
  place: unknown,
): Condition {
  const subject = compileTemplate(subjectText);
  const ignoresCase = flags.noCase && test.kind !== 'regex' && test.kind !== 'string';
  return {
    subject,
    test,
    negated,
    ...flags,
    noCase: flags.noCase && !ignoresCase,
    text: `${negated ? '!' : ''}${pattern.text}`,
    waits: subject.waits || test.kind === 'file' || test.kind === 'subrequest' || test.kind === 'expr',
    warnings: ignoresCase ? [noCaseIgnored(pattern, test)] : [],
    place,
  };
}

function noCaseIgnored(pattern: RawArgument, test: CondTest): RewriteWarning {
  const shown = test.kind === 'integer' ? test.operand : pattern.text;
  return {
    code: 'AH00665',
    message: `RewriteCond: NoCase option for non-regex pattern '${shown}' is not supported and will be ignored.`,
    offset: pattern.offset,
  };
}

function compileTest(pattern: RawArgument, nocase: boolean): CondTest | RewriteProblem {
  return readDashTest(pattern.text) ?? readStringTest(pattern.text) ?? compileRegexTest(pattern, nocase);
}

function readDashTest(text: string): CondTest | undefined {
  switch (text) {
    case '-d':
    case '-f':
    case '-s':
    case '-x':
      return { kind: 'file', test: text };
    case '-l':
    case '-L':
    case '-h':
      return { kind: 'file', test: '-l' };
    case '-F':
      return { kind: 'subrequest', by: 'file' };
    case '-U':
      return { kind: 'subrequest', by: 'uri' };
  }
  // The number stands right behind the operator, or behind spaces when the pattern is quoted.
  const operator = /^-(?:lt|le|eq|ge|gt|ne)(?=.)/s.exec(text)?.[0];
  if (operator === undefined) return undefined;
  return { kind: 'integer', operator: operator as IntegerOperator, operand: text.slice(3) };
}

function readStringTest(text: string): CondTest | undefined {
  // A single character, even `=`, is a regular expression.
  const operator = text.length < 2 ? undefined : /^(?:[<>]=?|=)/.exec(text)?.[0];
  if (operator === undefined) return undefined;
  const operand = text.slice(operator.length);
  const isEmpty = operator === '=' && operand === '""';
  return { kind: 'string', operator: operator as StringOperator, operand: isEmpty ? '' : operand };
}

function compileRegexTest(pattern: RawArgument, nocase: boolean): CondTest | RewriteProblem {
  try {
    return { kind: 'regex', regex: compileRegex(pattern.text, { nocase }) };
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    return {
      error: `RewriteCond: cannot compile regular expression '${pattern.text}'`,
      offset: pattern.offset + error.offset,
      hint: error.message,
    };
  }
}

function compileExprTest(pattern: RawArgument, htaccess: boolean): CondTest | RewriteProblem {
  try {
    return { kind: 'expr', expr: compileExpr(pattern.text, { kind: 'condition', restricted: htaccess }) };
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    const where = htaccess ? ' in htaccess context' : '';
    return {
      error: `RewriteCond: cannot compile expression${where} "${pattern.text}" ${error.message}`,
      offset: pattern.offset + error.offset,
    };
  }
}
