// For @photostructure/sqlite.

import { missing } from '../missing.ts';

export class DatabaseSync {
  constructor() {
    missing('ask databases');
  }
}
