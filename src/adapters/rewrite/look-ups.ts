// Requests that are only looked up, for -U, -F and look-ahead variables: what hosts ask, and the round that answers.

import type { Soon } from '../../kit/wait.ts';
import type { Attempt } from './attempt.ts';

/** Looks a URL or a file up on behalf of an attempt; the status of what comes back is 200 where it may be served. */
export interface LookUps {
  uri(x: Attempt, path: string): Soon<Attempt>;
  file(x: Attempt, path: string): Soon<Attempt>;
}
