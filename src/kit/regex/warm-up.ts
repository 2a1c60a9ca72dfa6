// JavaScript runs slowly until the engine under it has compiled it: the matcher's first search in a process takes
// several times as long as any later one. Whoever loads a pattern that a client could make expensive pays for that
// at load time, once.

import { runProgram } from './matcher.ts';
import { parseRegex } from './parser.ts';
import { compileProgram } from './program.ts';

/** Uses what patterns use most, and tries every state of it. */
const PATTERN = '^(?:(a|b)+?c?|(?=a)[ab]*(?>a+)\\b|(?:x*)*(d)|^e$)*!';
const SUBJECT: string = 'ab'.repeat(250);
/** So many that the optimising compiler takes part. */
const ROUNDS = 4;

let isWarm = false;

/** Runs the matcher often enough for its next search to be a quick one; only the first call does anything. */
export function warmUpMatcher(): void {
  if (isWarm) return;
  isWarm = true;
  const program = compileProgram(parseRegex(PATTERN, {}));
  for (let round = 0; round < ROUNDS; round++) runProgram(program, SUBJECT, 0);
}
