// The two ways a regular expression can fail: when it is read, and when a match takes too long.

/** The pattern cannot be used; the message names the construct, `offset` is where it stands in the source. */
export class RegexSyntaxError extends Error {
  override readonly name = 'RegexSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} (at offset ${offset})`);
    this.offset = offset;
  }
}

/** A match was given up because it needed more steps than allowed, as PCRE does at its match limit. */
export class RegexLimitError extends Error {
  override readonly name = 'RegexLimitError';

  constructor() {
    super('the match needed more steps than the match limit allows');
  }
}
