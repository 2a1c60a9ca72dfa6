// The conditions of Apache 2.2 and older (`SSILegacyExprParser on`): words with variables, comparisons, `/regex/`,
// `!`, `&&`, `||`, brackets, and `-A` for a URL that may be asked for.

import { compileRegex, RegexSyntaxError } from '../../kit/regex/index.ts';

/** What a condition asks of its document. */
export interface LegacyHost {
  expand(text: string): string;
  /** `-A`: a request for the URL would be allowed. */
  isAccessible(uri: string): Promise<boolean>;
  matched(groups: readonly (string | undefined)[] | undefined, source: string): void;
}

/** The condition is none; the message is Apache's, less the file. */
export class LegacyError extends Error {}

type Kind =
  | 'string'
  | 'regex'
  | 'and'
  | 'or'
  | 'not'
  | 'eq'
  | 'ne'
  | 'ge'
  | 'le'
  | 'gt'
  | 'lt'
  | 'open'
  | 'close'
  | 'access';

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

type Node =
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'not'; readonly of: Node }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'compare'; readonly operator: Kind; readonly left: string; readonly right: string }
  | { readonly kind: 'match'; readonly negated: boolean; readonly left: string; readonly regex: string }
  | { readonly kind: 'access'; readonly uri: string };

const OPERATORS: readonly (readonly [string, Kind])[] = [
  ['(', 'open'],
  [')', 'close'],
  ['==', 'eq'],
  ['=', 'eq'],
  ['!=', 'ne'],
  ['!', 'not'],
  ['||', 'or'],
  ['&&', 'and'],
  ['>=', 'ge'],
  ['>', 'gt'],
  ['<=', 'le'],
  ['<', 'lt'],
  ['-A', 'access'],
];

const ENDS_WORD = /[\s()=!<>]/;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (at >= text.length) return tokens;
    const operator = OPERATORS.find(([spelling]) => text.startsWith(spelling, at));
    if (operator !== undefined) {
      tokens.push({ kind: operator[1], text: operator[0] });
      at += operator[0].length;
      continue;
    }
    const isRegex = text[at] === '/' && tokens.at(-1)?.kind !== 'access';
    const quote = isRegex ? '/' : text[at] === "'" ? "'" : '';
    const word = quote === '' ? readWord(text, at) : readQuoted(text, at + 1, quote);
    tokens.push({ kind: isRegex ? 'regex' : 'string', text: word.text });
    at = word.end;
  }
}

/** Apache: what is not closed is empty. */
function readQuoted(text: string, start: number, quote: string): { text: string; end: number } {
  let out = '';
  for (let at = start; at < text.length; at++) {
    if (text[at] === quote) return { text: out, end: at + 1 };
    if (text[at] === '\\' && at + 1 < text.length) at++;
    out += text[at];
  }
  return { text: '', end: text.length };
}

function readWord(text: string, start: number): { text: string; end: number } {
  let out = '';
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at]!;
    const isDouble = (char === '|' || char === '&') && text[at + 1] === char;
    if (at > start && (isDouble || ENDS_WORD.test(char))) break;
    if (char === '\\' && at + 1 < text.length) at++;
    out += text[at];
  }
  return { text: out, end: at };
}

const COMPARISONS: ReadonlySet<Kind> = new Set(['eq', 'ne', 'ge', 'le', 'gt', 'lt']);
const DEEPEST = 200;

/** or and and bind alike, and from right to left, as in Apache: `a && b || c` is `a && (b || c)`. */
class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** Undefined for a text of blanks: it is false. */
  parse(): Node | undefined {
    if (this.#tokens.length === 0) return undefined;
    const node = this.#list();
    if (this.#at < this.#tokens.length)
      this.#fail(this.#peek() === 'close' ? `AH03189: Unmatched ')' in "${this.#text}"` : undefined);
    return node;
  }

  #peek(): Kind | undefined {
    return this.#tokens[this.#at]?.kind;
  }

  #fail(message = `AH03188: Invalid expression "${this.#text}"`): never {
    throw new LegacyError(message);
  }

  #list(): Node {
    if (++this.#depth > DEEPEST) this.#fail();
    const left = this.#operand();
    const kind = this.#peek();
    let node = left;
    if (kind === 'and' || kind === 'or') {
      this.#at++;
      node = { kind, left, right: this.#list() };
    }
    this.#depth--;
    return node;
  }

  #operand(): Node {
    const kind = this.#peek();
    if (kind === 'string') return this.#comparison();
    this.#at++;
    if (kind === 'not') return { kind: 'not', of: this.#negated() };
    if (kind === 'access') return { kind: 'access', uri: this.#uri() };
    if (kind !== 'open') return this.#fail();
    const inside = this.#list();
    if (this.#peek() !== 'close') this.#fail(`AH03191: Unmatched '(' in "${this.#text}"`);
    this.#at++;
    return inside;
  }

  #negated(): Node {
    if (++this.#depth > DEEPEST) this.#fail();
    const node = this.#operand();
    this.#depth--;
    return node;
  }

  #uri(): string {
    if (this.#peek() !== 'string')
      this.#fail(`AH01335: Invalid expression "${this.#text}": Token '-A' must be followed by a URI string.`);
    return this.#words();
  }

  /** Words beside each other are one, with blanks between. */
  #words(): string {
    let text = '';
    for (; this.#peek() === 'string'; this.#at++) {
      const word = this.#tokens[this.#at]!.text;
      text += text === '' ? word : ` ${word}`;
    }
    return text;
  }

  #comparison(): Node {
    const left = this.#words();
    const operator = this.#peek();
    if (operator === undefined || !COMPARISONS.has(operator)) return { kind: 'string', text: left };
    this.#at++;
    if (this.#peek() === 'string') return { kind: 'compare', operator, left, right: this.#words() };
    if (this.#peek() !== 'regex' || (operator !== 'eq' && operator !== 'ne')) return this.#fail();
    return { kind: 'match', negated: operator === 'ne', left, regex: this.#tokens[this.#at++]!.text };
  }
}

/** Evaluates a condition; throws LegacyError. */
export async function evaluateLegacy(text: string, host: LegacyHost): Promise<boolean> {
  const node = new Parser(text).parse();
  return node !== undefined && (await evaluate(node, host, hasRegex(node)));
}

/** Apache: with a regular expression in it, the whole condition is evaluated, for the groups. */
function hasRegex(node: Node): boolean {
  if (node.kind === 'not') return hasRegex(node.of);
  if (node.kind === 'and' || node.kind === 'or') return hasRegex(node.left) || hasRegex(node.right);
  return node.kind === 'match';
}

async function evaluate(node: Node, host: LegacyHost, isWhole: boolean): Promise<boolean> {
  switch (node.kind) {
    case 'string':
      return host.expand(node.text) !== '';
    case 'not':
      return !(await evaluate(node.of, host, isWhole));
    case 'access':
      return host.isAccessible(host.expand(node.uri));
    case 'compare':
      return compare(node.operator, host.expand(node.left), host.expand(node.right));
    case 'match':
      return matches(host.expand(node.left), host.expand(node.regex), host) !== node.negated;
    default: {
      const left = await evaluate(node.left, host, isWhole);
      const isSettled = left === (node.kind === 'or');
      if (isSettled && !isWhole) return left;
      const right = await evaluate(node.right, host, isWhole);
      return node.kind === 'and' ? left && right : left || right;
    }
  }
}

function compare(operator: Kind, left: string, right: string): boolean {
  switch (operator) {
    case 'eq':
      return left === right;
    case 'ne':
      return left !== right;
    case 'ge':
      return left >= right;
    case 'gt':
      return left > right;
    case 'le':
      return left <= right;
    default:
      return left < right;
  }
}

function matches(text: string, source: string, host: LegacyHost): boolean {
  try {
    const regex = compileRegex(source);
    const match = regex.exec(text);
    host.matched(match === null ? undefined : match.groups, source);
    return match !== null;
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    // Apache: a pattern that is none counts as a match.
    return true;
  }
}
