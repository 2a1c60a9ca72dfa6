// Why the head or the body of a message was refused. A value, not an exception: bad input is not a surprise.

/** One word per reason; they never change meaning. */
export type MessageErrorCode =
  | 'wire/blank-lines'
  | 'wire/body-too-large'
  | 'wire/chunk'
  | 'wire/content-length'
  | 'wire/control-byte'
  | 'wire/field-count'
  | 'wire/field-size'
  | 'wire/field-syntax'
  | 'wire/heads'
  | 'wire/host'
  | 'wire/incomplete'
  | 'wire/late'
  | 'wire/request-line'
  | 'wire/request-line-size'
  | 'wire/target'
  | 'wire/transfer-encoding'
  | 'wire/version';

/** The answer a refused message gets: its status, and the sentence Apache puts on the page (mostly none). */
export class MessageError {
  readonly status: number;
  readonly code: MessageErrorCode;
  readonly note: string;
  /** The request line, as far as it was read, for the log. */
  requestLine = '';

  constructor(status: number, code: MessageErrorCode, note = '') {
    this.status = status;
    this.code = code;
    this.note = note;
  }
}
