// Looking ahead in a body: its beginning is held until it is known whether there is more, so that what is sent before
// the body (a length, a coding, an error) can depend on it.

import type { BodySink, BodySource } from './body.ts';

/** What was found: all of a short body, or one that begins with what was held. */
export type Beginning = Buffer | BodySource;

/** Told once what a body begins with, or why it broke off. */
export interface BeginningTaker {
  found(beginning: Beginning): void;
  failed(error: Error): void;
}

/** A body whose beginning is being looked at; `abort` ends that, too. */
export class HeldBody implements BodySource, BodySink {
  readonly #source: BodySource;
  readonly #most: number;
  #taker: BeginningTaker | undefined = undefined;
  #held: Buffer[] = [];
  #size = 0;
  #sink: BodySink | undefined = undefined;
  #isEnded = false;
  #error: Error | undefined = undefined;

  /** A body of more than `most` bytes is a long one. */
  constructor(source: BodySource, most: number) {
    this.#source = source;
    this.#most = most;
  }

  /** Begins to look. May call the taker before it returns. */
  look(taker: BeginningTaker): void {
    this.#taker = taker;
    this.#source.start(this);
  }

  start(sink: BodySink): void {
    const held = this.#held;
    this.#held = [];
    this.#sink = sink;
    let goesOn = true;
    for (const chunk of held) goesOn = this.#sink?.data(chunk) ?? false;
    if (this.#error !== undefined) this.fail(this.#error);
    else if (this.#isEnded) this.end();
    else if (goesOn) this.#source.resume();
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  abort(): void {
    this.#sink = undefined;
    this.#held = [];
    this.#source.abort();
    this.#settle()?.failed(new Error('nobody wants the body any longer'));
  }

  data(chunk: Buffer): boolean {
    if (this.#sink !== undefined) return this.#sink.data(chunk);
    this.#held.push(chunk);
    this.#size += chunk.length;
    if (this.#size <= this.#most) return true;
    this.#settle()?.found(this);
    return false;
  }

  end(): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#isEnded = true;
    sink?.end();
    this.#settle()?.found(joined(this.#held));
  }

  fail(error: Error): void {
    const sink = this.#sink;
    this.#sink = undefined;
    this.#error = error;
    sink?.fail(error);
    this.#settle()?.failed(error);
  }

  #settle(): BeginningTaker | undefined {
    const taker = this.#taker;
    this.#taker = undefined;
    return taker;
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}
