// What checks of rules have in common: going through the rules that run, and pointing at a part of a line.

import type { Said } from '../check.ts';
import { keepPatience } from '../patience.ts';
import type { RewriteScope, RuleAt } from '../rewrite-scope.ts';
import { type Sample, urlOf } from '../sample.ts';
import type { Target } from '../target.ts';

/** Calls `visit` with every rule that is not switched off. */
export function eachRule(target: Target, visit: (at: RuleAt, scope: RewriteScope) => void): void {
  for (const scope of target.scopes)
    if (scope.engine !== false) for (const at of scope.rules) visit(at, scope);
}

/** Points at the pattern, the substitution or the flags of a rule. */
export function partOf(
  { words }: RuleAt,
  part: 'pattern' | 'substitution' | 'flags',
): Pick<Said, 'offset' | 'length'> {
  const word =
    part === 'pattern' ? words.first : part === 'substitution' ? words.second : (words.third ?? words.second);
  return { offset: word.offset, length: Math.max(1, word.text.length) };
}

/** The rule with another pattern, substitution or flags, as one writes it. */
export function rewritten(
  { words }: RuleAt,
  change: { readonly pattern?: string; readonly substitution?: string; readonly flags?: string },
): string {
  const flags = change.flags ?? words.third?.text;
  const parts = [change.pattern ?? words.first.text, change.substitution ?? words.second.text];
  return `RewriteRule ${[...parts.map(quoted), ...(flags === undefined || flags === '' ? [] : [flags])].join(' ')}`;
}

function quoted(word: string): string {
  return word === '' || /\s/.test(word) ? `"${word}"` : word;
}

/** The flags with one more. */
export function withFlag({ words }: RuleAt, flag: string): string {
  const inside = words.third?.text.slice(1, -1).trim() ?? '';
  return inside === '' ? `[${flag}]` : `[${inside},${flag}]`;
}

/** The flags with one in the place of another. */
export function flagReplaced(at: RuleAt, names: readonly string[], by: string): string {
  const inside = at.words.third?.text.slice(1, -1) ?? '';
  const flags = inside.split(',').map((flag) => flag.trim());
  const kept = flags.filter((flag) => flag !== '' && !names.includes(flag.split('=')[0]!.toLowerCase()));
  return `[${[...kept, by].filter((flag) => flag !== '').join(',')}]`;
}

/** `GET http://host/path`, for messages. */
export function asked(sample: Sample): string {
  return `${sample.method} ${urlOf(sample)}`;
}

/** Whether a rule ends the pass, so that none behind it runs. */
export function stops({ rule: { flags } }: RuleAt): boolean {
  const { last, end, proxy, passThrough, forcedStatus } = flags;
  return last || end || proxy || passThrough || forcedStatus !== undefined;
}

/** True where no rule before this one can have changed what its pattern sees. */
export function seesRequest(scope: RewriteScope, at: RuleAt): boolean {
  keepPatience();
  return scope.rules
    .slice(0, at.position)
    .every((earlier) => earlier.rule.substitution === undefined || stops(earlier));
}
