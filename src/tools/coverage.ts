// Which rules and conditions requests have exercised: a rule is when it was applied, a condition when it has held and has
// failed.

import type { ConfNode } from '../conf/tree.ts';
import type { LiveSite } from '../request/exchange.ts';
import { keyOf, lineOf } from './line.ts';
import { ruleLines } from './rule-lines.ts';
import type { Line, RuleStory, Story } from './story.ts';

/** A line, and what never happened to it. */
export interface Gap {
  readonly line: Line;
  readonly what: 'never applied' | 'never held' | 'never failed' | 'never looked at';
}

interface Seen {
  readonly line: Line;
  holds: boolean;
  fails: boolean;
}

export class Coverage {
  readonly #applied: Set<string> = new Set();
  readonly #conditions: Map<string, Seen> = new Map();

  add({ chapters }: Story): void {
    for (const part of chapters.flatMap(({ parts }) => parts)) {
      if (part.kind === 'line') this.#applied.add(keyOf(part.line));
      else if (part.kind === 'rules') for (const rule of part.rules) this.#addRule(rule);
    }
  }

  #addRule({ line, applies, conditions }: RuleStory): void {
    if (applies && line !== undefined) this.#applied.add(keyOf(line));
    for (const { line: own, holds } of conditions) {
      if (own === undefined) continue;
      const seen = this.#conditions.get(keyOf(own)) ?? { line: own, holds: false, fails: false };
      if (holds) seen.holds = true;
      else seen.fails = true;
      this.#conditions.set(keyOf(own), seen);
    }
  }

  /** What is missing, in the order of the files; and how many lines there are. */
  gaps(live: LiveSite): { readonly gaps: readonly Gap[]; readonly lines: number } {
    const rules = ruleLines(live);
    const written = conditionLines(live.conf.tree);
    const conditions = new Map([
      ...written.map((line) => [keyOf(line), { line, holds: false, fails: false }] as const),
      ...this.#conditions,
    ]);
    const gaps: Gap[] = [
      ...rules
        .filter((line) => !this.#applied.has(keyOf(line)))
        .map((line): Gap => ({ line, what: 'never applied' })),
      ...[...conditions.values()].flatMap(({ line, holds, fails }): Gap[] => {
        if (holds && fails) return [];
        const what = holds ? 'never failed' : fails ? 'never held' : 'never looked at';
        return [{ line, what }];
      }),
    ];
    gaps.sort((a, b) => order(a.line.file, b.line.file) || a.line.line - b.line.line);
    return { gaps, lines: rules.length + conditions.size };
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function conditionLines(nodes: readonly ConfNode[]): Line[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'section') return conditionLines(node.children);
    return node.name.toLowerCase() === 'rewritecond' ? [lineOf(node.line.placeAt())] : [];
  });
}
