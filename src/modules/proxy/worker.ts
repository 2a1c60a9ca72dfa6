// Workers: a backend as the configuration names it, with its parameters. A request belongs to the worker whose URL is
// its longest prefix; without one, to the generic reverse worker. Connections are the pool's.

import { parseOrigin, splitUrl } from './target.ts';
import type { WorkerParameters } from './worker-parameters.ts';

export class Worker {
  /** Canonical URL, `unix:` part included. */
  readonly name: string;
  /** The same without the `unix:` part: what the URLs of requests begin with. */
  readonly url: string;
  /** Path of the unix socket it is reached by. */
  readonly socket: string | undefined;
  /** It stands for the target of a pattern: `$1` in its URL stands for any text. */
  readonly isMatch: boolean;
  readonly params: WorkerParameters = {};
  /** What stands between the `$1`s; undefined where there are none. */
  readonly #pieces: readonly string[] | undefined;

  constructor(name: string, isMatch: boolean = false) {
    const bar = name.startsWith('unix:') ? name.indexOf('|') : -1;
    this.name = name;
    this.url = name.slice(bar + 1);
    this.socket = bar < 0 ? undefined : name.slice('unix:'.length, bar);
    this.isMatch = isMatch;
    this.#pieces = isMatch && /\$[0-9]/.test(this.url) ? this.url.split(/(?:\$[0-9])+/) : undefined;
  }

  /** Is this worker's URL the beginning of that one? */
  serves(url: string): boolean {
    return this.#pieces === undefined ? url.startsWith(this.url) : beginsLike(url, this.#pieces);
  }

  /** Bytes of the request are part of the URL: what is known of one request does not hold for the next. */
  get isTemplate(): boolean {
    return this.#pieces !== undefined;
  }
}

/** Does the text begin with the pieces in their order, with whatever there is between them? */
function beginsLike(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0]!;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (let i = 1; i < pieces.length; i++) {
    const found = text.indexOf(pieces[i]!, at);
    if (found < 0) return false;
    at = found + pieces[i]!.length;
  }
  return true;
}

/** Serves what no configured worker does: [P] rules to other hosts. */
export const GENERIC_WORKER: Worker = new Worker('proxy:reverse');

/** The worker name of a URL: scheme and host in lower case, default port left out; undefined when it is no URL. */
export function workerName(url: string): string | undefined {
  return nameOf(url, '/');
}

/** The same for a member of a balancer, whose URL the path of a request is put behind: no slash is added. */
export function memberName(url: string): string | undefined {
  return nameOf(url, '');
}

function nameOf(url: string, emptyPath: string): string | undefined {
  const split = splitUrl(url);
  if (split === undefined || split.authority === '') return undefined;
  // A `$1` right behind a port belongs to the path.
  const [, fixed = split.authority, captured = ''] =
    /^([^$]*:[0-9]+)(\$[0-9].*)$/.exec(split.authority) ?? [];
  const origin = parseOrigin(split.scheme, fixed, undefined);
  const shown = origin?.authority ?? fixed.toLowerCase();
  const unix = split.socket === undefined ? '' : `unix:${split.socket}|`;
  return `${unix}${split.scheme}://${shown}${captured}${split.rest || (captured === '' ? emptyPath : '')}`;
}

/**
 * The worker that serves URLs of that name already (Apache: worker sharing), or a new one at the end of the list.
 * Workers of patterns are shared among patterns only.
 */
export function shareWorker(
  workers: Worker[],
  name: string,
  isMatch: boolean = false,
): { worker: Worker; isNew: boolean } {
  const asked = new Worker(name, isMatch);
  const known = findLongest(
    workers.filter(
      (worker) =>
        worker.isMatch === isMatch &&
        // differs: "A socket is part of a worker".
        (asked.socket === undefined || worker.socket === asked.socket) &&
        (!worker.isTemplate || worker.url === asked.url),
    ),
    asked.url,
  );
  if (known !== undefined) return { worker: known, isNew: false };
  workers.push(asked);
  return { worker: asked, isNew: true };
}

function findLongest(workers: readonly Worker[], url: string): Worker | undefined {
  let best: Worker | undefined;
  let length = 0;
  for (let i = 0; i < workers.length; i++) {
    const worker = workers[i]!;
    if (worker.url.length > length && worker.serves(url)) {
      best = worker;
      length = worker.url.length;
    }
  }
  return best;
}

/**
 * The worker for the canonical URL of a request: the longest whose name begins it. Where the URL names a socket, that
 * is one of the same socket, or else one without; a URL without a socket may find a worker that has one.
 */
export function findWorker(workers: readonly Worker[], url: string, socket?: string): Worker {
  if (socket === undefined) return findLongest(workers, url) ?? GENERIC_WORKER;
  const ofSocket = workers.filter((worker) => worker.socket === socket);
  const others = workers.filter((worker) => worker.socket === undefined);
  return findLongest(ofSocket, url) ?? findLongest(others, url) ?? GENERIC_WORKER;
}
