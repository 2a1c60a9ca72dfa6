// The `<If>` sections: conditions asked in order, what applies merged on top of everything else.

import type { DirConfig, IfSection } from '../conf/section.ts';
import type { Expr } from '../kit/expr/index.ts';
import { andThen, type Soon, settle, type Waiting } from '../kit/wait.ts';
import { holds } from './evaluate.ts';
import type { Exchange } from './exchange.ts';
import { joinSections, putOn, tellSection } from './sections.ts';
import { OK, type Verdict } from './verdict.ts';

/**
 * Merges the `<If>`, `<ElseIf>` and `<Else>` sections that apply, those inside them afterwards. A condition that cannot
 * be evaluated does not hold, as in Apache, and is a line in the log.
 */
export function ifWalk(x: Exchange): Soon<Verdict> {
  return andThen(settle(mergeIfs(x)), () => OK);
}

function* mergeIfs(x: Exchange): Waiting<void> {
  for (let sections = x.dirConfig.ifs; sections.length > 0; ) {
    const found: DirConfig | undefined = yield* findApplying(x, sections);
    putOn(x, found);
    sections = found?.ifs ?? [];
  }
}

function* findApplying(x: Exchange, sections: readonly IfSection[]): Waiting<DirConfig | undefined> {
  let now: DirConfig | undefined;
  let chainDone = false;
  for (const section of sections) {
    if (section.kind === 'if') chainDone = false;
    if (chainDone) continue;
    if (!(yield* applies(x, section))) {
      x.site.rehearsal?.note(x, { kind: 'section-left', place: section.place });
      continue;
    }
    chainDone = true;
    tellSection(x, 'if', section.place);
    now = joinSections(x, now, section.dir);
  }
  return now;
}

function* applies(x: Exchange, section: IfSection): Waiting<boolean> {
  return section.kind === 'else' || (yield* holds(x, section.condition as Expr)) === true;
}
