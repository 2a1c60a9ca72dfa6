// The corpus: every message is read as the RFCs say, however its bytes come in, and nothing that both oracles refuse is
// taken. What one of them refuses is taken only with a reason beside it, and no reason stands there for nothing.

import { describe, expect, it } from 'vitest';
import { streamOf } from '../fuzz/random.ts';
import { ORACLES, type Oracle, type Reason, readWireFile, type WireEntry, wireFiles } from './corpus-file.ts';
import { differenceFrom } from './expectation.ts';
import { writeText } from './notation.ts';
import { keyOf, type OracleVerdicts, readOracleAnswers } from './oracle-answers.ts';
import { type Cuts, type ParserReading, readEntry, tellReading } from './parser-reading.ts';
import { finalVerdict, leniencyOf, type Verdict, writeVerdict } from './verdict.ts';

const SEED = 20_260_101;
const RANDOM_CUTS = 3;

const files = wireFiles().map((file) => ({ file, entries: readWireFile(file) }));

/** Between every two bytes, and at a few places of the seed's choice. */
function cutsOf({ bytes: { length } }: WireEntry, at: number): Cuts[] {
  const random = streamOf(SEED, at);
  const some = (): Cuts =>
    random.several(1, 6, () => random.between(0, length)).sort((one, other) => one - other);
  return [Array.from({ length }, (_, index) => index), ...random.several(RANDOM_CUTS, RANDOM_CUTS, some)];
}

function told(entry: WireEntry, text: string): string {
  return `${entry.place}: ${writeText(entry.bytes.toString('latin1')).slice(0, 300)}\n    ${text}`;
}

describe('the corpus', () => {
  it('is large, and has something of every topic', () => {
    const lines = new Set(files.flatMap(({ entries }) => entries.map(({ place }) => place)));
    expect(lines.size).toBeGreaterThan(3000);
    expect(files.length).toBeGreaterThan(14);
    for (const { entries } of files) expect(entries.length).toBeGreaterThan(20);
  });

  for (const { file, entries } of files) {
    it(`${file} is read as expected, whole and in any pieces`, () => {
      const wrong: string[] = [];
      for (const [at, entry] of entries.entries()) {
        const whole = readEntry(entry);
        const difference = differenceFrom(entry.expected, whole);
        if (difference !== undefined) wrong.push(told(entry, difference));
        const tells = tellReading(whole);
        for (const cuts of cutsOf(entry, at)) {
          const cut = tellReading(readEntry(entry, cuts));
          if (cut !== tells)
            wrong.push(told(entry, `cut at ${cuts.slice(0, 8)}: ${cut}\n    whole: ${tells}`));
        }
      }
      expect(wrong.slice(0, 5).join('\n')).toBe('');
    });
  }
});

/** Verdicts as they are compared: of responses only the final one counts, and its connection is over. */
function comparable(entry: WireEntry, verdict: Verdict): Verdict {
  return entry.section.side === 'requests' ? verdict : finalVerdict(verdict);
}

function leniencies(entry: WireEntry, reading: ParserReading, answers: OracleVerdicts): Map<Oracle, string> {
  const found = new Map<Oracle, string>();
  for (const oracle of ORACLES) {
    const leniency = leniencyOf(comparable(entry, reading), comparable(entry, answers[oracle]));
    if (leniency !== undefined) found.set(oracle, leniency);
  }
  return found;
}

describe('the oracles', () => {
  for (const { file, entries } of files) {
    const answers = readOracleAnswers(file)?.byEntry;

    it(`have answered to all of ${file}, and to nothing else`, () => {
      expect([...(answers?.keys() ?? [])].sort()).toEqual(entries.map(keyOf).sort());
    });

    it(`together are never stricter than portico in ${file}; one of them only for a reason`, () => {
      const wrong: string[] = [];
      const used = new Set<string>();
      for (const entry of entries) {
        const reading = readEntry(entry);
        const given = answers!.get(keyOf(entry))!;
        const lenient = leniencies(entry, reading, given);
        const tells = `${writeVerdict(reading)}; apache ${writeVerdict(given.apache)}; llhttp ${writeVerdict(given.llhttp)}`;
        if (lenient.size === ORACLES.length) wrong.push(told(entry, `more lenient than both: ${tells}`));
        for (const [oracle, leniency] of lenient) {
          const reason = reasonFor(entry, oracle, given[oracle]);
          if (reason === undefined) wrong.push(told(entry, `${leniency}, without a reason: ${tells}`));
          else used.add(`${entry.place} ${oracle}`).add(`${entry.section.name} ${oracle}`);
        }
      }
      expect(wrong.slice(0, 8).join('\n')).toBe('');
      expect(entries.flatMap((entry) => idleReasons(entry, used))).toEqual([]);
    });
  }
});

function reasonFor({ reasons, section }: WireEntry, oracle: Oracle, verdict: Verdict): Reason | undefined {
  const reason = reasons[oracle] ?? section.reasons[oracle];
  const answer = verdict.end === 'refused' ? verdict.detail.split(' ')[0]! : verdict.end;
  return reason?.answers.includes(answer) ? reason : undefined;
}

/** Reasons that explain nothing. */
function idleReasons({ place, reasons, section }: WireEntry, used: ReadonlySet<string>): string[] {
  const idle: string[] = [];
  for (const oracle of ORACLES) {
    if (reasons[oracle] !== undefined && !used.has(`${place} ${oracle}`))
      idle.push(`${place}: than ${oracle}`);
    if (section.reasons[oracle] !== undefined && !used.has(`${section.name} ${oracle}`))
      idle.push(`${section.file} ${section.name}: than ${oracle}`);
  }
  return idle;
}
