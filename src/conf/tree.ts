// The tree of a configuration text: directives, and sections with what stands in them. Nothing is looked up yet.

import type { LogicalLine } from './lexer.ts';

export interface DirectiveNode {
  readonly kind: 'directive';
  /** As written. */
  readonly name: string;
  /** The rest of the line. */
  readonly args: string;
  /** Where `args` begins in the line's text. */
  readonly argsAt: number;
  readonly line: LogicalLine;
}

export interface SectionNode {
  readonly kind: 'section';
  /** As written, without `<`. */
  readonly name: string;
  /** What stands between the name and the line's last `>`, trimmed. */
  readonly args: string;
  readonly argsAt: number;
  /** What stands behind the last `>`. */
  readonly tail: string;
  /** True when the opening line has no `>`. */
  readonly noBracket?: boolean;
  /** True when the text ends before the section does. */
  readonly open?: boolean;
  readonly line: LogicalLine;
  readonly children: readonly ConfNode[];
  /** The lines inside, as lexed. */
  readonly content: readonly LogicalLine[];
}

export type ConfNode = DirectiveNode | SectionNode;

/** The name as messages show it: `<Directory` for a section, as Apache's directive tables spell it. */
export function nameInMessages(node: ConfNode): string {
  return node.kind === 'section' ? `<${node.name}` : node.name;
}
