// What somebody should know about a line.

import type { Diagnostic } from '../../kit/diagnostic.ts';
import type { Severity } from './check.ts';

export interface Finding {
  /** The id of a check, or the code of what the reader says (`conf/unknown-directive`). */
  readonly id: string;
  readonly severity: Severity;
  /** As the one printer draws it. */
  readonly diagnostic: Diagnostic;
}
