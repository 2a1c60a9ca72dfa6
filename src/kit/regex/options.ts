// The options a pattern is read with: those given from outside, and those in force at one place of it.

/** How a pattern is read. Apache's defaults: case counts, `.` is every byte, `$` only the very end. */
export interface RegexOptions {
  readonly nocase?: boolean;
  /** `.` matches a newline too; default true. */
  readonly dotAll?: boolean;
  /** `$` does not match before a last newline; default true. */
  readonly dollarEndOnly?: boolean;
  readonly extended?: boolean;
  readonly multiline?: boolean;
}

/** The options in force at one place of the pattern. */
export interface Flags {
  readonly nocase: boolean;
  readonly dotAll: boolean;
  readonly dollarEndOnly: boolean;
  readonly multiline: boolean;
  readonly extended: boolean;
  readonly extendedMore: boolean;
  readonly ungreedy: boolean;
  readonly noAutoCapture: boolean;
  readonly duplicateNames: boolean;
}

/** The options a pattern begins with. */
export function initialFlags(options: RegexOptions): Flags {
  return {
    nocase: options.nocase ?? false,
    dotAll: options.dotAll ?? true,
    dollarEndOnly: options.dollarEndOnly ?? true,
    multiline: options.multiline ?? false,
    extended: options.extended ?? false,
    extendedMore: false,
    ungreedy: false,
    noAutoCapture: false,
    duplicateNames: false,
  };
}

/** The options with those of the given letters, as in `(?imsx)`, turned on or off. */
export function withFlags(flags: Flags, letters: string, on: boolean): Flags {
  const has = (letter: string) => letters.includes(letter);
  return {
    ...flags,
    nocase: has('i') ? on : flags.nocase,
    multiline: has('m') ? on : flags.multiline,
    noAutoCapture: has('n') ? on : flags.noAutoCapture,
    dotAll: has('s') ? on : flags.dotAll,
    extended: has('x') ? on : flags.extended,
    extendedMore: has('x') ? on && has('xx') : flags.extendedMore,
    duplicateNames: has('J') ? on : flags.duplicateNames,
    ungreedy: has('U') ? on : flags.ungreedy,
  };
}
