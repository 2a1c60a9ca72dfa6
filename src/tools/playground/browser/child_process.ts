// For node:child_process.

import { missing } from '../missing.ts';

export function spawn(): never {
  missing('run programs');
}
