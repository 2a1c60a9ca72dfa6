// The listeners of a server, and how they change with its Listen lines: what stays keeps its socket and loses no
// connection, and a change that cannot be made leaves everything as it was.

import type { Listen } from '../request/core-config.ts';
import { type Listener, type ListenerUser, type ListenOptions, listenKey, openListener } from './listen.ts';
import { isRoot } from './privileges.ts';
import { StartError } from './start-error.ts';

const DEFAULT_BACKLOG = 511;
/** Ports below this one are root's. */
const FIRST_FREE_PORT = 1024;

/** Between two sets of Listen lines: the new sockets are open, and nothing that can be kept has been closed. */
export interface ListenerChange {
  /** Closes what the new lines do not ask for. */
  finish(): Promise<void>;
  /** Goes back to the old lines. */
  undo(): Promise<void>;
}

export class Listeners {
  readonly #user: ListenerUser;
  #open: readonly Listener[] = [];

  constructor(user: ListenerUser) {
    this.#user = user;
  }

  get all(): readonly Listener[] {
    return this.#open;
  }

  /** The first listeners. Rejects with none open. */
  async open(listens: readonly Listen[], backlog: number = DEFAULT_BACKLOG): Promise<void> {
    this.#open = await this.#openAll(listens, { others: listens, backlog });
  }

  async close(): Promise<void> {
    for (const listener of this.#open) await listener.close();
  }

  /**
   * Opens what `wanted` adds. An old socket on the port of a new one (`Listen 127.0.0.1:8080` becomes `Listen 8080`)
   * is closed first, since the system does not let both be. Rejects with the old listeners open.
   */
  async change(wanted: readonly Listen[], backlog: number = DEFAULT_BACKLOG): Promise<ListenerChange> {
    const options = { others: wanted, backlog };
    const { kept, closed, added } = planListeners(this.#open, wanted);
    const inTheWay = closed.filter(({ listen }) => added.some(({ port }) => port === listen.port));
    const idle = closed.filter((listener) => !inTheWay.includes(listener));
    refuseRootsPorts(inTheWay);
    for (const listener of inTheWay) await listener.close();
    const goBack = async (): Promise<void> => {
      const reopened = await this.#openAll(
        inTheWay.map(({ listen }) => listen),
        options,
      );
      this.#open = [...kept, ...idle, ...reopened];
    };
    let opened: readonly Listener[];
    try {
      opened = await this.#openAll(added, options);
    } catch (error) {
      await goBack();
      throw error;
    }
    this.#open = [...kept, ...idle, ...opened];
    return {
      finish: async () => {
        this.#open = [...kept, ...opened];
        for (const listener of idle) await listener.close();
      },
      undo: async () => {
        for (const listener of opened) await listener.close();
        await goBack();
      },
    };
  }

  /** Opens a listener for each line; when one cannot be opened, those that were are closed again. */
  async #openAll(listens: readonly Listen[], options: ListenOptions): Promise<readonly Listener[]> {
    const opened: Listener[] = [];
    try {
      for (const listen of listens) opened.push(await openListener(listen, options, this.#user));
    } catch (error) {
      for (const listener of opened) await listener.close();
      throw error;
    }
    return opened;
  }
}

interface ListenerPlan {
  readonly kept: readonly Listener[];
  readonly closed: readonly Listener[];
  readonly added: readonly Listen[];
}

function planListeners(current: readonly Listener[], wanted: readonly Listen[]): ListenerPlan {
  const keys = new Set(wanted.map(listenKey));
  const kept = current.filter((listener) => keys.has(listenKey(listener.listen)));
  const keptKeys = new Set(kept.map((listener) => listenKey(listener.listen)));
  return {
    kept,
    closed: current.filter((listener) => !kept.includes(listener)),
    added: wanted.filter((listen) => !keptKeys.has(listenKey(listen))),
  };
}

/** A socket that could not be had back is not given up. */
function refuseRootsPorts(listeners: readonly Listener[]): void {
  const held = listeners.find(({ port }) => port < FIRST_FREE_PORT);
  if (held === undefined || isRoot()) return;
  throw new StartError(
    `the address of port ${held.port} cannot change while the server runs: it needs root again`,
    'Restart portico for this change.',
  );
}
