// Workers: a backend as the configuration names it, with its parameters. A request belongs to the worker whose URL is
// its longest prefix; without one, to the generic reverse worker. Connections are the pool's.

import { parseOrigin, splitUrl } from './target.ts';
import type { WorkerParameters } from './worker-parameters.ts';

export class Worker {
  /** Canonical URL, `unix:` part included. */
  readonly name: string;
  readonly params: WorkerParameters = {};
  /** The name without a `unix:` part. */
  readonly url: string;
  /** Path of the unix socket, if it is one. */
  readonly socket: string | undefined;

  constructor(name: string) {
    const split = splitSocket(name);
    this.name = name;
    this.url = split.url;
    this.socket = split.socket;
  }
}

function splitSocket(name: string): { readonly socket: string | undefined; readonly url: string } {
  const bar = name.startsWith('unix:') ? name.indexOf('|') : -1;
  return bar < 0 ? { socket: undefined, url: name } : { socket: name.slice(5, bar), url: name.slice(bar + 1) };
}

/** Serves what no configured worker does: [P] rules to other hosts, `http://$1/` targets. */
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
  const origin = parseOrigin(split.scheme, split.authority, undefined);
  const shown = origin?.authority ?? split.authority.toLowerCase();
  const unix = split.socket === undefined ? '' : `unix:${split.socket}|`;
  return `${unix}${split.scheme}://${shown}${split.rest || emptyPath}`;
}

/** The worker that serves URLs of that name already (Apache: worker sharing), or a new one at the end of the list. */
export function shareWorker(workers: Worker[], name: string): { worker: Worker; isNew: boolean } {
  const known = findWorker(workers, name);
  if (known !== GENERIC_WORKER) return { worker: known, isNew: false };
  return { worker: addWorker(workers, name), isNew: true };
}

/** A worker of exactly that name. */
export function ownWorker(workers: Worker[], name: string): { worker: Worker; isNew: boolean } {
  const known = workers.find((worker) => worker.name === name);
  if (known !== undefined) return { worker: known, isNew: false };
  return { worker: addWorker(workers, name), isNew: true };
}

function addWorker(workers: Worker[], name: string): Worker {
  const worker = new Worker(name);
  workers.push(worker);
  return worker;
}

/** The worker for a canonical URL (`unix:` part included): the longest whose name begins it. */
export function findWorker(workers: readonly Worker[], url: string): Worker {
  let best = GENERIC_WORKER;
  let length = 0;
  for (let i = 0; i < workers.length; i++) {
    const worker = workers[i]!;
    if (worker.name.length > length && url.startsWith(worker.name)) {
      best = worker;
      length = worker.name.length;
    }
  }
  return best;
}
