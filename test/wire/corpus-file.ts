// Reads the `.wire` files of the corpus: messages as bytes, and beside each what the RFCs say about it
// (test/wire/README.md). Owns their syntax; what a verdict means is verdict.ts.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Expectation, readExpectation } from './expectation.ts';
import { expandEach, readText } from './notation.ts';

/** The programs whose answers stand beside the corpus. */
export type Oracle = 'apache' | 'llhttp';

export const ORACLES: readonly Oracle[] = ['apache', 'llhttp'];

/** One message, or what is to be one, with everything that follows it on the connection. */
export interface WireEntry {
  readonly place: string;
  readonly section: Section;
  /** The line it comes from, as written: several entries come from one line with `{each …}`. */
  readonly line: string;
  /** The same with one byte in the place of `{each …}`; names the entry within its section. */
  readonly label: string;
  readonly bytes: Buffer;
  readonly expected: Expectation;
  /** Why portico may be more lenient than an oracle here. */
  readonly reasons: Reasons;
}

export interface Section {
  readonly file: string;
  readonly name: string;
  readonly source: string;
  readonly side: 'requests' | 'responses';
  /** The method of the request that a response answers. */
  readonly method: string;
  readonly reasons: Reasons;
}

/** A reason holds for the answers that it names: a word of a refusal, `closed`, `more` or `clean`. */
export interface Reason {
  readonly answers: readonly string[];
  readonly text: string;
}

export type Reasons = Readonly<Partial<Record<Oracle, Reason>>>;

const FOLDER = join(import.meta.dirname, 'corpus');

/** The `.wire` files, with their paths below the corpus. */
export function wireFiles(): string[] {
  return readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.wire'))
    .sort();
}

/** The path of a file of the corpus. */
export function wirePath(file: string): string {
  return join(FOLDER, file);
}

export function readWireFile(file: string): WireEntry[] {
  return parseWire(readFileSync(wirePath(file), 'latin1'), file);
}

interface Draft {
  section: Section;
  frame: string;
  reasons: Partial<Record<Oracle, Reason>>;
  entries: WireEntry[];
}

/** Parses the text of a corpus file; `file` begins with `requests/` or `responses/`. */
export function parseWire(text: string, file: string): WireEntry[] {
  const side = file.startsWith('responses/') ? 'responses' : 'requests';
  const entries: WireEntry[] = [];
  const labels = new Set<string>();
  let draft: Draft | undefined;
  for (const [at, line] of text.split('\n').entries()) {
    const place = `${file}:${at + 1}`;
    if (line === '' || line.startsWith('# ')) continue;
    if (line.startsWith('=== ')) {
      draft = beginSection(line.slice(4), { file, side, place, labels });
      continue;
    }
    if (draft === undefined) throw new Error(`${place}: a line before the first section`);
    const made = readLine(line, draft, place).filter((entry) => isNew(entry, labels));
    draft.entries.push(...made);
    entries.push(...made);
  }
  return entries;
}

/** What `{each …}` makes is left out where it stands in the section by itself; any other repetition is a mistake. */
function isNew({ section, label, line, bytes, place }: WireEntry, seen: Set<string>): boolean {
  const key = `${section.name}\n${bytes.toString('latin1')}`;
  if (!seen.has(key)) {
    seen.add(key);
    return true;
  }
  if (label === line) throw new Error(`${place}: these bytes stand in the section already`);
  return false;
}

interface Beginning {
  readonly file: string;
  readonly side: Section['side'];
  readonly place: string;
  readonly labels: Set<string>;
}

function beginSection(text: string, { file, side, place, labels }: Beginning): Draft {
  const [name = '', source = ''] = text.split(' | ');
  if (name === '' || !/RFC \d{4} section|Apache/.test(source))
    throw new Error(`${place}: a section needs a name and a source: === NAME | RFC 9112 section N`);
  if (labels.has(name)) throw new Error(`${place}: a second section '${name}'`);
  labels.add(name);
  const reasons: Partial<Record<Oracle, Reason>> = {};
  return {
    section: { file, name, source, side, method: 'GET', reasons },
    frame: '{}',
    reasons,
    entries: [],
  };
}

function readLine(line: string, draft: Draft, place: string): WireEntry[] {
  if (line.includes(' => ')) return readEntry(line, draft, place);
  const [, word, rest = ''] = /^ *(frame|to|than) (.*)$/.exec(line) ?? [];
  if (word === 'frame') draft.frame = rest;
  else if (word === 'to') draft.section = { ...draft.section, method: rest };
  else if (word === 'than') addReason(line, draft, place);
  else throw new Error(`${place}: neither an entry nor anything else: ${line}`);
  return [];
}

const REASON = /^( *)than (apache|llhttp)((?: \w+)+): (.*(?:RFC \d{4} section|Apache).*)$/;

/** An indented reason is that of the entry before it, another one the whole section's. */
function addReason(line: string, draft: Draft, place: string): void {
  const [, indent, oracle, answers = '', text = ''] = REASON.exec(line) ?? [];
  if (oracle === undefined) throw new Error(`${place}: a reason names an oracle, its answers, and a source`);
  const last = draft.entries.at(-1);
  if (indent !== '' && last === undefined) throw new Error(`${place}: a reason without an entry`);
  const holders: { reasons: Partial<Record<Oracle, Reason>> }[] =
    indent === '' ? [draft] : draft.entries.filter((one) => one.place === last?.place);
  for (const { reasons } of holders) reasons[oracle as Oracle] = { answers: answers.trim().split(' '), text };
}

function readEntry(line: string, { section, frame }: Draft, place: string): WireEntry[] {
  const arrow = line.lastIndexOf(' => ');
  const text = line.slice(0, arrow).trimEnd();
  const expected = readExpectation(line.slice(arrow + 4), place);
  return expandEach(text, place).map((label) => ({
    place,
    section,
    line: text,
    label,
    bytes: Buffer.from(
      readText(
        frame.replace('{}', () => label),
        place,
      ),
      'latin1',
    ),
    expected,
    reasons: {},
  }));
}
