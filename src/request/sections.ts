// Putting the sections of a walk together. Apache merges those of one walk with one another first, and then as a whole
// onto what applied before: `RewriteOptions Inherit` of a server thus joins its folders' rules to its own, not the rules
// of one folder to those of another.

import { mergeDir } from '../conf/merge.ts';
import type { DirConfig, RegexMatcher } from '../conf/section.ts';
import type { Place } from '../kit/place.ts';
import type { RegexMatch } from '../kit/regex/index.ts';
import type { Exchange } from './exchange.ts';
import type { WalkName } from './rehearsal.ts';

/** The sections of a walk so far, and one more. */
export function joinSections(x: Exchange, now: DirConfig | undefined, add: DirConfig): DirConfig {
  return now === undefined ? add : mergeDir(x.site.modules, now, add);
}

/** Puts what a walk has found on top of what applies. */
export function putOn(x: Exchange, now: DirConfig | undefined): void {
  if (now !== undefined) x.dirConfig = mergeDir(x.site.modules, x.dirConfig, now);
}

/** Named groups of a section's expression, as MATCH_NAME in the environment. */
function setMatchEnv(x: Exchange, regex: RegexMatcher, match: Pick<RegexMatch, 'groups'>): void {
  for (const [name, group] of regex.groupNames) {
    const value = match.groups[group];
    if (value !== undefined) x.env.set(`MATCH_${name.toUpperCase()}`, value);
  }
}

/** Does a section's expression match? Its named groups are set where it does. */
export function matchesRegex(x: Exchange, regex: RegexMatcher, subject: string): boolean {
  const match = regex.exec(subject);
  if (match === null) return false;
  if (regex.groupNames.size > 0) setMatchEnv(x, regex, match);
  return true;
}

/** Tells of a section that applies, where somebody listens. */
export function tellSection(x: Exchange, walk: WalkName, place: Place): void {
  x.site.rehearsal?.note(x, { kind: 'section', walk, place });
}
