// The way of a request, walked back from the connection: as long as who stands there is trusted, the one it names comes
// next. The first who is not trusted is the client.
//
//   client ──▶ outer proxy ──▶ inner proxy ──▶ application
//   X-Forwarded-For:  whatever the client sends, client, outer proxy
//                                                 ◀── read from here

import type { IgnoredList } from './ignored.ts';
import { type Party, UNKNOWN } from './node-identifier.ts';
import type { Settings } from './settings.ts';

/** A party on the way, and whether it is a trusted proxy. */
export interface Hop extends Party {
  /** Whether `trust` has it: then the one that it names counts, too. */
  readonly isTrusted: boolean;
}

/** Who stands before the one that was named last; undefined when nobody more is named. */
export type NameNext = () => Party | undefined;

export interface Walk {
  /** The other end of the connection. */
  readonly peer: Hop;
  /** The field that names them. */
  readonly field: string;
  readonly nameNext: NameNext;
  readonly settings: Settings;
  readonly ignored: IgnoredList;
}

export function hopOf(party: Party, distance: number, { isTrusted }: Settings): Hop {
  return Object.freeze({ ...party, isTrusted: isTrusted(party, distance) });
}

/** All parties: the peer first, the client last. */
export function walkBack({ peer, field, nameNext, settings, ignored }: Walk): readonly Hop[] {
  const hops = [peer];
  while (hops.at(-1)?.isTrusted === true) {
    const party = nameNext();
    if (party === undefined) break;
    if (hops.length > settings.maxHops) {
      ignored.add(field, party.name, `more than ${settings.maxHops} trusted proxies (maxHops)`);
      hops.push(NOBODY);
    } else hops.push(hopOf(party, hops.length, settings));
  }
  return Object.freeze(hops);
}

const NOBODY: Hop = Object.freeze({ ...UNKNOWN, isTrusted: false });

/** How many proxies have said something: all parties but the last one, and at least the peer. */
export function speakersOf(hops: readonly Hop[]): number {
  return Math.max(hops.length - 1, 1);
}
