// A request as it came, whatever it was made of: who is at the other end of the connection, and what the fields say.

import type { Party } from './node-identifier.ts';
import type { Scheme } from './values.ts';

export interface Asked {
  readonly peer: Party;
  /** Of this connection. */
  readonly scheme: Scheme;
  /** What Host or :authority says. */
  readonly host: string | undefined;
  /** All values of a field, joined by commas (RFC 9110 section 5.3); undefined where it is not there. Lower case. */
  field(name: string): string | undefined;
}
