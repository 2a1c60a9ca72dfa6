// For node:stream: what is made of it stands between connections, and there are none.

import { missing } from '../missing.ts';

export class Duplex {
  constructor() {
    missing('open connections');
  }
}
