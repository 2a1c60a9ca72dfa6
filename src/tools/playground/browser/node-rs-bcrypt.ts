// For @node-rs/bcrypt: its binaries run in Node alone.

import { missing } from '../missing.ts';

export async function verify(): Promise<never> {
  missing('check passwords hashed with bcrypt');
}
