// One RewriteRule line, compiled.

import { compileRegex, type Regex, RegexSyntaxError } from '../kit/regex/index.ts';
import { type AuthorityCheck, compileAuthorityCheck } from './authority.ts';
import type { Condition } from './condition.ts';
import { splitFlags } from './flag-list.ts';
import { compileRuleFlags, type RuleFlags } from './flags.ts';
import { type RawArgument, splitArguments } from './line.ts';
import { isProblem, type RewriteProblem } from './problem.ts';
import type { QueryRule } from './query.ts';
import { compileTemplate, type Template } from './template.ts';

/** A rule with the conditions that stood before it. */
export interface Rule {
  readonly pattern: RulePattern;
  /** Undefined for `-` and for rules that only answer with a status. */
  readonly substitution: Template | undefined;
  readonly flags: RuleFlags;
  readonly query: QueryRule;
  readonly conditions: readonly Condition[];
  /** Some condition may have to wait. */
  readonly conditionsWait: boolean;
  /** Applying it is only substituting or a status, and never has to wait. */
  readonly appliesAtOnce: boolean;
  /** Rules with [NS] or [R] do not run in subrequests. */
  readonly skipsSubrequests: boolean;
  /** Set where request data could change the authority a [P] rule spells out. */
  readonly authority: AuthorityCheck | undefined;
  /** Where the rule stands; opaque here, handed on to traces. */
  readonly place: unknown;
}

/** The pattern of a rule. */
export interface RulePattern {
  /** As written, without the `!`. */
  readonly text: string;
  readonly negated: boolean;
  readonly regex: Regex;
}

/** Reads the arguments of a RewriteRule line. The conditions are those collected since the last rule. */
export function compileRule(
  args: string,
  conditions: readonly Condition[] = [],
  place: unknown = undefined,
): Rule | RewriteProblem {
  const split = splitArguments(args);
  if (!split)
    return { error: `RewriteRule: bad argument line '${args}'`, offset: 0, hint: badLineHint(args) };
  const words = split.third ? splitFlags('RewriteRule', split.third, split.rest) : [];
  if (isProblem(words)) return words;
  const flags = compileRuleFlags(words);
  if (isProblem(flags)) return flags;
  const pattern = compilePattern(split.first, flags.noCase);
  if (isProblem(pattern)) return pattern;
  return assembleRule(pattern, split.second.text, flags, conditions, place);
}

function badLineHint(args: string): string {
  if (/^\s*["']/.test(args))
    return 'the quote that opens the pattern is not closed before a space and a substitution';
  return 'a rule has a pattern and a substitution; write - to substitute nothing';
}

function compilePattern(argument: RawArgument, nocase: boolean): RulePattern | RewriteProblem {
  const negated = argument.text.startsWith('!');
  const text = negated ? argument.text.slice(1) : argument.text;
  try {
    return { text, negated, regex: compileRegex(text, { nocase }) };
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    return {
      error: `RewriteRule: cannot compile regular expression '${text}'`,
      offset: argument.offset + (negated ? 1 : 0) + error.offset,
      hint: error.message,
    };
  }
}

function assembleRule(
  pattern: RulePattern,
  substitutionText: string,
  flags: RuleFlags,
  conditions: readonly Condition[],
  place: unknown,
): Rule {
  const keeps = substitutionText === '-' || flags.forcedStatus !== undefined;
  const { text, query } = readQueryOf(substitutionText, flags);
  const substitution = keeps ? undefined : compileTemplate(text);
  return {
    pattern,
    substitution,
    flags,
    query,
    conditions,
    conditionsWait: conditions.some((condition) => condition.waits),
    appliesAtOnce: substitution?.waits !== true && !hasEffects(flags),
    skipsSubrequests: flags.noSubrequest || flags.redirect,
    authority: substitution && flags.proxy ? compileAuthorityCheck(substitution) : undefined,
    place,
  };
}

// A trailing `?` in the text clears the query and is taken out, so that no `?` an expansion brings is read as one.
function readQueryOf(text: string, flags: RuleFlags): { text: string; query: QueryRule } {
  const endsInMark = text.endsWith('?');
  const never = (endsInMark && !flags.queryAppend) || (flags.queryDiscard && !text.includes('?'));
  return {
    text: endsInMark && never ? text.slice(0, -1) : text,
    query: {
      append: flags.queryAppend,
      discard: flags.queryDiscard,
      splitAtLast: flags.queryLast || (endsInMark && flags.queryAppend),
      never,
    },
  };
}

function hasEffects({ env, cookies, type, handler }: RuleFlags): boolean {
  return env.length > 0 || cookies.length > 0 || type !== undefined || handler !== undefined;
}
