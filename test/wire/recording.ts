// Asks the oracles about the corpus: llhttp in this process, a real Apache on loopback.

import { part } from '../support/programs.ts';
import { readWireFile, type WireEntry } from './corpus-file.ts';
import { askLanes, type Lanes } from './lanes.ts';
import { LLHTTP_VERSION, Llhttp } from './llhttp.ts';
import { type OracleAnswers, type OracleVerdicts, writeOracleAnswers } from './oracle-answers.ts';
import type { Verdict } from './verdict.ts';

export { wireFiles } from './corpus-file.ts';
export { startLanes } from './lanes.ts';

/** Who answers on this machine. */
export function oracleVersions(): OracleAnswers['origin'] {
  return { apache: `Apache/${part('apache2')?.version ?? '?'}`, llhttp: LLHTTP_VERSION };
}

/** What llhttp makes of an entry. */
export function askLlhttp(llhttp: Llhttp, { bytes, section }: WireEntry): Promise<Verdict> {
  return section.side === 'requests' ? llhttp.requests(bytes) : llhttp.responses(bytes, section.method);
}

/** What the server of the lanes makes of the entries. */
export async function askServer(lanes: Lanes, entries: readonly WireEntry[]): Promise<Verdict[]> {
  const asked = await askLanes(lanes, entries, (lane, { bytes, section }) =>
    section.side === 'requests' ? lane.askRequests(bytes, false) : lane.askResponses(bytes, section.method),
  );
  return asked.map(({ verdict }) => verdict);
}

/** Records the answers of both oracles beside a corpus file; answers how many entries it has. */
export async function recordWireFile(file: string, apache: Lanes): Promise<number> {
  const entries = readWireFile(file);
  const llhttp = new Llhttp();
  const fromApache = await askServer(apache, entries);
  const answers: OracleVerdicts[] = [];
  for (const [at, entry] of entries.entries())
    answers.push({ apache: fromApache[at]!, llhttp: await askLlhttp(llhttp, entry) });
  writeOracleAnswers(file, entries, answers, oracleVersions());
  return entries.length;
}
