// What the requests of a log have come to, so that those that are the same to the configuration are run once. Two are the
// same when method, URL and host are, and whatever else the first one's way has looked at.

import type { LoggedRequest } from './access-log.ts';
import { READ_ADDRESS, READ_AGENT, READ_REFERER } from './watch.ts';

/** Different URLs that are remembered; the oldest are forgotten first. */
const MOST_URLS = 50_000;
/** Requests that are remembered of one URL. */
const MOST_OF_ONE = 256;

/** Longer fields, and bytes that no field may have, are the parser's to refuse. */
const PLAIN_FIELD = /^[\x20-\x7e]{1,500}$/;
const PLAIN_ADDRESS = /^[0-9a-fA-F.:]{1,64}$/;

interface Known<T> {
  /** What its requests have looked at, each sum once. */
  readonly reads: number[];
  readonly results: Map<string, T>;
}

export class Remembered<T> {
  readonly #known: Map<string, Known<T>> = new Map();

  /** What the same request has come to; undefined where none has been kept. */
  recall(request: LoggedRequest): T | undefined {
    const known = this.#known.get(urlKey(request));
    if (known === undefined) return undefined;
    for (const reads of known.reads) {
      const result = known.results.get(readKey(request, reads));
      if (result !== undefined) return result;
    }
    return undefined;
  }

  /** `reads`: what the request's way has looked at (watch.ts). */
  keep(request: LoggedRequest, reads: number, result: T): void {
    if (!isPlain(request)) return;
    const key = urlKey(request);
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= MOST_URLS) this.#known.delete(this.#known.keys().next().value!);
      known = { reads: [], results: new Map() };
      this.#known.set(key, known);
    }
    if (known.results.size >= MOST_OF_ONE) return;
    if (!known.reads.includes(reads)) known.reads.push(reads);
    known.results.set(readKey(request, reads), result);
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
  let key = String(reads);
  if (reads & READ_ADDRESS) key += `\n${remote}`;
  if (reads & READ_AGENT) key += `\n${agent}`;
  if (reads & READ_REFERER) key += `\n${referer}`;
  return key;
}
