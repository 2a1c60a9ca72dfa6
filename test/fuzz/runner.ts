// The whole of a fuzz run: makes rule sets by the seed, runs them batch by batch, sorts out what is
// explained, shrinks the rest.

import { type AnswerPair, runBatch } from './batch.ts';
import { differenceOf, kindOfDifference } from './case-text.ts';
import { explanationOf } from './explained.ts';
import { type FuzzItem, generateItem } from './generator.ts';
import { type Finding, shrinkFindings } from './shrinker.ts';

export { caseText, differenceOf, kindOfDifference, siteSections } from './case-text.ts';

export interface FuzzOptions {
  readonly seed: number;
  /** How many requests to send to both servers. */
  readonly pairs: number;
  /** Go on after a batch with unexplained differences. */
  readonly keepsGoing: boolean;
  /** Findings of the same kind beyond this many are only counted. */
  readonly perKind?: number;
  readonly onBatch?: (report: FuzzReport) => void;
}

export interface FuzzReport {
  readonly pairs: number;
  readonly ruleSets: number;
  readonly refused: number;
  /** How many answers had each status. */
  readonly statuses: ReadonlyMap<string, number>;
  readonly explained: ReadonlyMap<string, number>;
  readonly unexplained: number;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

const SETS_PER_BATCH = 150;
const REQUESTS_PER_SET = 12;
/** Differences beyond these are only counted. */
const MOST_FINDINGS = 16;

/** Runs until there are enough pairs, or to the end of the first batch with a finding. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const run = new FuzzRun(options);
  while (run.pairs < options.pairs && (options.keepsGoing || run.unexplained === 0)) {
    await run.nextBatch();
    options.onBatch?.(run);
  }
  await run.shrink();
  return run;
}

class FuzzRun implements FuzzReport {
  pairs = 0;
  ruleSets = 0;
  refused = 0;
  unexplained = 0;
  seconds = 0;
  findings: Finding[] = [];
  readonly statuses: Map<string, number> = new Map();
  readonly explained: Map<string, number> = new Map();
  readonly #options: FuzzOptions;
  readonly #kinds: Map<string, number> = new Map();

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  async nextBatch(): Promise<void> {
    const { seed, pairs } = this.#options;
    const count = Math.min(SETS_PER_BATCH, Math.ceil((pairs - this.pairs) / REQUESTS_PER_SET));
    const items = Array.from({ length: count }, (_, at) =>
      generateItem(seed, this.ruleSets + at, REQUESTS_PER_SET),
    );
    const start = performance.now();
    for (const pair of await runBatch(items)) this.#judge(pair, items[pair.item]!);
    this.seconds += (performance.now() - start) / 1000;
    this.ruleSets += count;
  }

  async shrink(): Promise<void> {
    this.findings = await shrinkFindings(this.findings);
  }

  #judge(pair: AnswerPair, { set, requests }: FuzzItem): void {
    if (pair.request === undefined) this.refused += pair.apache[0] === '(refused)' ? 1 : 0;
    else {
      this.pairs += 1;
      count(this.statuses, pair.apache[0] ?? '');
    }
    if (differenceOf(pair) === undefined) return;
    const request = pair.request === undefined ? undefined : requests[pair.request];
    const explanation = explanationOf(pair, set, request);
    if (explanation === undefined) this.#keep({ set, request, pair });
    else count(this.explained, explanation);
  }

  #keep(finding: Finding): void {
    this.unexplained += 1;
    const kind = kindOfDifference(finding.pair);
    count(this.#kinds, kind);
    if (this.findings.length < MOST_FINDINGS && this.#kinds.get(kind)! <= (this.#options.perKind ?? 3))
      this.findings.push(finding);
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
