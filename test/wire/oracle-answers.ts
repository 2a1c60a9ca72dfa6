// The `.oracles` files beside the corpus: what Apache and llhttp made of each entry. Recorded, never edited; one line
// for an entry, and for `{each …}` one line for all bytes that are answered alike.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { ORACLES, type Oracle, type WireEntry, wirePath } from './corpus-file.ts';
import { expandEach } from './notation.ts';
import { readVerdict, type Verdict, writeVerdict } from './verdict.ts';

export type OracleVerdicts = Readonly<Record<Oracle, Verdict>>;

export interface OracleAnswers {
  /** Which programs answered, with their versions. */
  readonly origin: Readonly<Record<Oracle, string>>;
  readonly byEntry: ReadonlyMap<string, OracleVerdicts>;
}

/** Names an entry within its file. */
export function keyOf({ section, label }: WireEntry): string {
  return `${section.name}\n${label}`;
}

function answersPath(file: string): string {
  return wirePath(file.replace(/\.wire$/, '.oracles'));
}

/** Reads the answers beside a corpus file; undefined where there are none. */
export function readOracleAnswers(file: string): OracleAnswers | undefined {
  const path = answersPath(file);
  return existsSync(path) ? parseOracleAnswers(readFileSync(path, 'latin1')) : undefined;
}

/** Parses the text of an answers file. */
export function parseOracleAnswers(text: string): OracleAnswers {
  const [first = '', ...lines] = text.split('\n');
  const [, apache = '', llhttp = ''] = /^# apache: (.*); llhttp: (.*)$/.exec(first) ?? [];
  const byEntry = new Map<string, OracleVerdicts>();
  let section = '';
  for (const line of lines) {
    if (line.startsWith('=== ')) section = line.slice(4);
    else if (line !== '') {
      const [, label = '', ...verdicts] = /^(.*) => apache (.*) => llhttp (.*)$/.exec(line) ?? [];
      const answers = { apache: readVerdict(verdicts[0] ?? ''), llhttp: readVerdict(verdicts[1] ?? '') };
      for (const one of expandEach(label, label)) byEntry.set(`${section}\n${one}`, answers);
    }
  }
  return { origin: { apache, llhttp }, byEntry };
}

/** Writes the answers beside a corpus file. */
export function writeOracleAnswers(
  file: string,
  entries: readonly WireEntry[],
  answers: readonly OracleVerdicts[],
  origin: OracleAnswers['origin'],
): void {
  writeFileSync(answersPath(file), formatOracleAnswers(entries, answers, origin), 'latin1');
}

/** The text of an answers file. */
export function formatOracleAnswers(
  entries: readonly WireEntry[],
  answers: readonly OracleVerdicts[],
  origin: OracleAnswers['origin'],
): string {
  let text = `# apache: ${origin.apache}; llhttp: ${origin.llhttp}\n`;
  let section = '';
  for (let from = 0; from < entries.length; ) {
    const { section: here, place } = entries[from]!;
    if (here.name !== section) text += `\n=== ${here.name}\n`;
    section = here.name;
    let to = from;
    while (to < entries.length && entries[to]!.place === place) to += 1;
    text += lineText(entries.slice(from, to), answers.slice(from, to));
    from = to;
  }
  return text;
}

/** What became of one line of the corpus. */
function lineText(entries: readonly WireEntry[], answers: readonly OracleVerdicts[]): string {
  const { line } = entries[0]!;
  const alike = new Map<string, WireEntry[]>();
  for (const [at, entry] of entries.entries()) {
    const told = ORACLES.map((oracle) => ` => ${oracle} ${writeVerdict(answers[at]![oracle])}`).join('');
    alike.set(told, [...(alike.get(told) ?? []), entry]);
  }
  return [...alike]
    .map(([told, some]) => `${some.length === 1 ? some[0]!.label : withBytes(line, some)}${told}\n`)
    .join('');
}

const EACH = /\{each [0-9a-f -]+\}/;

function withBytes(line: string, entries: readonly WireEntry[]): string {
  const at = line.search(EACH);
  const bytes = entries.map(({ label }) => Number.parseInt(label.slice(at + 2, at + 4), 16));
  return line.replace(EACH, () => `{each ${writeRanges(bytes)}}`);
}

function writeRanges(bytes: readonly number[]): string {
  const ranges: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    let to = from;
    while (bytes[to + 1] === bytes[to]! + 1) to += 1;
    const hex = (byte: number): string => byte.toString(16).padStart(2, '0');
    ranges.push(to === from ? hex(bytes[from]!) : `${hex(bytes[from]!)}-${hex(bytes[to]!)}`);
    from = to + 1;
  }
  return ranges.join(' ');
}
