// What an upgrade of Apache breaks: the same request asked of one release after the other.

import { ERAS } from '../kit/era.ts';
import type { DrawOptions } from './pen.ts';
import { newPen } from './pen.ts';

/** What a request comes to from a release on. */
export interface Change {
  readonly version: string;
  readonly outcome: string;
  /** What the error log says of it. */
  readonly why: string | undefined;
}

/** The releases that can be asked about behind this one, oldest first. */
export function laterThan(version: string): readonly string[] {
  const versions = [...ERAS.keys()];
  return versions.slice(versions.indexOf(version) + 1);
}

const MENDS: { readonly [code: string]: string } = {
  AH10410:
    'give the rule the flag [B], so that what it captures is escaped again ([BCTLS] escapes only spaces and control bytes)',
  AH10411:
    'give the rule the flag [B], so that what it captures is escaped again ([BCTLS] escapes only spaces and control bytes)',
  AH10415: 'leave [NE] or nocanon out, so that the path is escaped',
  AH10408: 'give the rule the flag [B], so that what it captures is escaped again',
  AH10508:
    'give the rule the flag [B], or [UnsafeAllow3F] once it is sure that no %3F may lead to another query',
};

/** What to write instead, where a log line has a number that has one. */
export function mendOf(why: string | undefined): string | undefined {
  const code = /^AH\d+/.exec(why ?? '')?.[0];
  return code === undefined ? undefined : MENDS[code];
}

/** Draws what later releases make of a request. */
export function drawUpgrade(version: string, changes: readonly Change[], options: DrawOptions = {}): string {
  const { painter, show } = newPen(options);
  const last = laterThan(version).at(-1);
  if (changes.length === 0)
    return `${painter.faint(`(as Apache ${version}; up to ${last ?? version} nothing changes)`)}\n`;
  const lines = [painter.strong(`As Apache ${version}. An upgrade changes it:`)];
  for (const { version: since, outcome, why } of changes) {
    lines.push(`  ${since}  ${painter.bad('→')} ${show(outcome)}`);
    if (why !== undefined) lines.push(`          ${show(why)}`);
    const mend = mendOf(why);
    if (mend !== undefined) lines.push(`          ${painter.good('mend:')} ${mend}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
