// How much the process can hold at once, by the number of files and sockets it may have open. What would not fit waits
// or takes the place of something idle, so that a flood of clients leaves descriptors for backends, files and logs.

import { readdirSync, readFileSync } from 'node:fs';

export interface Capacity {
  /** Client connections. */
  readonly connections: number;
  /** Requests that are answered at once: each may need one more descriptor, to a backend or a file. */
  readonly requests: number;
}

/** Two thirds are for clients, a quarter for what their requests need, the rest for scripts and what a reload opens. */
export function capacityFor(descriptors: number): Capacity {
  return {
    connections: Math.max(1, Math.floor((descriptors * 2) / 3)),
    requests: Math.max(1, Math.floor(descriptors / 4)),
  };
}

/** How many more files and sockets this process may open. */
export function freeDescriptors(): number {
  return descriptorLimit() - readdirSync('/dev/fd').length;
}

/** What `ulimit -n` says for this process; Node has raised it as far as it may. */
function descriptorLimit(): number {
  const found = /^Max open files\s+(\d+)/m.exec(processLimits());
  if (found !== null) return Number(found[1]);
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = Number(userLimits?.open_files?.soft);
  return soft > 0 ? soft : Number.POSITIVE_INFINITY;
}

function processLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'latin1');
  } catch {
    return '';
  }
}
