// What a step of a story has to know of the page around it.

import type { Line } from '../../tools/story.ts';

export interface Surroundings {
  /** The line in the file that is shown; undefined where it stands in another one. */
  readonly own: (line: Line | undefined) => number | undefined;
  /** A file as the visitor knows it; empty for what the page itself puts around. */
  readonly shorten: (file: string) => string;
  /** Where the editor's cursor is. */
  readonly here: number;
  readonly reveal: (line: number) => void;
}
