// The body of a response on its way from a backend connection to whoever sends it on. Lives for one response, so that
// a taker who gives up late cannot touch a connection that serves somebody else by then.

import type { BodySink, BodySource } from '../../wire/body.ts';
import type { Meter } from './meter.ts';

/** The connection, as a body sees it. */
export interface BodyFeeder {
  pauseBody(): void;
  resumeBody(): void;
  /** Nobody wants the rest. */
  abandonBody(): void;
}

/** Bytes that may wait for a taker before the connection is made to wait. */
const MOST_WAITING = 64 * 1024;

export class BackendBody implements BodySource {
  #feeder: BodyFeeder | undefined;
  #sink: BodySink | undefined = undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #isEnded = false;
  #error: Error | undefined = undefined;
  #isPaused = false;
  #meter: Meter | undefined = undefined;

  constructor(feeder: BodyFeeder) {
    this.#feeder = feeder;
  }

  /** Lets `meter` count what has come and is to come. */
  measure(meter: Meter): void {
    this.#meter = meter;
    meter.read += this.#waitingBytes;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const chunk of waiting) if (!sink.data(chunk)) this.#isPaused = true;
    if (this.#isEnded) sink.end();
    else if (this.#error !== undefined) sink.fail(this.#error);
    else if (this.#isPaused) this.#feeder?.pauseBody();
    else this.#feeder?.resumeBody();
  }

  pause(): void {
    this.#isPaused = true;
    this.#feeder?.pauseBody();
  }

  resume(): void {
    this.#isPaused = false;
    this.#feeder?.resumeBody();
  }

  abort(): void {
    this.#sink = undefined;
    this.#waiting = [];
    const feeder = this.#feeder;
    this.#feeder = undefined;
    feeder?.abandonBody();
  }

  /** Takes bytes that are the body's own; false asks the connection to wait. */
  push(chunk: Buffer): boolean {
    if (this.#meter !== undefined) this.#meter.read += chunk.length;
    if (this.#sink !== undefined) {
      if (!this.#sink.data(chunk)) this.#isPaused = true;
      return !this.#isPaused;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    return this.#waitingBytes < MOST_WAITING;
  }

  /** All that came so far, when nobody has begun to take it. */
  takeWaiting(): Buffer {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
  }

  end(): void {
    this.#feeder = undefined;
    this.#isEnded = true;
    this.#sink?.end();
  }

  fail(error: Error): void {
    this.#feeder = undefined;
    this.#error = error;
    this.#sink?.fail(error);
  }
}
