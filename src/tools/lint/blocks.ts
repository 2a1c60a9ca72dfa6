// A configuration as blocks of lines: what stands where, after <IfModule>, Include and macros have been resolved.

import type { ConfNode, DirectiveNode, SectionNode } from '../../conf/tree.ts';
import { splitWords } from '../../conf/words.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { keepPatience } from './patience.ts';

export type BlockKind =
  | 'server'
  | 'virtualhost'
  | 'htaccess'
  | 'directory'
  | 'location'
  | 'files'
  | 'if'
  | 'proxy'
  | 'limit'
  | 'require'
  | 'other';

/** A directive where it stands. */
export interface Line {
  readonly kind: 'line';
  /** In lower case. */
  readonly name: string;
  readonly words: readonly string[];
  readonly node: DirectiveNode;
  readonly block: Block;
}

/** A section, the whole of a server's configuration, or an .htaccess file. */
export interface Block {
  readonly kind: BlockKind;
  /** In lower case: `directorymatch`; empty for a whole file. */
  readonly name: string;
  readonly words: readonly string[];
  /** Undefined for a whole file. */
  readonly node: SectionNode | undefined;
  readonly parent: Block | undefined;
  readonly lines: readonly Line[];
  readonly blocks: readonly Block[];
}

interface GrowingBlock extends Block {
  readonly lines: Line[];
  readonly blocks: Block[];
}

const KINDS: ReadonlyMap<string, BlockKind> = new Map([
  ['virtualhost', 'virtualhost'],
  ['directory', 'directory'],
  ['directorymatch', 'directory'],
  ['location', 'location'],
  ['locationmatch', 'location'],
  ['files', 'files'],
  ['filesmatch', 'files'],
  ['if', 'if'],
  ['elseif', 'if'],
  ['else', 'if'],
  ['proxy', 'proxy'],
  ['proxymatch', 'proxy'],
  ['limit', 'limit'],
  ['limitexcept', 'limit'],
  ['requireall', 'require'],
  ['requireany', 'require'],
  ['requirenone', 'require'],
]);

/** The blocks of a tree as read. */
export function readBlocks(tree: readonly ConfNode[], kind: 'server' | 'htaccess'): Block {
  return fill({ kind, name: '', words: [], node: undefined, parent: undefined, lines: [], blocks: [] }, tree);
}

function fill(block: GrowingBlock, nodes: readonly ConfNode[]): Block {
  for (const node of nodes) {
    const words = splitWords(node.args).map((word) => word.text);
    const name = lowerAscii(node.name);
    if (node.kind === 'directive') block.lines.push({ kind: 'line', name, words, node, block });
    else {
      const kind = KINDS.get(name) ?? 'other';
      const inner: GrowingBlock = { kind, name, words, node, parent: block, lines: [], blocks: [] };
      block.blocks.push(fill(inner, node.children));
    }
  }
  return block;
}

/** The block and all in it, outermost first. */
export function blocksIn(block: Block): readonly Block[] {
  keepPatience();
  return [block, ...block.blocks.flatMap(blocksIn)];
}

/** The lines of that name (in lower case) in a block itself. */
export function linesNamed(block: Block, ...names: readonly string[]): readonly Line[] {
  keepPatience();
  return block.lines.filter((line) => names.includes(line.name));
}

/** The same, with what stands in <RequireAll>, <Limit> and their kin. */
export function linesOfAccess(block: Block, ...names: readonly string[]): readonly Line[] {
  const inside = block.blocks.filter(({ kind }) => kind === 'require' || kind === 'limit');
  return [...linesNamed(block, ...names), ...inside.flatMap((inner) => linesOfAccess(inner, ...names))];
}

/** The server, virtual host or .htaccess file that a block belongs to. */
export function homeOf(block: Block): Block {
  let at = block;
  while (at.parent !== undefined && at.kind !== 'virtualhost') at = at.parent;
  return at;
}

/** The last word on something in a block: of several such lines, the last. */
export function lastLine(block: Block, name: string): Line | undefined {
  return linesNamed(block, name).at(-1);
}
