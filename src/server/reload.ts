// Reload: listeners are matched against the new Listen lines; what stays keeps its socket and loses no connection.

import type { Socket } from 'node:net';
import type { Listen } from '../request/core-config.ts';
import { type Listener, listenKey, openListener } from './listen.ts';

/** Opens a listener for each line; when one cannot be opened, those that were are closed again. */
export async function openListeners(
  listens: readonly Listen[],
  all: readonly Listen[],
  onSocket: (socket: Socket) => void,
): Promise<Listener[]> {
  const opened: Listener[] = [];
  try {
    for (const listen of listens) opened.push(await openListener(listen, all, onSocket));
  } catch (error) {
    for (const listener of opened) await listener.close();
    throw error;
  }
  return opened;
}

/** What changes between two sets of Listen lines. */
export interface ListenerChange {
  readonly kept: readonly Listener[];
  readonly closed: readonly Listener[];
  readonly added: readonly Listen[];
}

export function planListeners(current: readonly Listener[], wanted: readonly Listen[]): ListenerChange {
  const keys = new Set(wanted.map(listenKey));
  const kept = current.filter((listener) => keys.has(listenKey(listener.listen)));
  const keptKeys = new Set(kept.map((listener) => listenKey(listener.listen)));
  return {
    kept,
    closed: current.filter((listener) => !kept.includes(listener)),
    added: wanted.filter((listen) => !keptKeys.has(listenKey(listen))),
  };
}
