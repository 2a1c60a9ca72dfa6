// For node:dns/promises: a page cannot ask for names and addresses.

import { missing } from '../missing.ts';

export async function lookup(): Promise<never> {
  missing('look up the addresses of a host');
}

export async function reverse(): Promise<never> {
  missing('look up the name of an address');
}
