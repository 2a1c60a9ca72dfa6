// mod_ratelimit: answers that go out no faster than the environment says. The filter RATE_LIMIT counts body bytes of
// one answer; `rate-limit` and `rate-initial-burst` are KiB a second and KiB.

import type { Exchange } from '../request/exchange.ts';
import { logEvent } from '../request/log.ts';
import { defineModule, type Module } from '../request/module.ts';
import { FILTER_TYPE, keepLength } from '../request/output-filters.ts';
import type { BodySink, BodySource } from '../wire/body.ts';
import { leadingNumber } from './coding/leading-number.ts';

/** Milliseconds between two pieces. */
const INTERVAL = 200;

/** Gives what fits into each interval, and stops its source while there is more. */
class PacedBody implements BodySource, BodySink {
  readonly #source: BodySource;
  readonly #piece: number;
  /** Bytes that may go out at once beside the piece of the interval. */
  #burst: number;
  #sink: BodySink | undefined = undefined;
  #waiting: Buffer[] = [];
  /** Bytes that may still go out in this interval. */
  #allowed: number;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isStopped = false;
  #mustWait = false;
  #isEnded = false;

  constructor(source: BodySource, speed: number, burst: number) {
    this.#source = source;
    this.#piece = Math.floor(speed / (1000 / INTERVAL));
    this.#burst = burst;
    this.#allowed = this.#piece;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#timer = setInterval(() => this.#nextInterval(), INTERVAL);
    this.#source.start(this);
  }

  pause(): void {
    this.#mustWait = true;
  }

  resume(): void {
    this.#mustWait = false;
    this.#push();
  }

  abort(): void {
    this.#stop();
    this.#source.abort();
  }

  data(chunk: Buffer): boolean {
    if (this.#sink === undefined) return false;
    if (chunk.length > 0) this.#waiting.push(chunk);
    this.#push();
    this.#isStopped = this.#waiting.length > 0;
    return !this.#isStopped;
  }

  end(): void {
    this.#isEnded = true;
    this.#push();
  }

  fail(error: Error): void {
    const sink = this.#sink;
    this.#stop();
    sink?.fail(error);
  }

  #nextInterval(): void {
    this.#allowed = this.#piece;
    this.#push();
  }

  /** Gives what may go out now. */
  #push(): void {
    while (this.#sink !== undefined && !this.#mustWait && this.#waiting.length > 0) {
      const most = this.#allowed + this.#burst;
      if (most <= 0) break;
      this.#giveUpTo(most);
    }
    if (this.#waiting.length > 0 || this.#sink === undefined) return;
    if (this.#isEnded) this.#finish();
    else if (this.#isStopped) {
      this.#isStopped = false;
      this.#source.resume();
    }
  }

  #giveUpTo(most: number): void {
    const chunk = this.#waiting.shift()!;
    const part = chunk.subarray(0, most);
    if (part.length < chunk.length) this.#waiting.unshift(chunk.subarray(part.length));
    const ofBurst = Math.max(0, part.length - this.#allowed);
    this.#allowed = Math.max(0, this.#allowed - part.length);
    this.#burst -= ofBurst;
    if (this.#sink!.data(part) === false) this.#mustWait = true;
  }

  #finish(): void {
    const sink = this.#sink;
    this.#stop();
    sink?.end();
  }

  #stop(): void {
    this.#sink = undefined;
    this.#waiting = [];
    clearInterval(this.#timer);
  }
}

/** KiB in a variable as bytes; 0, and logged, for what is no such number. */
function bytesIn(x: Exchange, text: string, complaint: string): number {
  const bytes = leadingNumber(text) * 1024;
  // Apache: beyond what a C int holds it is taken for a mistake.
  if (bytes > 0 && bytes <= 0x7fffffff) return bytes;
  logEvent(x, 'ratelimit', 'info', `${complaint} = ${text} (too high?)`);
  return 0;
}

function limitRate(x: Exchange): void {
  if (x.isSubrequest() || !x.hasEnv()) return;
  const limit = x.env.get('rate-limit');
  if (limit === undefined) return;
  const speed = bytesIn(x, limit, 'AH03488: rl: disabling: rate-limit');
  if (speed === 0) return;
  const more = x.env.get('rate-initial-burst');
  const burst = more === undefined ? 0 : bytesIn(x, more, 'AH03489: rl: disabling burst: rate-initial-burst');
  keepLength(x, (source) => new PacedBody(source, speed, burst));
}

export const ratelimit: Module = defineModule({
  name: 'ratelimit',
  directives: [],
  outputFilters: [{ name: 'RATE_LIMIT', type: FILTER_TYPE.connection - 1, apply: limitRate }],
});
