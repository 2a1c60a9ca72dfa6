// `${NAME}` in a line: a Define, else the process environment, else left as it is.

import { LogicalLine, type Piece } from './lexer.ts';

export interface VariableLookup {
  find(name: string): string | undefined;
  /** Told of a name that is neither defined nor in the environment; `offset` is where its `$` stands. */
  missing(name: string, offset: number): void;
}

/** The line with its variables replaced. Names with a colon are look-ups of rewrite maps and stay silent. */
export function resolveVariables(line: LogicalLine, variables: VariableLookup): LogicalLine {
  if (!line.text.includes('${')) return line;
  const { text } = line;
  const pieces: Piece[] = [];
  let out = '';
  let copied = 0;
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', at)) {
    const end = text.indexOf('}', at + 2);
    if (end < 0) break;
    const name = text.slice(at + 2, end);
    const value = variables.find(name);
    if (value === undefined) {
      if (!name.includes(':')) variables.missing(name, at);
    } else {
      pieces.push(...movePieces(line, copied, at, out.length));
      out += text.slice(copied, at);
      pieces.push({ at: out.length, from: line.offsetInSource(at), replaced: true });
      out += value;
      copied = end + 1;
    }
    at = end + 1;
  }
  if (copied === 0) return line;
  pieces.push(...movePieces(line, copied, text.length, out.length));
  return new LogicalLine(line.source, out + text.slice(copied), pieces);
}

/** The pieces of `line` between two offsets, for a text where the first of them stands at `at`. */
function movePieces(line: LogicalLine, start: number, end: number, at: number): Piece[] {
  const moved: Piece[] = [{ at, from: line.offsetInSource(start) }];
  for (const piece of line.pieces) {
    if (piece.at > start && piece.at < end) moved.push({ ...piece, at: at + piece.at - start });
  }
  return moved;
}
