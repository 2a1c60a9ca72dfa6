// The recorded answers still are the oracles' answers: all of llhttp's, which is always at hand, and a sample of Apache's.

import { describe, expect, it, type TestContext } from 'vitest';
import { testWith } from '../support/parts.ts';
import { type Oracle, readWireFile, type WireEntry, wireFiles } from './corpus-file.ts';
import { startLanes } from './lanes.ts';
import { Llhttp } from './llhttp.ts';
import { keyOf, readOracleAnswers } from './oracle-answers.ts';
import { askLlhttp, askServer, oracleVersions } from './recording.ts';
import { readVerdict, type Verdict, writeVerdict } from './verdict.ts';

/** Every how many entries Apache is asked again. */
const STEP = 37;
const LANES = 24;

/** A long body stands in the answers by its length, which is not read back. */
function tell(place: string, verdict: Verdict): string {
  return `${place} ${writeVerdict(readVerdict(writeVerdict(verdict)))}`;
}

function recorded(entries: readonly WireEntry[], file: string, oracle: Oracle): string[] {
  const { byEntry } = readOracleAnswers(file)!;
  return entries.map((entry) => tell(entry.place, byEntry.get(keyOf(entry))![oracle]));
}

function told(entries: readonly WireEntry[], verdicts: readonly Verdict[]): string[] {
  return entries.map(({ place }, at) => tell(place, verdicts[at]!));
}

/** Another version may answer otherwise; then the recording is what counts. */
function skipOtherVersion(context: TestContext, oracle: Oracle): void {
  const [file = ''] = wireFiles();
  const found = oracleVersions()[oracle];
  const was = readOracleAnswers(file)?.origin[oracle];
  if (was !== found) context.skip(`recorded from ${was}; found here: ${found}`);
}

describe('what was recorded', () => {
  it('of llhttp is what it answers', async (context) => {
    skipOtherVersion(context, 'llhttp');
    const llhttp = new Llhttp();
    for (const file of wireFiles()) {
      const entries = readWireFile(file);
      const verdicts: Verdict[] = [];
      for (const entry of entries) verdicts.push(await askLlhttp(llhttp, entry));
      expect(told(entries, verdicts)).toEqual(recorded(entries, file, 'llhttp'));
    }
  });

  it('of llhttp in memory is what it answers over a socket', async () => {
    const llhttp = new Llhttp();
    const entries = wireFiles()
      .filter((file) => file.startsWith('requests/'))
      .flatMap(readWireFile)
      .filter((_, at) => at % 101 === 0);
    const bySocket: string[] = [];
    await llhttp.overSockets(async (ask) => {
      for (const { bytes } of entries) bySocket.push(writeVerdict(await ask(bytes)));
    });
    const inMemory: string[] = [];
    for (const { bytes } of entries) inMemory.push(writeVerdict(await llhttp.requests(bytes)));
    expect(entries.length).toBeGreaterThan(60);
    expect(bySocket).toEqual(inMemory);
  });

  testWith(
    ['apache2'],
    'of Apache is what it answers, in a sample',
    async (context) => {
      skipOtherVersion(context, 'apache');
      const lanes = await startLanes('apache', LANES);
      try {
        for (const file of wireFiles()) {
          const entries = readWireFile(file).filter((_, at) => at % STEP === 0);
          expect(told(entries, await askServer(lanes, entries))).toEqual(recorded(entries, file, 'apache'));
        }
      } finally {
        await lanes.close();
      }
    },
    120_000,
  );
});
