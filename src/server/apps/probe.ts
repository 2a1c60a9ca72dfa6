// Asks a process again and again whether it can answer, until it can. One question at a time: a process that is still
// loading is not flooded.

import type { AppEndpoint, AppProbe } from '../../request/apps.ts';
import { connectTo } from './endpoint.ts';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 100;
/** A process that takes a connection and is silent is asked anew after so long. */
const SILENT_MS = 10_000;
/** Enough for a status line. */
const MOST_BYTES = 4096;

/** Succeeds once. `failure` says why it has not yet, for people. */
export class ReadinessProbe {
  readonly #probe: AppProbe;
  readonly #endpoints: readonly AppEndpoint[];
  readonly #succeed: (endpoint: AppEndpoint) => void;
  #asked = 0;
  #pause = FIRST_PAUSE_MS;
  #timer: NodeJS.Timeout | undefined = undefined;
  #end: (() => void) | undefined = undefined;
  #isOver = false;
  /** Text is still to be printed. */
  #awaitsText: boolean;
  failure: string;

  /** The process is at one of `endpoints`: asked in turn. `succeed` is told at which. */
  constructor(probe: AppProbe, endpoints: readonly AppEndpoint[], succeed: (endpoint: AppEndpoint) => void) {
    this.#probe = probe;
    this.#endpoints = endpoints;
    this.#succeed = succeed;
    this.#awaitsText = probe.kind === 'output';
    this.failure = probe.kind === 'output' ? `it has not printed "${probe.text}"` : 'it was not asked yet';
    if (!this.#awaitsText) this.#askLater();
  }

  /** A line that the process printed. Programs say that they listen before they do: they are asked all the same. */
  line(text: string): void {
    if (!this.#awaitsText || this.#probe.kind !== 'output' || !text.includes(this.#probe.text)) return;
    this.#awaitsText = false;
    this.#ask();
  }

  stop(): void {
    this.#over(undefined);
  }

  #over(endpoint: AppEndpoint | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#end?.();
    if (endpoint !== undefined) this.#succeed(endpoint);
  }

  #askLater(): void {
    this.#timer = setTimeout(() => this.#ask(), this.#pause);
    this.#timer.unref();
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
  }

  #ask(): void {
    if (this.#isOver) return;
    const at = this.#asked++ % this.#endpoints.length;
    const endpoint = this.#endpoints[at]!;
    this.#end = askOnce(this.#probe, endpoint, (failure) => {
      this.#end = undefined;
      if (failure === undefined) this.#over(endpoint);
      else {
        // What is told is about the first: people know it.
        if (at === 0) this.failure = failure;
        if (at + 1 < this.#endpoints.length) this.#ask();
        else this.#askLater();
      }
    });
  }
}

/** One question. `answered` gets what is wrong, or undefined; never after the returned function was called. */
function askOnce(
  probe: AppProbe,
  endpoint: AppEndpoint,
  answered: (failure: string | undefined) => void,
): () => void {
  const socket = connectTo(endpoint);
  socket.unref();
  let text = '';
  let isOver = false;
  const over = (failure: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    answered(failure);
  };
  socket.setTimeout(SILENT_MS, () => over(`it has not answered within ${SILENT_MS / 1000} seconds`));
  socket.once('connect', () => {
    if (probe.kind === 'http') socket.write(requestFor(probe.path));
    else over(undefined);
  });
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1', 0, MOST_BYTES);
    if (text.includes('\n') || text.length >= MOST_BYTES) over(faultOf(text));
  });
  socket.on('end', () => over('it closed the connection without an answer'));
  socket.on('error', (error) => over(error.message));
  return () => {
    isOver = true;
    socket.destroy();
  };
}

function requestFor(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: portico-readiness\r\nConnection: close\r\n\r\n`;
}

/** Ready is 2xx and 3xx: a page that asks to log in redirects. */
function faultOf(answer: string): string | undefined {
  const status = /^HTTP\/1\.[01] ([1-5][0-9][0-9])[ \r]/.exec(answer)?.[1];
  if (status === undefined) return 'what it answered is no HTTP';
  return /^[23]/.test(status) ? undefined : `it answered with status ${status}`;
}
