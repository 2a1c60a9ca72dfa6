// The rules' steps as Apache's error log has them at rewrite:trace8, without what differs from run to run.

import { levelOf, printTrace, type TraceEvent } from '../rules/index.ts';
import type { Step } from './inject.ts';
import { readable } from './readable.ts';

/** What is kept of a request whose rules never come to an end. */
export interface TraceBounds {
  readonly lines: number;
  readonly characters: number;
}

/** Apache's 32000 rounds of a few rules, and what a string can hold. */
const USUAL: TraceBounds = { lines: 1_000_000, characters: 100_000_000 };

/** Takes the steps of one request, as they are taken. */
export class TraceLines {
  readonly #bounds: TraceBounds;
  readonly #lines: string[] = [];
  #characters = 0;
  #untold = 0;
  readonly #numbers: Map<Step['x'], number> = new Map();

  constructor(bounds: TraceBounds = USUAL) {
    this.#bounds = bounds;
  }

  /** For people, without line ends; a last one says how many are left out. */
  get lines(): readonly string[] {
    const lines = this.#lines.map(readable);
    return this.#untold === 0 ? lines : [...lines, `… and ${this.#untold} lines more`];
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
    this.#add(`[rewrite:trace${level}] [rid#${number}/${kind}${redirects}] ${printTrace(step)}`);
  };

  #add(line: string): void {
    this.#characters += line.length;
    const { lines, characters } = this.#bounds;
    if (this.#lines.length < lines && this.#characters < characters) this.#lines.push(line);
    else this.#untold += 1;
  }
}
