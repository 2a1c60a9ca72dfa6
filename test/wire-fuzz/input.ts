// What the fuzzer feeds: bytes of one connection, as latin1 text, and how the parser is set up for them. Begins with
// the corpus of test/wire.

import { REQUEST_LIMITS, type RequestLimits } from '../../src/wire/request-parser.ts';
import { readWireFile, wireFiles } from '../wire/corpus-file.ts';

export interface FuzzInput {
  readonly side: 'requests' | 'responses';
  /** The method that responses answer. */
  readonly method: string;
  readonly text: string;
  readonly limits: RequestLimits;
}

/** So small that most messages touch them. */
export const TIGHT_LIMITS: RequestLimits = { requestLine: 40, fieldSize: 40, fields: 4, blankLines: 2 };

/** Longer ones cost much and say no more than the corpus itself does. */
const LONGEST_SEED = 1500;

/** The messages of the corpus, as inputs to begin with. */
export function seedInputs(): FuzzInput[] {
  return wireFiles()
    .flatMap(readWireFile)
    .filter(({ bytes }) => bytes.length <= LONGEST_SEED)
    .map(({ bytes, section: { side, method } }) => ({
      side,
      method,
      text: bytes.toString('latin1'),
      limits: REQUEST_LIMITS,
    }));
}
