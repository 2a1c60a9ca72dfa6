// How closely the server looks at its deadlines: often enough that the shortest time a configuration gives is kept to
// within a fifth or so, and no oftener.

import { TICK_MS } from '../kit/ticker.ts';
import type { CoreServerConfig } from '../request/core-config.ts';

const SHORTEST_TICK_MS = 10;

/** Milliseconds between two looks. */
export function paceFor(servers: readonly CoreServerConfig[]): number {
  // Other times are whole seconds.
  const times = servers.map(({ keepAliveTimeout }) => keepAliveTimeout || TICK_MS * 5);
  return Math.max(SHORTEST_TICK_MS, Math.min(TICK_MS, ...times.map((time) => Math.floor(time / 5))));
}
