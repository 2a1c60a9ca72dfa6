// Apache configuration for CodeMirror: its colours, from the pieces of tokens.ts.

import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { Tag } from '@lezer/highlight';
import { FIRST_LINE, type LineState, type Token, type TokenKind, tokensOf } from './tokens.ts';

interface ParserState {
  /** What the line before has left. */
  line: LineState;
  tokens: readonly Token[];
}

const KINDS: readonly TokenKind[] = [
  'comment',
  'directive',
  'section',
  'flags',
  'variable',
  'pattern',
  'group1',
  'group2',
  'group3',
  'group4',
  'group5',
];

/** By the names that the parser answers. A name without the sign may be one of CodeMirror's own. */
const TAGS = Object.fromEntries(KINDS.map((kind) => [nameOf(kind), Tag.define(kind)]));

function nameOf(kind: TokenKind): string {
  return `apache-${kind}`;
}

const language = StreamLanguage.define<ParserState>({
  name: 'apache',
  tokenTable: TAGS,
  languageData: { commentTokens: { line: '#' } },
  startState: () => ({ line: FIRST_LINE, tokens: [] }),
  copyState: (state) => ({ ...state }),
  blankLine(state) {
    state.line = FIRST_LINE;
  },
  token(stream, state) {
    if (stream.sol()) {
      const { tokens, next } = tokensOf(stream.string, state.line);
      state.tokens = tokens;
      state.line = next;
    }
    const token = state.tokens.find(({ to }) => to > stream.pos);
    if (token === undefined) stream.skipToEnd();
    else stream.pos = token.from > stream.pos ? token.from : token.to;
    return token === undefined || stream.pos === token.from ? null : nameOf(token.kind);
  },
});

/** The colours are the page's, which knows light and dark. */
const colours = HighlightStyle.define(
  KINDS.map((kind) => ({
    tag: TAGS[nameOf(kind)]!,
    color: `var(--code-${kind})`,
    ...(kind === 'directive' || kind === 'section' ? { fontWeight: '600' } : {}),
  })),
);

export function apache(): LanguageSupport {
  return new LanguageSupport(language, syntaxHighlighting(colours));
}
