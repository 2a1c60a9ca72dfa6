// Fields as offsets: what a parser notes while it looks at bytes, and how the HeaderList is cut from one text at the end.

import { HeaderList } from './header-list.ts';

/**
 * Cuts the fields out of `text`, whose first character stands at offset `shift`. A span is four numbers: start and end
 * of the name, start and end of the value; a name start of -1 continues the value before (obs-fold).
 */
export function collectFields(text: string, shift: number, spans: readonly number[]): HeaderList {
  const headers = new HeaderList();
  const { flat } = headers;
  for (let i = 0; i < spans.length; i += 4) {
    const value = text.slice(spans[i + 2]! - shift, spans[i + 3]! - shift);
    const name = spans[i]!;
    if (name >= 0) flat.push(text.slice(name - shift, spans[i + 1]! - shift), value);
    else flat[flat.length - 1] = joinFolded(flat[flat.length - 1]!, value);
  }
  return headers;
}

function joinFolded(value: string, continuation: string): string {
  return value === '' || continuation === '' ? value + continuation : `${value} ${continuation}`;
}
