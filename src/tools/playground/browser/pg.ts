// For pg.

import { missing } from '../missing.ts';

export default {
  get Pool(): never {
    return missing('ask databases');
  },
};
