// Where something stands in the text a person wrote.

/** A place in a configuration file; `line` and `column` count from 1, columns in bytes. */
export interface Place {
  /** Its path, or the name of a text that stands for a file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** In bytes, from 1. */
  readonly column: number;
  /** The text of the whole line, for showing it with a caret. */
  readonly text: string;
  /** The Include directive that brought this file in. */
  readonly includedFrom?: Place;
}
