// Holds the answers of a run against the expected ones and says in lines where they part.
import { comparableLines } from './comparison.ts';
import type { CaseAnswer } from './run-case.ts';

/** The differences, request by request: `-` expected, `+` answered. Undefined where all agree. */
export function describeDifference(
  expected: readonly CaseAnswer[],
  actual: readonly CaseAnswer[],
): string | undefined {
  const blocks: string[] = [];
  for (let at = 0; at < Math.max(expected.length, actual.length); at++) {
    const block = describeOne(expected[at], actual[at]);
    if (block !== undefined) blocks.push(block);
  }
  return blocks.length === 0 ? undefined : blocks.join('\n');
}

function describeOne(expected: CaseAnswer | undefined, actual: CaseAnswer | undefined): string | undefined {
  const request = expected?.request ?? actual?.request ?? '';
  if (expected === undefined) return `--- ${request}\nnot expected:\n${indent('+ ', actual?.lines ?? [])}`;
  if (actual === undefined) return `--- ${request}\nno answer, expected:\n${indent('- ', expected.lines)}`;
  if (expected.request !== actual.request)
    return `--- ${expected.request}\nthe recorded request is another one: ${actual.request} (record again)`;
  const lines = comparableLines(expected.lines, actual.lines);
  if (lines.expected.join('\n') === lines.actual.join('\n')) return undefined;
  return `--- ${request}\n${diffLines(lines.expected, lines.actual)}`;
}

function indent(mark: string, lines: readonly string[]): string {
  return lines.map((line) => `${mark}${line}`).join('\n');
}

/** A line diff by longest common subsequence; inputs are the few lines of one answer. */
export function diffLines(before: readonly string[], after: readonly string[]): string {
  const lengths = commonLengths(before, after);
  const out: string[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const skipBefore = lengths[i + 1]?.[j] ?? -1;
    const skipAfter = lengths[i]?.[j + 1] ?? -1;
    if (i < before.length && j < after.length && before[i] === after[j]) {
      out.push(`  ${before[i]}`);
      i++;
      j++;
    } else if (j >= after.length || (i < before.length && skipBefore >= skipAfter))
      out.push(`- ${before[i++]}`);
    else out.push(`+ ${after[j++]}`);
  }
  return out.join('\n');
}

function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const table = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      table[i]![j] =
        before[i] === after[j]
          ? (table[i + 1]?.[j + 1] ?? 0) + 1
          : Math.max(table[i + 1]?.[j] ?? 0, table[i]?.[j + 1] ?? 0);
  return table;
}
