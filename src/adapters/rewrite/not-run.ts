// What of a text is not run, and matters all the same.

import type { DirectiveNode, SectionNode } from '../../conf/tree.ts';
import { splitWords } from '../../conf/words.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import { findLine } from './lines.ts';

/** Apache: without FollowSymLinks or SymLinksIfOwnerMatch rules of a folder are forbidden (AH00670). */
export function takesLinksAway({ name, args }: DirectiveNode): boolean {
  if (!equalsIgnoreCase(name, 'Options')) return false;
  const words = splitWords(args).map(({ text }) => text.toLowerCase());
  const gives = words.some((word) => /^\+?(?:followsymlinks|symlinksifownermatch|all)$/.test(word));
  return !gives && words.some((word) => /^[^-+]/.test(word) || word === '-followsymlinks');
}

/** The first rewrite directive in a section; undefined where there is none. */
export function findRules(node: SectionNode): string | undefined {
  for (const child of node.children) {
    const found = child.kind === 'section' ? findRules(child) : findLine(child.name)?.name;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What to do instead of a section that is not run. */
export function hintFor(section: string): string {
  if (equalsIgnoreCase(section, 'VirtualHost'))
    return "compile what stands inside it, with context: 'server' and documentRoot";
  return 'portico explain runs whole configurations';
}
