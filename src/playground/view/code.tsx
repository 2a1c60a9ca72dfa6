// A line of configuration in a story, with the colours that it has in the editor.

import type { ComponentChild, JSX } from 'preact';
import { tokensOf } from '../apache/tokens.ts';

export function Code({ text }: { readonly text: string }): JSX.Element {
  const pieces: ComponentChild[] = [];
  let at = 0;
  for (const { from, to, kind } of tokensOf(text).tokens) {
    if (from > at) pieces.push(text.slice(at, from));
    pieces.push(<span class={`code-${kind}`}>{text.slice(from, to)}</span>);
    at = to;
  }
  return (
    <code>
      {pieces}
      {text.slice(at)}
    </code>
  );
}
