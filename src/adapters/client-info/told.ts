// What trusted proxies say of a request, whichever family of fields they write.

import type { Authority } from '../../wire/authority.ts';
import type { Asked } from './asked.ts';
import type { IgnoredList } from './ignored.ts';
import type { Settings } from './settings.ts';
import type { Scheme } from './values.ts';
import type { Hop } from './way.ts';

export interface Told {
  /** The other end of the connection first, the client last. */
  readonly hops: readonly Hop[];
  readonly scheme?: Scheme | undefined;
  readonly authority?: Authority | undefined;
  readonly port?: number | undefined;
  readonly prefix?: string | undefined;
}

/** A request whose peer is a trusted proxy, and where to say what of it does not count. */
export interface Telling {
  readonly asked: Asked;
  readonly peer: Hop;
  readonly settings: Settings;
  readonly ignored: IgnoredList;
}
