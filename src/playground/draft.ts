// What a visitor has put into the page: plain values, as the fields hold them, and the question that they come to.

import type { PlayQuestion } from '../tools/playground/play.ts';

/** The fields of the page. Header lines are one text, a field a line. */
export interface Draft extends Omit<PlayQuestion, 'headers'> {
  readonly headers: string;
}

export const EMPTY_DRAFT: Draft = {
  kind: 'htaccess',
  text: '',
  folder: '',
  url: 'http://www.example.com/',
  method: 'GET',
  headers: '',
  remote: '',
  files: '',
  apache: '',
};

/** The most characters of a field, here and in a link. */
export const MOST_CHARACTERS: Readonly<Record<keyof Draft, number>> = {
  kind: 20,
  text: 200_000,
  folder: 500,
  url: 8_000,
  method: 40,
  headers: 20_000,
  remote: 100,
  files: 50_000,
  apache: 20,
};

/** What the fields come to, or what is wrong with them. */
export function questionOf(draft: Draft): PlayQuestion | string {
  const long = (Object.keys(MOST_CHARACTERS) as (keyof Draft)[]).find(
    (field) => draft[field].length > MOST_CHARACTERS[field],
  );
  if (long !== undefined)
    return `${NAMES[long]}: more than ${MOST_CHARACTERS[long].toLocaleString('en')} characters are not looked at here. portico explain takes files of any size.`;
  const headers: [string, string][] = [];
  for (const line of draft.headers.split('\n')) {
    if (line.trim() === '') continue;
    const found = HEADER.exec(line);
    if (found === null) return `Header lines: “${line.trim()}” is no header line. Write Name: value.`;
    headers.push([found[1]!, found[2]!]);
  }
  if (draft.url.trim() === '') return 'URL: write http://host/path, or a path from /.';
  return { ...draft, url: urlOf(draft), folder: folderOf(draft), headers };
}

const NAMES: Readonly<Record<keyof Draft, string>> = {
  kind: 'Kind',
  text: 'The configuration',
  folder: 'Folder',
  url: 'URL',
  method: 'Method',
  headers: 'Header lines',
  remote: 'Client address',
  files: 'Files that exist',
  apache: 'Apache release',
};

const HEADER = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)\s*$/;

/** `www.example.com/path` as browsers take it, too. */
function urlOf({ url }: Draft): string {
  const text = url.trim();
  return /^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?::\d+)?(?:[/?]|$)/i.test(text) ? `http://${text}` : text;
}

/** `/blog`, `blog` and `blog/` mean the same. */
function folderOf({ kind, folder }: Draft): string {
  const path = kind === 'htaccess' ? folder.trim().replace(/^\/+|\/+$/g, '') : '';
  return path === '' ? '' : `${path}/`;
}
