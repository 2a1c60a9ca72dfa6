// The `<If>` sections: conditions asked in order, what applies merged on top of everything else.

import { mergeDir } from '../conf/merge.ts';
import type { IfSection } from '../conf/section.ts';
import type { Expr } from '../kit/expr/index.ts';
import { holds } from './evaluate.ts';
import type { Exchange } from './exchange.ts';
import { OK, type Verdict } from './verdict.ts';

/** Merges the `<If>`, `<ElseIf>` and `<Else>` sections that apply. 500 when a condition cannot be evaluated. */
export async function ifWalk(x: Exchange): Promise<Verdict> {
  return (await mergeIfs(x, x.dirConfig.ifs)) ? OK : 500;
}

/** False when a condition could not be evaluated. */
async function mergeIfs(x: Exchange, sections: readonly IfSection[]): Promise<boolean> {
  let chainDone = false;
  for (const section of sections) {
    if (section.kind === 'if') chainDone = false;
    const applies = chainDone ? false : await isTrue(x, section);
    if (applies === undefined) return false;
    if (!applies) continue;
    chainDone = true;
    x.dirConfig = mergeDir(x.site.modules, x.dirConfig, section.dir);
    if (!(await mergeIfs(x, section.dir.ifs))) return false;
  }
  return true;
}

async function isTrue(x: Exchange, section: IfSection): Promise<boolean | undefined> {
  return section.kind === 'else' ? true : holds(x, section.condition as Expr);
}
