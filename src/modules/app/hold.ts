// Getting a process for a request: at once where one is ready, else by waiting as long as the kind of the request is
// good for. Owns the waiting and its ends; the queue and the processes are the server's.

import { andThen, type Soon } from '../../kit/wait.ts';
import type { AppLease, AppRefusal, Apps, AppWait } from '../../request/apps.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { ClientWatcher } from '../../request/transport.ts';
import type { Verdict } from '../../request/verdict.ts';
import { answerPage, refuse } from './answers.ts';
import type { AppEntry } from './config.ts';
import { isPageRequest } from './kind.ts';

/**
 * How long a browser's page request waits before it gets the waiting page, milliseconds: applications that start quickly
 * are shown at once, and nobody looks at an empty window for longer.
 */
const GRACE_MS = 1000;

/** A process for the request, the answer that takes its place, or that the client has gone. */
export type Held = AppLease | Verdict | 'client-gone';

/** One request that waits, and its client. */
class HeldRequest implements ClientWatcher {
  readonly #x: Exchange;
  readonly #wait: AppWait;
  #isGone = false;

  constructor(x: Exchange, wait: AppWait) {
    this.#x = x;
    this.#wait = wait;
  }

  /** The client has said its last byte: it may wait for the answer, or have gone away. */
  get maybeGone(): boolean {
    return this.#x.transport.isInputOver === true;
  }

  async outcome(): Promise<AppLease | AppRefusal | 'client-gone'> {
    const { transport } = this.#x;
    transport.watch(this);
    const outcome = await this.#wait.result;
    transport.unwatch(this);
    if (!this.#isGone) return outcome;
    if (outcome.kind === 'lease') outcome.release();
    return 'client-gone';
  }

  onClientGone(): void {
    this.#isGone = true;
    this.#wait.cancel();
  }
}

/** Those that wait for one application. */
const heldOf: WeakMap<AppEntry, Set<HeldRequest>> = new WeakMap();

/** Asks for a process. `since`: when the request began to wait, for one that asks again. */
export function hold(x: Exchange, entry: AppEntry, since: number): Soon<Held> {
  const { apps } = x.site;
  const { name } = entry.spec;
  if (apps === undefined) {
    const why = `no server is there to start app ${name}`;
    return refuse(x, { kind: 'refusal', cause: 'gone', why, retryAfter: 60 });
  }
  const isPage = entry.waitingPage.kind !== 'off' && x.errorStatus === 0 && isPageRequest(x);
  const answered = (outcome: AppLease | AppRefusal | 'client-gone'): Held => {
    if (outcome === 'client-gone' || outcome.kind === 'lease') return outcome;
    return isPage && outcome.cause !== 'gone' ? answerPage(x, entry, outcome, apps) : refuse(x, outcome);
  };
  const asked = acquire(apps, entry, patience(x, entry, isPage, since));
  return asked.kind === 'wait' ? andThen(wait(x, entry, asked), answered) : answered(asked);
}

/** A full queue has room where somebody in it has probably gone away. */
function acquire(apps: Apps, entry: AppEntry, milliseconds: number): AppLease | AppRefusal | AppWait {
  const { name } = entry.spec;
  const asked = apps.acquire(name, milliseconds);
  if (asked.kind !== 'refusal' || asked.cause !== 'queue-full') return asked;
  for (const held of heldOf.get(entry) ?? []) {
    if (!held.maybeGone) continue;
    held.onClientGone();
    return apps.acquire(name, milliseconds);
  }
  return asked;
}

async function wait(
  x: Exchange,
  entry: AppEntry,
  asked: AppWait,
): Promise<AppLease | AppRefusal | 'client-gone'> {
  const all: Set<HeldRequest> = heldOf.get(entry) ?? new Set();
  heldOf.set(entry, all);
  const held = new HeldRequest(x, asked);
  all.add(held);
  try {
    return await held.outcome();
  } finally {
    all.delete(held);
  }
}

/** Milliseconds that the request may wait. */
function patience(x: Exchange, { spec }: AppEntry, isPage: boolean, since: number): number {
  // The page for an error is wanted now, and must not wait for what has just failed.
  if (x.errorStatus !== 0) return 0;
  const most = isPage ? Math.min(spec.hold, GRACE_MS) : spec.hold;
  return Math.max(0, most - (x.site.io.now() - since));
}
