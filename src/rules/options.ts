// The words of RewriteOptions.

import { equalsIgnoreCase, startsWithIgnoreCase } from '../kit/ascii.ts';
import type { RewriteProblem, RewriteWarning } from './problem.ts';

const words = [
  'Inherit',
  'InheritBefore',
  'InheritDown',
  'InheritDownBefore',
  'IgnoreInherit',
  'AllowNoSlash',
  'AllowAnyURI',
  'MergeBase',
  'IgnoreContextInfo',
  'LegacyPrefixDocRoot',
  'UnsafePrefixStat',
] as const;

/** A word of RewriteOptions, spelled as in Apache's manual. */
export type RewriteOption = (typeof words)[number];

/** The options one scope sets; several lines of the same scope add up. */
export type RewriteOptions = ReadonlySet<RewriteOption>;

export const noOptions: RewriteOptions = new Set();

/** Every word, for completion and documentation. */
export const rewriteOptionWords: readonly RewriteOption[] = words;

/** What one RewriteOptions line says. */
export interface ReadOptions {
  readonly options: readonly RewriteOption[];
  readonly warnings: readonly RewriteWarning[];
}

/** Reads the words of one line; offsets in messages count words, since the words come split already. */
export function readOptions(given: readonly string[]): ReadOptions | RewriteProblem {
  const options: RewriteOption[] = [];
  const warnings: RewriteWarning[] = [];
  for (const [index, word] of given.entries()) {
    const option = words.find((known) => equalsIgnoreCase(known, word));
    if (option) options.push(option);
    else if (startsWithIgnoreCase(word, 'MaxRedirects=')) warnings.push(maxRedirectsGone(index));
    else return { error: `RewriteOptions: unknown option '${word}'`, offset: index };
  }
  return { options, warnings };
}

function maxRedirectsGone(offset: number): RewriteWarning {
  return {
    code: 'AH00664',
    message:
      'RewriteOptions: MaxRedirects option has been removed in favor of the global LimitInternalRecursion directive and will be ignored.',
    offset,
  };
}
