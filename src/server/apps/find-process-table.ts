// Which table of processes this system has.

import { existsSync } from 'node:fs';
import type { ProcessTable } from './process-table.ts';
import { Procfs } from './procfs.ts';
import { PsTable } from './ps-table.ts';

export function findProcessTable(): ProcessTable {
  return existsSync('/proc/self/stat') && existsSync('/proc/sys/kernel/random/boot_id')
    ? new Procfs()
    : new PsTable();
}
