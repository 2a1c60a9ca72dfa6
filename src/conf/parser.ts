// Logical lines to a tree. Reports every wrong closing and goes on with what was most likely meant.

import { equalsIgnoreCase } from '../kit/ascii.ts';
import type { Diagnostic } from '../kit/diagnostic.ts';
import type { ConfCode } from './codes.ts';
import { isConditional } from './conditions.ts';
import { isBlank, type LogicalLine, readLines, trimBlanks } from './lexer.ts';
import type { Source } from './source.ts';
import type { ConfNode, DirectiveNode, SectionNode } from './tree.ts';
import { readWord } from './words.ts';

export interface ParseResult {
  readonly nodes: readonly ConfNode[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Sections deeper than this are refused, so that walking the tree cannot exhaust the stack. */
export const maxNesting = 100;

/** A section while its content is read. */
interface OpenSection {
  readonly node: SectionNode & { children: ConfNode[]; content: readonly LogicalLine[]; open?: boolean };
  readonly firstLine: number;
}

/** Parses a whole text; never throws. A section left open by the text's end is closed there. */
export function parseSource(source: Source): ParseResult {
  const { lines, diagnostics } = readLines(source);
  const parser = new Parser(lines);
  parser.run();
  return { nodes: parser.roots, diagnostics: [...diagnostics, ...parser.diagnostics] };
}

/** A line that opens a section, or a directive. A name in quotes never opens a section. */
export function parseLine(line: LogicalLine): DirectiveNode | SectionNode {
  if (line.text.startsWith('<')) return parseOpening(line);
  const { text: name, next } = readWord(line.text)!;
  return { kind: 'directive', name, args: line.text.slice(next), argsAt: next, line };
}

function parseOpening(line: LogicalLine): SectionNode {
  const { text } = line;
  const name = firstWord(text);
  const glued = name.endsWith('>');
  const from = glued ? name.length - 1 : readWord(text)!.next;
  const to = text.lastIndexOf('>');
  const noBracket = to < from;
  const node = {
    kind: 'section' as const,
    name: name.slice(1, glued ? -1 : undefined),
    args: trimBlanks(text.slice(from, noBracket ? undefined : to)),
    argsAt: from,
    tail: noBracket ? '' : trimBlanks(text.slice(to + 1)),
    line,
    children: [],
    content: [],
  };
  return noBracket ? { ...node, noBracket } : node;
}

class Parser {
  readonly roots: ConfNode[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #lines: readonly LogicalLine[];
  readonly #stack: OpenSection[] = [];
  #tooDeep = 0;

  constructor(lines: readonly LogicalLine[]) {
    this.#lines = lines;
  }

  run(): void {
    for (const [index, line] of this.#lines.entries()) {
      if (line.text.startsWith('</')) this.#close(line, index);
      else this.#add(parseLine(line), index);
    }
    while (this.#stack.length > 0) this.#leaveOpen();
  }

  #add(node: ConfNode, index: number): void {
    if (node.kind === 'directive') {
      this.#into().push(node);
      return;
    }
    if (this.#stack.length >= maxNesting) {
      if (this.#tooDeep++ === 0)
        this.#report('conf/nesting-depth', node.line, `Sections nest more than ${maxNesting} deep`);
      return;
    }
    const open = { node: { ...node, children: [] as ConfNode[] }, firstLine: index + 1 };
    this.#into().push(open.node);
    this.#stack.push(open);
  }

  #into(): ConfNode[] {
    return this.#stack.at(-1)?.node.children ?? this.roots;
  }

  #close(line: LogicalLine, index: number): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep--;
      return;
    }
    const word = firstWord(line.text);
    if (!word.endsWith('>')) {
      const message = `${word}> directive missing closing '>'`;
      this.#report('conf/missing-bracket', line, message);
    }
    const name = word.slice(2).replace(/>$/, '');
    this.#closeNamed(name, line, index);
  }

  #closeNamed(name: string, line: LogicalLine, index: number): void {
    const top = this.#stack.at(-1);
    if (!top) {
      this.#report('conf/unexpected-close', line, `</${name}> without matching <${name}> section`);
      return;
    }
    if (equalsIgnoreCase(top.node.name, name)) {
      this.#end(index);
      return;
    }
    const { line: opening } = top.node;
    this.#report('conf/unexpected-close', line, `Expected </${top.node.name}> but saw </${name}>`, {
      why: `<${top.node.name}> was opened on line ${opening.placeAt().line}.`,
    });
    if (!this.#stack.some((open) => equalsIgnoreCase(open.node.name, name))) return;
    while (!equalsIgnoreCase(this.#stack.at(-1)!.node.name, name)) this.#end(index);
    this.#end(index);
  }

  #end(index: number): void {
    const closed = this.#stack.pop()!;
    closed.node.content = this.#lines.slice(closed.firstLine, index);
  }

  #leaveOpen(): void {
    const { node } = this.#stack.at(-1)!;
    node.open = true;
    this.#end(this.#lines.length);
    if (isConditional(node.name)) return;
    const { file, line } = node.line.placeAt();
    this.#report('conf/section-not-closed', node.line, `${file}:${line}: <${node.name}> was not closed.`);
  }

  #report(code: ConfCode, line: LogicalLine, message: string, more: { why?: string } = {}): void {
    const length = line.text.length;
    this.diagnostics.push({ code, severity: 'error', place: line.placeAt(), message, length, ...more });
  }
}

/** The first word of a section's opening or closing line, taken without quoting. */
function firstWord(text: string): string {
  let end = 0;
  while (end < text.length && !isBlank(text.charCodeAt(end))) end++;
  return text.slice(0, end);
}
