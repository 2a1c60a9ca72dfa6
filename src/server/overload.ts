// What the operator is told when more is asked of the server than it can hold: each thing once a minute, however often
// it happens.

import { systemCode } from './start-error.ts';

const AGAIN_MS = 60_000;

/** Writes a line of the error log. */
export type LogTrouble = (text: string) => void;

export class Overload {
  readonly #log: LogTrouble;
  /** When each line was written last. */
  readonly #written: Map<string, number> = new Map();

  constructor(log: LogTrouble) {
    this.#log = log;
  }

  /** A request waits for its turn. */
  requestsWait(most: number, isConfigured: boolean): void {
    const text = isConfigured
      ? 'AH00484: server reached MaxRequestWorkers setting, consider raising the MaxRequestWorkers setting'
      : `${most} requests are answered at once, as many as the limit of open files (ulimit -n) allows: others wait`;
    this.#tell('requests', text);
  }

  /** A client was turned away, since every other one is busy. */
  clientRefused(open: number): void {
    const text = `${open} clients are being served, as many as the limit of open files (ulimit -n) allows: others are refused`;
    this.#tell('clients', text);
  }

  /** The system did not hand over a connection. */
  acceptFailed(error: Error): void {
    const reason = systemCode(error) === 'EMFILE' ? '(24)Too many open files' : error.message;
    this.#tell('accept', `${reason}: apr_socket_accept: (client socket)`);
  }

  #tell(what: string, text: string): void {
    const now = performance.now();
    const last = this.#written.get(what);
    if (last !== undefined && now - last < AGAIN_MS) return;
    this.#written.set(what, now);
    this.#log(text);
  }
}
