// Rules that lead to each other: from the chapters of a request that ended at a limit, the smallest round that they
// make, with its lines.

import { periodOf } from '../kit/period.ts';
import { keyOf } from './line.ts';
import type { Chapter, Line, LoopStory, Part, RuleStory } from './story.ts';

/** Apache's numbers for a request that was led on too often: by redirects, by subrequests, by [N]. */
const LIMITS = /^(?:AH00124|AH00125|AH02596):/;

/** How many URLs of a loop are shown. */
const MOST_URLS = 4;

/** The loop that a request has run into; undefined where it has not. */
export function findLoop(chapters: readonly Chapter[]): LoopStory | undefined {
  const limit = chapters
    .flatMap(({ parts }) => parts)
    .find((part) => part.kind === 'log' && LIMITS.test(part.text));
  if (limit?.kind !== 'log') return undefined;
  const way = chapters.filter(({ kind }) => kind !== 'subrequest');
  if (limit.text.startsWith('AH02596')) return { lines: lastRule(chapters), urls: [], round: 1 };
  const rounds = way.map(({ parts }) => appliedIn(parts));
  const period = periodOf(rounds.map((lines) => lines.map(keyOf).join(' ')));
  const from = Math.max(0, rounds.length - 1 - period);
  const lines = unique(rounds.slice(from, from + period).flat());
  return { lines, urls: way.slice(0, MOST_URLS).map(({ url }) => url), round: period };
}

/** The lines of the rules that have led on. */
function appliedIn(parts: readonly Part[]): Line[] {
  return rulesOf(parts)
    .filter(({ applies, result }) => applies && result !== undefined)
    .flatMap(({ line }) => line ?? []);
}

function rulesOf(parts: readonly Part[]): RuleStory[] {
  return parts.flatMap((part) => (part.kind === 'rules' ? part.rules : []));
}

function lastRule(chapters: readonly Chapter[]): Line[] {
  const applied = chapters.flatMap(({ parts }) => appliedIn(parts));
  const last = applied.at(-1);
  return last === undefined ? [] : [last];
}

function unique(lines: readonly Line[]): Line[] {
  return [...new Map(lines.map((line) => [keyOf(line), line])).values()];
}
