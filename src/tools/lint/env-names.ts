// Which environment variables the rules of a scope set themselves; what others hold, nobody knows before the request.

import type { Rule } from '../../rules/index.ts';
import type { RewriteScope } from './rewrite-scope.ts';

const known = new WeakMap<readonly Rule[], ReadonlySet<string>>();

/** Names of the variables that [E] flags set, in lower case. */
function namesSetBy(rules: readonly Rule[]): ReadonlySet<string> {
  let names = known.get(rules);
  if (names === undefined) {
    const texts = rules.flatMap(({ flags }) => flags.env.map(({ text }) => text));
    names = new Set(texts.map((text) => text.split(':')[0]!.toLowerCase()));
    known.set(rules, names);
  }
  return names;
}

/** Whether a rule of the scope sets the variable, or Apache does after a rule. */
export function isSetByRules({ set }: RewriteScope, name: string): boolean {
  const lower = name.toLowerCase();
  const names = namesSetBy(set.rules);
  return names.has(lower) || lower === 'redirect_status' || names.has(lower.replace(/^redirect_/, ''));
}

/** Whether the rule puts in a variable that comes from elsewhere. */
export function readsForeignEnv(scope: RewriteScope, { substitution }: Rule): boolean {
  return (substitution?.segments ?? []).some(
    (segment) =>
      typeof segment !== 'string' &&
      segment.kind === 'variable' &&
      segment.variable.from === 'env' &&
      !isSetByRules(scope, segment.variable.name),
  );
}
