// A line of Apache configuration as coloured pieces. It knows just enough for colours: names, sections, patterns with
// their groups, back-references, variables, flags, comments. The reader of configurations is in conf/.

import { groupsOf } from './groups.ts';

export type TokenKind =
  | 'comment'
  | 'directive'
  | 'section'
  | 'flags'
  | 'variable'
  | 'pattern'
  /** A capturing group of a pattern, and where it is used. */
  | `group${1 | 2 | 3 | 4 | 5}`;

export interface Token {
  readonly from: number;
  readonly to: number;
  readonly kind: TokenKind;
}

/** What a line that ends with a backslash hands to the next. */
export interface LineState {
  /** The directive that goes on, in lower case; empty at the beginning of one. */
  readonly name: string;
  /** How many words it has had. */
  readonly words: number;
}

export const FIRST_LINE: LineState = { name: '', words: 0 };

/** Longer lines have no colours: nobody reads them. */
const LONGEST = 5000;

const STATUS = /^(?:[0-9]{3}|permanent|temp|seeother|gone)$/i;

/** Which word of a directive is a pattern, counted from 1. */
const PATTERN_AT: Readonly<Record<string, number>> = {
  rewriterule: 1,
  rewritecond: 2,
  aliasmatch: 1,
  scriptaliasmatch: 1,
  proxypassmatch: 1,
  redirectmatch: 1,
  setenvif: 2,
  setenvifnocase: 2,
  browsermatch: 1,
  browsermatchnocase: 1,
};

/** The pieces of a line that have a colour, in order, and what the next line has to know. */
export function tokensOf(
  line: string,
  state: LineState = FIRST_LINE,
): { readonly tokens: readonly Token[]; readonly next: LineState } {
  const start = line.length - line.trimStart().length;
  if (state.name === '' && line[start] === '#')
    return { tokens: [{ from: start, to: line.length, kind: 'comment' }], next: FIRST_LINE };
  const isContinued = /(?:^|[^\\])\\$/.test(line);
  if (line.length > LONGEST) return { tokens: [], next: isContinued ? state : FIRST_LINE };
  const { tokens, end } = wordTokens(line, state);
  return { tokens: [...tokens, ...sectionEnd(line, end, tokens)], next: isContinued ? end : FIRST_LINE };
}

function wordTokens(
  line: string,
  state: LineState,
): { readonly tokens: readonly Token[]; readonly end: LineState } {
  const tokens: Token[] = [];
  let { name, words } = state;
  for (const { from, to } of wordsOf(line)) {
    const text = line.slice(from, to);
    if (name === '') {
      tokens.push({ from, to, kind: text.startsWith('<') ? 'section' : 'directive' });
      name = text.toLowerCase();
      continue;
    }
    // `RedirectMatch 301 ^/old`: a status may stand before the pattern.
    if (name === 'redirectmatch' && words === 0 && STATUS.test(text)) continue;
    words += 1;
    tokens.push(...argumentTokens({ name, words, from, text }));
  }
  return { tokens, end: { name, words } };
}

/** The bracket that closes `<Name …>`, where it is not part of the name. */
function sectionEnd(line: string, { name }: LineState, tokens: readonly Token[]): Token[] {
  const to = line.trimEnd().length;
  if (!name.startsWith('<') || line[to - 1] !== '>' || tokens.at(-1)?.to === to) return [];
  return [{ from: to - 1, to, kind: 'section' }];
}

/** Words of a line, quotation marks left away. */
function* wordsOf(line: string): Iterable<{ from: number; to: number }> {
  for (const found of line.matchAll(/"((?:\\.|[^"\\])*)"?|'((?:\\.|[^'\\])*)'?|(?:\\.|[^\s\\]|\\(?!$))+/g)) {
    const quoted = found[1] ?? found[2];
    const from = found.index + (quoted === undefined ? 0 : 1);
    yield { from, to: from + (quoted ?? found[0]).length };
  }
}

interface Argument {
  readonly name: string;
  readonly words: number;
  readonly from: number;
  readonly text: string;
}

function argumentTokens({ name, words, from, text }: Argument): Token[] {
  if (/^rewrite(?:rule|cond)$/.test(name) && words > 2 && text.startsWith('['))
    return [{ from, to: from + text.length, kind: 'flags' }];
  if (PATTERN_AT[name] === words && !isTest(name, text)) return patternTokens(from, text);
  return referenceTokens(from, text);
}

/** `-f`, `=x`, `<5`: a condition that is no pattern. */
function isTest(name: string, text: string): boolean {
  return name === 'rewritecond' && /^!?(?:-[a-zA-Z]{1,2}$|[<>=])/.test(text);
}

function patternTokens(from: number, text: string): Token[] {
  const shift = text.startsWith('!') ? 1 : 0;
  const owner: TokenKind[] = new Array<TokenKind>(text.length).fill('pattern');
  for (const group of groupsOf(text.slice(shift)))
    owner.fill(groupKind(group.number), group.from + shift, group.to + shift);
  const tokens: Token[] = [];
  for (let at = 0; at < owner.length; ) {
    const start = at;
    while (at < owner.length && owner[at] === owner[start]) at += 1;
    tokens.push({ from: from + start, to: from + at, kind: owner[start]! });
  }
  return tokens;
}

/** There are five colours; later groups take them again. */
export function groupKind(number: number): TokenKind {
  return `group${(((number - 1) % 5) + 1) as 1 | 2 | 3 | 4 | 5}`;
}

function referenceTokens(from: number, text: string): Token[] {
  return [...text.matchAll(/[%$]\{[^}]*\}?|[$%]([0-9])|\\./g)]
    .filter(([found]) => !found.startsWith('\\'))
    .map(({ 0: found, 1: number, index }) => ({
      from: from + index,
      to: from + index + found.length,
      kind: number === undefined || number === '0' ? 'variable' : groupKind(Number(number)),
    }));
}
