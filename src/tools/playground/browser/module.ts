// For node:module: which packages are installed is asked for drivers of databases alone.

import { missing } from '../missing.ts';

export function createRequire(): { resolve(): never } {
  return { resolve: () => missing('ask databases') };
}
