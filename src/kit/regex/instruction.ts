// What the matcher runs: instructions, and a whole program of them. Written by program.ts.

import type { ByteSet } from './byte-set.ts';
import type { Place } from './tree.ts';

/** One instruction; each falls through to the next unless it says otherwise. */
export type Instruction =
  | { readonly op: 'set'; readonly set: ByteSet }
  /** Takes bytes of the set as long as there are any, and never gives one back. */
  | { readonly op: 'span'; readonly set: ByteSet }
  /** Goes to `first`; if that fails, to `second`. `memo` numbers the places where failures are remembered, else -1. */
  | {
      op: 'split';
      first: number;
      second: number;
      readonly memo: number;
      readonly marks: readonly number[];
      /** Stands in a look-around: what is remembered is taken back when that succeeds. */
      readonly looking: boolean;
    }
  /** A greedy loop over a set: takes what it can, and gives back byte by byte. `memo`, `marks`, `looking` as above. */
  | {
      readonly op: 'many';
      readonly set: ByteSet;
      readonly memo: number;
      readonly marks: readonly number[];
      readonly looking: boolean;
    }
  | { op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  /** Sets a group from its noted start to here: until it is complete it keeps what it had. */
  | { readonly op: 'capture'; readonly group: number; readonly note: number }
  /** The end of a loop's turn: another turn, unless this one was empty. */
  | { readonly op: 'turn'; readonly mark: number; readonly head: number }
  | { readonly op: 'zero'; readonly slot: number }
  | { readonly op: 'increment'; readonly slot: number }
  | { op: 'count'; slot: number; min: number; max: number; lazy: boolean; exit: number }
  | { readonly op: 'place'; readonly place: Place }
  | { readonly op: 'back'; readonly width: number }
  | { readonly op: 'atom'; readonly slot: number }
  | { readonly op: 'cut'; readonly slot: number }
  | { readonly op: 'look'; readonly slot: number }
  | { readonly op: 'looked'; readonly slot: number }
  | { op: 'avoid'; slot: number; to: number }
  | { readonly op: 'avoided'; readonly slot: number }
  | { readonly op: 'reference'; readonly groups: readonly number[]; readonly nocase: boolean }
  | { op: 'call'; group: number }
  | { readonly op: 'groupEnd'; readonly group: number }
  | { op: 'ifMatched'; readonly groups: readonly number[]; otherwise: number }
  | { op: 'ifCalled'; readonly group: number; otherwise: number }
  | { readonly op: 'accept' };

export interface Program {
  readonly code: readonly Instruction[];
  /** Captures first (two for each group), then what loops, atoms and look-arounds note. */
  readonly slotCount: number;
  readonly groupCount: number;
  /** Where each group begins; 0 is the whole pattern. */
  readonly entries: readonly number[];
  /** How many bits of memory each place in the subject needs; 0 when nothing may be remembered. */
  readonly memoBits: number;
  /** The bytes a match can begin with; undefined when it can be empty. */
  readonly firstBytes: ByteSet | undefined;
  /** A match can only begin where the search begins. */
  readonly oneStart: boolean;
}
