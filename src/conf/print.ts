// A read tree back to text: one directive per line, sections indented, nothing included, no conditions left.

import type { ConfNode, DirectiveNode, SectionNode } from './tree.ts';
import { quoteWord } from './words.ts';

/** Normalised configuration. Reading it gives the same tree, so long as the environment is the same. */
export function printTree(nodes: readonly ConfNode[]): string {
  return nodes.map((node) => printNode(node, '')).join('');
}

function printNode(node: ConfNode, indent: string): string {
  return node.kind === 'directive' ? printDirective(node, indent) : printSection(node, indent);
}

function printDirective(node: DirectiveNode, indent: string): string {
  const name = quoteWord(node.name);
  return node.args === '' ? `${indent}${name}\n` : `${indent}${name} ${endLine(node.args)}\n`;
}

function printSection(node: SectionNode, indent: string): string {
  const opening = node.args === '' ? `<${node.name}>` : `<${node.name} ${node.args}>`;
  const inside = node.children.map((child) => printNode(child, `${indent}  `)).join('');
  return `${indent}${opening}\n${inside}${indent}</${node.name}>\n`;
}

/** A backslash at the end of a line would join the next one; a blank behind it keeps it what it is. */
function endLine(args: string): string {
  return args.endsWith('\\') ? `${args} ` : args;
}
