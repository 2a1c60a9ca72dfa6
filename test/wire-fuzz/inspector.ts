// What must hold for every input, whatever it is: no exception, progress, bounded memory, the same reading however the
// bytes are cut, one message with one framing for the next reader, and nothing taken that llhttp refuses without a reason.

import type { RequestLimits } from '../../src/wire/request-parser.ts';
import type { Random } from '../fuzz/random.ts';
import type { Llhttp } from '../wire/llhttp.ts';
import {
  type Cuts,
  type ParserReading,
  readRequests,
  readResponses,
  tellReading,
} from '../wire/parser-reading.ts';
import { finalVerdict, leniencyOf, UNKNOWN, type Verdict, writeVerdict } from '../wire/verdict.ts';
import { canonicalText } from './canonical.ts';
import { Forwarding, responseFault } from './forwarding.ts';
import type { FuzzInput } from './input.ts';

export type FaultKind = 'exception' | 'cuts' | 'memory' | 'forwarding' | 'leniency' | 'slow';

export interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
}

export interface Inspection {
  /** Undefined where the reading threw. */
  readonly reading: ParserReading | undefined;
  readonly fault: Fault | undefined;
  /** llhttp refused the bytes as they are, and takes them with the known leniencies undone. */
  readonly isExplained: boolean;
}

/** Longer than any input takes, on a busy machine too. */
const SLOW_MS = 3000;
const RANDOM_CUTS = 2;

export class Inspector {
  readonly #llhttp: Llhttp;
  readonly #forwarding: Forwarding;

  private constructor(llhttp: Llhttp, forwarding: Forwarding) {
    this.#llhttp = llhttp;
    this.#forwarding = forwarding;
  }

  static async create(llhttp: Llhttp): Promise<Inspector> {
    return new Inspector(llhttp, await Forwarding.create());
  }

  async inspect(input: FuzzInput, random: Random): Promise<Inspection> {
    const from = performance.now();
    let reading: ParserReading | undefined;
    let fault: Fault | undefined;
    try {
      reading = readInput(input);
      fault = cutFault(input, reading, random) ?? this.#forwardingFault(input);
    } catch (error) {
      fault = {
        kind: 'exception',
        text: error instanceof Error ? (error.stack ?? error.message) : String(error),
      };
    }
    if (performance.now() - from > SLOW_MS) fault ??= { kind: 'slow', text: `more than ${SLOW_MS} ms` };
    if (reading === undefined || fault !== undefined) return { reading, fault, isExplained: false };
    return { reading, ...(await this.#compare(input, reading)) };
  }

  #forwardingFault(input: FuzzInput): Fault | undefined {
    const bytes = Buffer.from(input.text, 'latin1');
    const text =
      input.side === 'requests'
        ? firstOf(readRequests(bytes, [], input.limits).messages, ({ head, body }) =>
            this.#forwarding.requestFault(head, body, head.body.kind === 'chunked' && body.length > 8),
          )
        : firstOf(readResponses(bytes, input.method).messages, ({ head }) => responseFault(head));
    return text === undefined ? undefined : { kind: 'forwarding', text };
  }

  async #compare(
    input: FuzzInput,
    reading: ParserReading,
  ): Promise<Pick<Inspection, 'fault' | 'isExplained'>> {
    const given = comparable(input, reading);
    // Waiting takes nothing: what comes is bounded, and refused when it is there.
    if (given.messages.length === 0) return { fault: undefined, isExplained: false };
    const raw = await this.#ask(input, input.text);
    if (!isMoreLenient(given, raw)) return { fault: undefined, isExplained: false };
    const text = canonicalText(input, reading);
    const plain = await this.#ask(input, text);
    const leniency = leniencyOf(given, withoutMethods(plain));
    if (leniency === undefined || leniency === 'waits for more')
      return { fault: undefined, isExplained: true };
    const told = `${leniency}\n  portico ${writeVerdict(given)}\n  llhttp ${writeVerdict(raw)}\n  plainer ${JSON.stringify(text)}\n  llhttp ${writeVerdict(plain)}`;
    return { fault: { kind: 'leniency', text: told }, isExplained: false };
  }

  async #ask({ side, method }: FuzzInput, text: string): Promise<Verdict> {
    const bytes = Buffer.from(text, 'latin1');
    if (side === 'requests') return this.#llhttp.requests(bytes);
    return finalVerdict(await this.#llhttp.responses(bytes, method));
  }
}

function isMoreLenient(given: Verdict, other: Verdict): boolean {
  const leniency = leniencyOf(given, other);
  return leniency !== undefined && leniency !== 'waits for more';
}

/** In the plainer form an unknown method is a known one. */
function withoutMethods(verdict: Verdict): Verdict {
  return { ...verdict, messages: verdict.messages.map(({ body }) => ({ start: UNKNOWN, body })) };
}

function comparable({ side }: FuzzInput, reading: Verdict): Verdict {
  return side === 'responses' ? finalVerdict(reading) : reading;
}

function firstOf<T>(items: readonly T[], ask: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

export function readInput({ side, text, method, limits }: FuzzInput, cuts: Cuts = []): ParserReading {
  const bytes = Buffer.from(text, 'latin1');
  return side === 'requests' ? readRequests(bytes, cuts, limits) : readResponses(bytes, method, cuts);
}

function cutFault(input: FuzzInput, whole: ParserReading, random: Random): Fault | undefined {
  const { length } = input.text;
  const tells = tellReading(whole);
  const some = (): Cuts => random.several(1, 6, () => random.between(0, length)).sort((a, b) => a - b);
  for (const cuts of [
    Array.from({ length }, (_, at) => at),
    ...random.several(RANDOM_CUTS, RANDOM_CUTS, some),
  ]) {
    const reading = readInput(input, cuts);
    const told = tellReading(reading);
    if (told !== tells)
      return {
        kind: 'cuts',
        text: `whole ${tells}\n  cut at ${cuts.length === length ? 'every byte' : cuts} ${told}`,
      };
    if (cuts.length === length && input.side === 'requests' && reading.most > mostHeld(input.limits))
      return {
        kind: 'memory',
        text: `${reading.most} bytes were held, and ${mostHeld(input.limits)} may be`,
      };
  }
  return undefined;
}

/** What the limits let a head take: folds may be of one letter, and each has its line end. */
function mostHeld({ requestLine, fieldSize, fields, blankLines }: RequestLimits): number {
  return 2 * (blankLines + 1) + requestLine + 3 + (fields + 1) * (2 * fieldSize + 8);
}
