// Asks the engine in its worker. One question runs at a time; of those that come meanwhile the last one counts. A run
// that takes too long is stopped with its worker, and the next question gets a new one.

import type { PlayAnswer, PlayQuestion } from '../tools/playground/play.ts';
import type { Change } from '../tools/upgrade.ts';

/** An answer with its question, and what later releases of Apache make of it. */
export interface Answered extends PlayAnswer {
  readonly question: PlayQuestion;
  readonly changes: readonly Change[];
}

/** What the worker says. */
export type Reply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly answer: Answered }
  | { readonly kind: 'failure'; readonly text: string };

export interface EngineListener {
  answered(answer: Answered): void;
  /** There will be no answer; the text says why. */
  failed(text: string): void;
}

/** How long a run may take, in milliseconds. */
const PATIENCE_MS = 10_000;

export class Engine {
  readonly #listener: EngineListener;
  #worker: Worker | undefined;
  #isReady = false;
  #waiting: PlayQuestion | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: EngineListener) {
    this.#listener = listener;
    this.#start();
  }

  /** Each question is answered, fails, or is overtaken by a later one. */
  ask(question: PlayQuestion): void {
    this.#waiting = question;
    if (this.#worker === undefined) this.#start();
    this.#next();
  }

  /** No answer is wanted to what was asked so far. */
  forget(): void {
    this.#waiting = undefined;
    if (this.#timer !== undefined) this.#restart();
  }

  close(): void {
    this.#end();
  }

  #start(): void {
    const worker = new Worker('engine.js', { type: 'module', name: 'engine' });
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#take(data));
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#end();
      this.#listener.failed(
        `The engine of this page has stopped${event.message ? `: ${event.message}` : ''}. Load the page again.`,
      );
    });
  }

  #next(): void {
    if (!this.#isReady || this.#timer !== undefined || this.#waiting === undefined) return;
    this.#worker?.postMessage(this.#waiting);
    this.#waiting = undefined;
    this.#timer = setTimeout(() => this.#tire(), PATIENCE_MS);
  }

  #take(reply: Reply): void {
    if (reply.kind === 'ready') this.#isReady = true;
    else {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      // What is asked next makes this answer old.
      if (this.#waiting === undefined) this.#tell(reply);
    }
    this.#next();
  }

  #tell(reply: Exclude<Reply, { kind: 'ready' }>): void {
    if (reply.kind === 'answer') this.#listener.answered(reply.answer);
    else this.#listener.failed(`A defect of this page was met: ${reply.text}`);
  }

  #tire(): void {
    this.#restart();
    if (this.#waiting === undefined)
      this.#listener.failed(
        `This took longer than ${PATIENCE_MS / 1000} seconds and was stopped. Give it less to do: fewer rules, or rules that end sooner.`,
      );
  }

  #restart(): void {
    this.#end();
    this.#start();
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isReady = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
