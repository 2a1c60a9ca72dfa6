// What the requests of a log have come to, so that those that are the same to the configuration are run once. Two are the
// same when method, URL and host are, and whatever else the first one's way has looked at.

import type { LoggedRequest } from './access-log.ts';
import { TwoGenerations } from './two-generations.ts';
import { READ_ADDRESS, READ_AGENT, READ_REFERER } from './watch.ts';

/** Requests of a generation; one is some hundred bytes. */
const GENERATION = 25_000;

/** Longer fields, and bytes that no field may have, are the parser's to refuse. */
const PLAIN_FIELD = /^[\x20-\x7e]{1,500}$/;
const PLAIN_ADDRESS = /^[0-9a-fA-F.:]{1,64}$/;

export class Remembered<T> {
  readonly #results: TwoGenerations<T> = new TwoGenerations(GENERATION);
  readonly #met: TwoGenerations<true> = new TwoGenerations(GENERATION);
  /** What requests have looked at, each sum once: there are eight. */
  readonly #sums: number[] = [];
  #request: LoggedRequest | undefined = undefined;
  #key = '';

  /** What the same request has come to; undefined where none has been kept. */
  recall(request: LoggedRequest): T | undefined {
    const key = this.#keyOf(request);
    for (const reads of this.#sums) {
      const result = this.#results.get(key + readKey(request, reads));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** Has a request for the same URL, perhaps of another client, been asked about here? */
  hasMet(request: LoggedRequest): boolean {
    const key = this.#keyOf(request);
    const isKnown = this.#met.get(key) === true;
    if (!isKnown) this.#met.set(key, true);
    return isKnown;
  }

  /** `reads`: what the request's way has looked at (watch.ts). */
  keep(request: LoggedRequest, reads: number, result: T): void {
    if (!isPlain(request)) return;
    if (!this.#sums.includes(reads)) this.#sums.push(reads);
    this.#results.set(this.#keyOf(request) + readKey(request, reads), result);
  }

  /** The same request is asked about several times, one after the other. */
  #keyOf(request: LoggedRequest): string {
    if (request !== this.#request) {
      this.#request = request;
      this.#key = urlKey(request);
    }
    return this.#key;
  }
}

/** No other field is refused, and so none that is left out of the key. */
function isPlain({ remote, agent, referer }: LoggedRequest): boolean {
  return (
    (agent === undefined || PLAIN_FIELD.test(agent)) &&
    (referer === undefined || PLAIN_FIELD.test(referer)) &&
    (remote === undefined || PLAIN_ADDRESS.test(remote))
  );
}

/** What always counts; of the other fields that they are there, and that they are no reason to refuse the request. */
function urlKey(request: LoggedRequest): string {
  const { method, target, host, port, remote, agent, referer } = request;
  const present =
    (remote === undefined ? 0 : READ_ADDRESS) |
    (agent === undefined ? 0 : READ_AGENT) |
    (referer === undefined ? 0 : READ_REFERER);
  return `${method} ${target} ${host ?? ''} ${port ?? ''} ${isPlain(request) ? present : '-'}`;
}

/** The values that were looked at. No field has a line end. */
function readKey({ remote, agent, referer }: LoggedRequest, reads: number): string {
  if (reads === 0) return '';
  let key = `\n${reads}`;
  if (reads & READ_ADDRESS) key += `\n${remote}`;
  if (reads & READ_AGENT) key += `\n${agent}`;
  if (reads & READ_REFERER) key += `\n${referer}`;
  return key;
}
