// The two ways an expression can fail: when it is read, and when it is run.

/** The text is no expression; the message is Apache's, `offset` is where in the text it broke. */
export class ExprSyntaxError extends Error {
  override readonly name = 'ExprSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The expression cannot be evaluated for this request, such as `file()` of a file that cannot be opened. */
export class ExprError extends Error {
  override readonly name = 'ExprError';
}
