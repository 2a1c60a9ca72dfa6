// A part of the inputs, end to end: through the built portico with a recording backend. Watches that it neither ends nor
// grows, and that the backend never gets more than the parser reads.

import { residentMemory } from '../support/process-memory.ts';
import { type Asked, askLanes, type Lane, type Lanes, startLanes } from '../wire/lanes.ts';
import { requestFault, responseFault } from '../wire/served-faults.ts';
import type { FuzzInput } from './input.ts';
import { readInput } from './inspector.ts';

const LANES = 8;
/** Kilobytes that the process may grow by once it is warm. */
const MOST_GROWTH = 96 * 1024;

export class ServedRun {
  readonly #lanes: Lanes;
  inputs = 0;
  /** Kilobytes after the first batch. */
  #warm = 0;

  private constructor(lanes: Lanes) {
    this.#lanes = lanes;
  }

  static async start(): Promise<ServedRun> {
    return new ServedRun(await startLanes('portico', LANES));
  }

  /** Sends the inputs; answers what went wrong with some of them. */
  async send(inputs: readonly FuzzInput[]): Promise<{ input: FuzzInput; text: string }[]> {
    const faults = await askLanes(this.#lanes, inputs, faultOf);
    this.inputs += inputs.length;
    const found = inputs.flatMap((input, at) =>
      faults[at] === undefined ? [] : [{ input, text: faults[at] }],
    );
    const { now } = residentMemory(this.#lanes.server.pid);
    if (this.#warm === 0) this.#warm = now;
    if (now - this.#warm > MOST_GROWTH)
      throw new Error(`the server has grown from ${this.#warm} kB to ${now} kB over ${this.inputs} inputs`);
    return found;
  }

  /** Kilobytes: once warm, and now. */
  memory(): { warm: number; now: number } {
    return { warm: this.#warm, now: residentMemory(this.#lanes.server.pid).now };
  }

  close(): Promise<void> {
    return this.#lanes.close();
  }
}

async function faultOf(lane: Lane, input: FuzzInput): Promise<string | undefined> {
  const bytes = Buffer.from(input.text, 'latin1');
  const isRequests = input.side === 'requests';
  let asked: Asked;
  try {
    asked = isRequests ? await lane.askRequests(bytes, true) : await lane.askResponses(bytes, input.method);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return (isRequests ? requestFault : responseFault)(readInput(input), asked);
}
