// The whole of a fuzz run: makes inputs by the seed, inspects each, sends a part of them through the built portico, keeps
// what reads in a new way as a beginning for more, shrinks what is wrong.

import { REQUEST_LIMITS } from '../../src/wire/request-parser.ts';
import { type Random, streamOf } from '../fuzz/random.ts';
import { Llhttp } from '../wire/llhttp.ts';
import { writeText } from '../wire/notation.ts';
import type { ParserReading } from '../wire/parser-reading.ts';
import { type FuzzInput, seedInputs } from './input.ts';
import { type FaultKind, Inspector, readInput } from './inspector.ts';
import { mutate } from './mutator.ts';
import { ServedRun } from './served.ts';
import { shrinkText } from './shrinker.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly inputs: number;
  /** One of so many inputs goes through the built portico; 0 for none. */
  readonly servedOf: number;
  readonly onProgress?: (report: FuzzReport) => void;
}

export interface FuzzFinding {
  readonly kind: FaultKind | 'served';
  readonly input: FuzzInput;
  readonly text: string;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly served: number;
  /** Inputs that llhttp refuses as they are, and takes with the known leniencies undone. */
  readonly explained: number;
  /** How readings ended, and how often. */
  readonly ends: ReadonlyMap<string, number>;
  /** Inputs that read in a way none did before. */
  readonly kept: number;
  readonly findings: readonly FuzzFinding[];
  readonly seconds: number;
  /** The smallest heap of this process in each stretch, in MB: a rising row is growth. */
  readonly heap: readonly number[];
  readonly server: { readonly warm: number; readonly now: number } | undefined;
}

const TAKEN_SHARE = 0.75;
const BATCH = 500;
const STRETCH = 20_000;
/** Beyond these, inputs are only counted. */
const MOST_FINDINGS = 12;
/** Inputs that may be kept beside the seeds. */
const MOST_KEPT = 4000;
/** Of shrinking: in this process, and through the server. */
const MOST_ATTEMPTS = 3000;
const MOST_SERVED_ATTEMPTS = 300;
/** Megabytes of heap that may come to stay once the process is warm. */
const MOST_GROWTH = 64;

/** Runs to the end; throws when this process or the server grows. */
export async function runWireFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const run = new WireFuzzRun(options, await Inspector.create(new Llhttp()));
  const served = options.servedOf > 0 ? await ServedRun.start() : undefined;
  try {
    while (run.inputs < options.inputs) {
      await run.nextBatch(served);
      options.onProgress?.(run);
    }
    run.checkGrowth();
  } finally {
    await served?.close();
  }
  return run;
}

/** Inputs to begin with. Those of which something is read are a part by themselves, and are taken more often. */
class Pool {
  readonly #all: FuzzInput[] = [];
  readonly #taken: FuzzInput[] = [];

  constructor(seeds: readonly FuzzInput[]) {
    for (const seed of seeds) this.add(seed, readInput(seed).messages.length > 0);
  }

  add(input: FuzzInput, isTaken: boolean): void {
    this.#all.push(input);
    if (isTaken) this.#taken.push(input);
  }

  choices(random: Random): readonly FuzzInput[] {
    return random.chance(TAKEN_SHARE) ? this.#taken : this.#all;
  }
}

class WireFuzzRun implements FuzzReport {
  inputs = 0;
  served = 0;
  explained = 0;
  seconds = 0;
  readonly ends: Map<string, number> = new Map();
  readonly findings: FuzzFinding[] = [];
  readonly heap: number[] = [];
  server: FuzzReport['server'] = undefined;
  readonly #options: FuzzOptions;
  readonly #inspector: Inspector;
  readonly #known: Set<string> = new Set();
  readonly #pools: Readonly<Record<FuzzInput['side'], Pool>>;

  constructor(options: FuzzOptions, inspector: Inspector) {
    this.#options = options;
    this.#inspector = inspector;
    const seeds = seedInputs();
    this.#pools = {
      requests: new Pool(seeds.filter(({ side }) => side === 'requests')),
      responses: new Pool(seeds.filter(({ side }) => side === 'responses')),
    };
  }

  get kept(): number {
    return this.#known.size;
  }

  async nextBatch(served: ServedRun | undefined): Promise<void> {
    const { seed, inputs, servedOf } = this.#options;
    const from = performance.now();
    const toServe: FuzzInput[] = [];
    for (let left = Math.min(BATCH, inputs - this.inputs); left > 0; left--) {
      const random = streamOf(seed, this.inputs);
      const side = random.chance(0.75) ? 'requests' : 'responses';
      const input = mutate(this.#pools[side].choices(random), random);
      await this.#inspect(input, random);
      if (servedOf > 0 && random.chance(1 / servedOf)) toServe.push({ ...input, limits: REQUEST_LIMITS });
      this.inputs += 1;
      this.#noteHeap();
    }
    if (served !== undefined) await this.#serve(served, toServe);
    this.seconds += (performance.now() - from) / 1000;
  }

  async #inspect(input: FuzzInput, random: Random): Promise<void> {
    const { reading, fault, isExplained } = await this.#inspector.inspect(input, random);
    if (isExplained) this.explained += 1;
    if (reading !== undefined) this.#note(input, reading);
    if (fault === undefined || this.findings.length >= MOST_FINDINGS) return;
    const isFinding = async (text: string): Promise<boolean> =>
      (await this.#inspector.inspect({ ...input, text }, streamOf(1, 1))).fault?.kind === fault.kind;
    const small = { ...input, text: await shrinkText(input.text, isFinding, MOST_ATTEMPTS) };
    const shrunk = await this.#inspector.inspect(small, streamOf(1, 1));
    this.#keep({ kind: fault.kind, input: small, text: (shrunk.fault ?? fault).text });
  }

  #keep(finding: FuzzFinding): void {
    const isKnown = this.findings.some(
      ({ kind, input }) => kind === finding.kind && input.text === finding.input.text,
    );
    if (!isKnown && this.findings.length < MOST_FINDINGS) this.findings.push(finding);
  }

  /** What reads in a new way is worth changing further. */
  #note(input: FuzzInput, { messages, end, detail }: ParserReading): void {
    const how =
      end === 'refused' ? `${input.side} refused ${detail.replace(/ ".*/, '')}` : `${input.side} ${end}`;
    this.ends.set(how, (this.ends.get(how) ?? 0) + 1);
    const path = messages.map(
      ({ facts, body }) =>
        `${facts.get('framing')}${facts.get('keep') ?? facts.get('reuse')}${body.length > 0}`,
    );
    const key = `${how} ${path.join(' ')}`;
    if (this.#known.size >= MOST_KEPT || this.#known.has(key)) return;
    this.#known.add(key);
    this.#pools[input.side].add({ ...input, limits: REQUEST_LIMITS }, messages.length > 0);
  }

  #noteHeap(): void {
    const stretch = Math.floor(this.inputs / STRETCH);
    if (this.inputs % 50 !== 0) return;
    const used = process.memoryUsage().heapUsed / 2 ** 20;
    this.heap[stretch] = Math.min(this.heap[stretch] ?? Number.POSITIVE_INFINITY, Math.round(used));
  }

  async #serve(served: ServedRun, inputs: readonly FuzzInput[]): Promise<void> {
    for (const { input, text } of await served.send(inputs)) {
      if (this.findings.length >= MOST_FINDINGS) break;
      const isFinding = async (smaller: string): Promise<boolean> =>
        (await served.send([{ ...input, text: smaller }])).length > 0;
      const small = await shrinkText(input.text, isFinding, MOST_SERVED_ATTEMPTS);
      this.#keep({ kind: 'served', input: { ...input, text: small }, text });
    }
    this.served = served.inputs;
    this.server = served.memory();
  }

  /** The heap of the last stretches against that of the first ones, which also compiled the code. */
  checkGrowth(): void {
    const [, second = Number.POSITIVE_INFINITY] = this.heap;
    // The last stretch may have hardly begun.
    const last = Math.min(...this.heap.slice(-2));
    if (last - second > MOST_GROWTH) throw new Error(`the heap has grown: ${this.heap.join(' ')} MB`);
  }
}

/** A finding as lines for a file of the corpus and its explanation. */
export function writeFinding({ kind, input, text }: FuzzFinding): string {
  const limits = input.limits === REQUEST_LIMITS ? '' : ' (tight limits)';
  return `${kind} of ${input.side} to ${input.method}${limits}\n${writeText(input.text)}\n  ${text}`;
}
