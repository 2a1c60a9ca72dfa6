// What commands print on standard output: text, in colours where a person looks (NO_COLOR and FORCE_COLOR are heeded),
// or JSON.

import pc from 'picocolors';
import { PLAIN, type StoryPainter } from '../../tools/pen.ts';
import { readableLines } from '../../tools/readable.ts';

const isWanted = process.env.FORCE_COLOR !== undefined || process.stdout.isTTY === true;
const colors = pc.createColors(isWanted && pc.isColorSupported);

export const storyPainter: StoryPainter = colors.isColorSupported
  ? { good: colors.green, bad: colors.red, away: colors.cyan, strong: colors.bold, faint: colors.dim }
  : PLAIN;

export function printText(text: string): void {
  process.stdout.write(text);
}

/** Byte strings become the text that they spell. */
export function printJson(value: unknown): void {
  printText(`${JSON.stringify(value, readableText, 2)}\n`);
}

function readableText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? readableLines(value) : value;
}
