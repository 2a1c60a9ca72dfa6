// The rules' steps as Apache's error log has them at rewrite:trace8, without what differs from run to run.

import { levelOf, printTrace, type TraceEvent } from '../rules/index.ts';
import type { Step } from './inject.ts';
import { readable } from './readable.ts';

/** Takes the steps of one request, as they are taken. */
export class TraceLines {
  readonly #lines: string[] = [];
  readonly #numbers: Map<Step['x'], number> = new Map();

  /** For people, without line ends. */
  get lines(): readonly string[] {
    return this.#lines.map(readable);
  }

  readonly take = ({ x, event }: Step): void => {
    if (event.kind !== 'rule') return;
    const step = event.event as TraceEvent;
    const level = levelOf(step.name);
    if (level > 8) return;
    const number = this.#numbers.get(x) ?? this.#numbers.size + 1;
    this.#numbers.set(x, number);
    const kind = x.isSubrequest() ? 'subreq' : 'initial';
    const redirects = x.redirects > 0 && !x.isSubrequest() ? `/redir#${x.redirects}` : '';
    this.#lines.push(`[rewrite:trace${level}] [rid#${number}/${kind}${redirects}] ${printTrace(step)}`);
  };
}
