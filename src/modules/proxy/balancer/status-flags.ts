// The state of a worker in letters, as BalancerMember's `status=`, the balancer-manager and server-status show it:
// one bit each, with Apache's letters, names and order.

/** Bits of a worker's state. */
export const FLAG = {
  INITIALIZED: 0x0001,
  IGNORE_ERRORS: 0x0002,
  DRAIN: 0x0004,
  GENERIC: 0x0008,
  IN_SHUTDOWN: 0x0010,
  DISABLED: 0x0020,
  STOPPED: 0x0040,
  IN_ERROR: 0x0080,
  HOT_STANDBY: 0x0100,
  FREE: 0x0200,
  HC_FAIL: 0x0400,
  HOT_SPARE: 0x0800,
} as const;

/** A worker with one of these gets no requests. */
export const NOT_USABLE: number =
  FLAG.IN_SHUTDOWN | FLAG.DISABLED | FLAG.STOPPED | FLAG.IN_ERROR | FLAG.HC_FAIL;

interface FlagName {
  readonly bit: number;
  readonly letter: string;
  /** As pages show it. */
  readonly name: string;
}

const NAMES: readonly FlagName[] = [
  { bit: FLAG.INITIALIZED, letter: 'O', name: 'Init' },
  { bit: FLAG.IGNORE_ERRORS, letter: 'I', name: 'Ign' },
  { bit: FLAG.DRAIN, letter: 'N', name: 'Drn' },
  { bit: FLAG.GENERIC, letter: 'G', name: 'Gen' },
  { bit: FLAG.IN_SHUTDOWN, letter: 'U', name: 'Shut' },
  { bit: FLAG.DISABLED, letter: 'D', name: 'Dis' },
  { bit: FLAG.STOPPED, letter: 'S', name: 'Stop' },
  { bit: FLAG.IN_ERROR, letter: 'E', name: 'Err' },
  { bit: FLAG.HOT_STANDBY, letter: 'H', name: 'Stby' },
  { bit: FLAG.HOT_SPARE, letter: 'R', name: 'Spar' },
  { bit: FLAG.FREE, letter: 'F', name: 'Free' },
  { bit: FLAG.HC_FAIL, letter: 'C', name: 'HcFl' },
];

/** The bit of a letter, whatever its case; undefined when there is none. */
export function flagOfLetter(letter: string): number | undefined {
  const upper = letter.toUpperCase();
  return NAMES.find((name) => name.letter === upper)?.bit;
}

/** The names of all bits that are set, each followed by a space, as Apache's pages show them. */
export function nameFlags(status: number): string {
  const shown = NAMES.filter(({ bit }) => (status & bit) !== 0)
    .map(({ name }) => `${name} `)
    .join('');
  return shown === '' ? '??? ' : shown;
}

/**
 * The state that a `status=` value makes of `status`: letters behind `+` (or nothing) are set, behind `-` cleared, and
 * a sign holds until the next. Undefined when a letter is none.
 */
export function applyStatus(status: number, value: string): number | undefined {
  let result = status;
  let sets = true;
  for (let at = 0; at < value.length; at++) {
    if (value[at] === '+' || value[at] === '-') {
      sets = value[at] === '+';
      at += 1;
    }
    const bit = flagOfLetter(value[at] ?? '');
    if (bit === undefined) return undefined;
    result = sets ? result | bit : result & ~bit;
  }
  return result;
}
