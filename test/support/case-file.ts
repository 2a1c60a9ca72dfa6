// Reads `.case` files: configuration, files and requests of a comparison with Apache, as described in
// test/conformance/README.md. Owns the sections and their order; what a placeholder stands for is
// case-site.ts, what is compared is comparison.ts.
import { readFileSync } from 'node:fs';
import { type Comparison, compareEverything, readComparisonLine } from './comparison.ts';
import { type RequestTemplate, readGetLine, undoEscapes } from './request-template.ts';

/** A file, directory or link below the root of a case. Texts still hold their placeholders. */
export type Entry =
  | { readonly kind: 'file'; readonly path: string; readonly mode: number; readonly text: string }
  | { readonly kind: 'raw file'; readonly path: string; readonly mode: number; readonly text: string }
  | { readonly kind: 'dir'; readonly path: string; readonly mode: number }
  | { readonly kind: 'link'; readonly path: string; readonly target: string };

export type Step =
  | { readonly kind: 'request'; readonly request: RequestTemplate }
  | { readonly kind: 'write'; readonly path: string; readonly text: string };

export interface CannedResponse {
  readonly name: string;
  readonly text: string;
  readonly isRaw: boolean;
}

export interface Case {
  readonly file: string;
  readonly name: string;
  /** The remarks, for the failure message. */
  readonly note: string;
  readonly hasPrelude: boolean;
  /** The lines of `=== modules`, in order. */
  readonly modules: readonly string[];
  readonly conf: string;
  readonly entries: readonly Entry[];
  readonly canned: readonly CannedResponse[];
  readonly steps: readonly Step[];
  readonly comparison: Comparison;
  readonly isConfigtest: boolean;
}

interface Section {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly options: ReadonlySet<string>;
  readonly rest: string;
  readonly lines: readonly string[];
  readonly line: number;
}

interface Draft {
  note: string[];
  hasPrelude: boolean;
  modules: string[];
  conf: string[];
  entries: Entry[];
  canned: CannedResponse[];
  steps: Step[];
  comparison: Comparison;
  isConfigtest: boolean;
}

/** Reads the cases of a file. Throws with file and line where the text is not understood. */
export function readCaseFile(file: string): Case[] {
  return parseCases(readFileSync(file, 'latin1'), file);
}

/** Parses the text of a case file; `file` is only for messages and names. */
export function parseCases(text: string, file: string): Case[] {
  const shared: Section[] = [];
  const cases: { name: string; sections: Section[] }[] = [];
  for (const section of splitSections(text, file)) {
    const current = cases.at(-1);
    if (section.keyword === 'case') cases.push({ name: section.rest, sections: [section] });
    else (current?.sections ?? shared).push(section);
  }
  const names = new Set<string>();
  return cases.map(({ name, sections }) => {
    if (name === '' || names.has(name)) throw new Error(`${file}: case without a name of its own: '${name}'`);
    names.add(name);
    return buildCase(file, name, [...shared, ...sections]);
  });
}

function splitSections(text: string, file: string): Section[] {
  const sections: { head: string; lines: string[]; line: number }[] = [];
  for (const [index, line] of text.replace(/\r\n/g, '\n').split('\n').entries()) {
    const current = sections.at(-1);
    if (line.startsWith('=== ')) sections.push({ head: line.slice(4).trim(), lines: [], line: index + 1 });
    else if (current !== undefined) current.lines.push(line);
    else if (line.trim() !== '') throw new Error(`${file}:${index + 1}: text before the first section`);
  }
  return sections.map(({ head, lines, line }) => readSectionHead(head, withoutTrailingBlanks(lines), line));
}

function readSectionHead(head: string, lines: readonly string[], line: number): Section {
  const [keyword = '', ...all] = head.split(/\s+/);
  return {
    keyword,
    words: all.filter((word) => !word.startsWith('--')),
    options: new Set(all.filter((word) => word.startsWith('--'))),
    rest: head.slice(keyword.length).trim(),
    lines,
    line,
  };
}

function withoutTrailingBlanks(lines: readonly string[]): string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === '') end--;
  return lines.slice(0, end);
}

function buildCase(file: string, name: string, sections: readonly Section[]): Case {
  const draft: Draft = {
    note: [],
    hasPrelude: true,
    modules: [],
    conf: [],
    entries: [],
    canned: [],
    steps: [],
    comparison: compareEverything,
    isConfigtest: false,
  };
  for (const section of sections) {
    const add = SECTIONS[section.keyword];
    if (add === undefined) throw new Error(`${file}:${section.line}: unknown section '${section.keyword}'`);
    try {
      add(draft, section);
    } catch (error) {
      throw new Error(`${file}:${section.line}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return {
    file,
    name,
    ...draft,
    note: draft.note.join('\n'),
    conf: draft.conf.map((line) => `${line}\n`).join(''),
  };
}

const SECTIONS: Readonly<Record<string, (draft: Draft, section: Section) => void>> = {
  case: (draft, section) => void draft.note.push(...section.lines),
  note: (draft, section) => void draft.note.push(...section.lines),
  conf: (draft, section) => void draft.conf.push(...section.lines),
  modules: (draft, section) => void draft.modules.push(section.rest),
  prelude: (draft) => {
    draft.hasPrelude = false;
  },
  file: (draft, section) => {
    const isRaw = section.options.has('--raw');
    const text = isRaw ? section.lines.join('\n') : textOf(section);
    draft.entries.push({
      kind: isRaw ? 'raw file' : 'file',
      path: firstWord(section),
      mode: modeOf(section, '644'),
      text,
    });
  },
  htaccess: (draft, section) => {
    const directory = section.words[0];
    const path = directory === undefined ? 'htdocs/.htaccess' : `htdocs/${directory}/.htaccess`;
    draft.entries.push({ kind: 'file', path, mode: 0o644, text: textOf(section) });
  },
  tree: (draft, section) => {
    for (const name of section.lines.join(' ').split(/\s+/).filter(Boolean))
      draft.entries.push({ kind: 'file', path: `htdocs/${name}`, mode: 0o644, text: `FILE ${name}\n` });
  },
  dir: (draft, section) =>
    void draft.entries.push({ kind: 'dir', path: firstWord(section), mode: modeOf(section, '755') }),
  link: (draft, section) => {
    const target = section.words[1];
    if (target === undefined) throw new Error('a link needs a target');
    draft.entries.push({ kind: 'link', path: firstWord(section), target });
  },
  backend: (draft, section) => {
    const isRaw = section.options.has('--raw');
    const text = isRaw ? section.lines.join('\n') : textOf(section);
    draft.canned.push({ name: firstWord(section), text, isRaw });
  },
  get: (draft, section) => {
    const isNew = section.options.has('--new-connection');
    for (const line of section.lines.filter((text) => text.trim() !== ''))
      draft.steps.push({ kind: 'request', request: readGetLine(line, isNew) });
  },
  request: (draft, section) => {
    const { options } = section;
    const request: RequestTemplate = {
      kind: options.has('--raw') ? 'raw' : 'lines',
      label: `${section.lines[0] ?? ''}${section.lines.length > 1 ? ' ...' : ''}`,
      text: section.lines.join('\n'),
      isNewConnection: options.has('--new-connection'),
      needsContentLength: options.has('--cl'),
    };
    draft.steps.push({ kind: 'request', request });
  },
  write: (draft, section) =>
    void draft.steps.push({ kind: 'write', path: firstWord(section), text: textOf(section) }),
  compare: (draft, section) => {
    for (const line of section.lines.filter((text) => text.trim() !== ''))
      draft.comparison = readComparisonLine(draft.comparison, line.trim());
  },
  configtest: (draft) => {
    draft.isConfigtest = true;
  },
};

function textOf(section: Section): string {
  return section.lines.map((line) => `${line}\n`).join('');
}

function firstWord(section: Section): string {
  const word = section.words[0];
  if (word === undefined) throw new Error(`'${section.keyword}' needs a name`);
  return undoEscapes(word);
}

function modeOf(section: Section, fallback: string): number {
  const mode = section.words[1] ?? fallback;
  if (!/^[0-7]{3,4}$/.test(mode)) throw new Error(`'${mode}' is not a file mode`);
  return Number.parseInt(mode, 8);
}
