// The `<If>` sections: conditions asked in order, what applies merged on top of everything else.

import type { DirConfig, IfSection } from '../conf/section.ts';
import type { Expr } from '../kit/expr/index.ts';
import { type Soon, settle, type Waiting } from '../kit/wait.ts';
import { holds } from './evaluate.ts';
import type { Exchange } from './exchange.ts';
import { joinSections, putOn } from './sections.ts';
import { OK, type Verdict } from './verdict.ts';

/**
 * Merges the `<If>`, `<ElseIf>` and `<Else>` sections that apply, those inside them afterwards. 500 when a condition
 * cannot be evaluated.
 */
export function ifWalk(x: Exchange): Soon<Verdict> {
  return settle(mergeIfs(x));
}

function* mergeIfs(x: Exchange): Waiting<Verdict> {
  for (let sections = x.dirConfig.ifs; sections.length > 0; ) {
    const found = yield* findApplying(x, sections);
    if (found === 'failed') return 500;
    putOn(x, found);
    sections = found?.ifs ?? [];
  }
  return OK;
}

function* findApplying(
  x: Exchange,
  sections: readonly IfSection[],
): Waiting<DirConfig | undefined | 'failed'> {
  let now: DirConfig | undefined;
  let chainDone = false;
  for (const section of sections) {
    if (section.kind === 'if') chainDone = false;
    const applies = chainDone ? false : yield* isTrue(x, section);
    if (applies === undefined) return 'failed';
    if (!applies) continue;
    chainDone = true;
    now = joinSections(x, now, section.dir);
  }
  return now;
}

function* isTrue(x: Exchange, section: IfSection): Waiting<boolean | undefined> {
  return section.kind === 'else' ? true : yield* holds(x, section.condition as Expr);
}
