// The configuration as server-info shows it: file by file, with line numbers, sections around what is shown of them.

import { findReadDirective } from '../../conf/read-directives.ts';
import { type ConfNode, nameInMessages, type SectionNode } from '../../conf/tree.ts';
import { escapeHtml } from '../../request/error-page.ts';

/** Whether a directive is shown, by its name (a section's with `<`). */
export type Wanted = (name: string) => boolean;

/** Everything, or what is wanted with the sections around it. */
export function drawTree(nodes: readonly ConfNode[], wanted: Wanted = () => true): string {
  const drawing = new Drawing(wanted);
  drawing.draw(nodes, []);
  return drawing.text;
}

class Drawing {
  text = '';
  readonly #wanted: Wanted;
  #file: string | undefined = undefined;
  /** How many of the sections around the last line have been opened. */
  #open = 0;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  draw(nodes: readonly ConfNode[], around: readonly SectionNode[]): void {
    for (const node of nodes) {
      if (node.kind === 'section' && node.children.length > 0) this.#drawSection(node, around);
      else if (this.#isShown(node)) {
        this.#openAround(around);
        this.#line(
          node,
          around.length,
          `${escapeHtml(nameInMessages(node))} <i>${argsOf(node)}</i></tt></dd>\n`,
        );
      }
    }
  }

  /** Apache's tree has no lines that were carried out while it was read. */
  #isShown(node: ConfNode): boolean {
    if (node.kind === 'directive' && findReadDirective(node.name) !== undefined) return false;
    return this.#wanted(nameInMessages(node));
  }

  #drawSection(node: SectionNode, around: readonly SectionNode[]): void {
    this.draw(node.children, [...around, node]);
    if (this.#open <= around.length) return;
    this.#open = around.length;
    this.#line(node, around.length, `&lt;/${escapeHtml(node.name)}&gt;</tt></dd>`, 0);
  }

  #openAround(around: readonly SectionNode[]): void {
    for (const [depth, section] of around.entries()) {
      if (depth < this.#open) continue;
      this.#line(section, depth, `${escapeHtml(nameInMessages(section))} ${argsOf(section)}</tt></dd>\n`);
    }
    this.#open = around.length;
  }

  #line(node: ConfNode, depth: number, text: string, number?: number): void {
    const { file, line } = node.line.placeAt();
    if (file !== this.#file) this.text += `<dd><tt><strong>In file: ${escapeHtml(file)}</strong></tt></dd>\n`;
    this.#file = file;
    const digits = String((number ?? line) || '')
      .padStart(4)
      .replaceAll(' ', '&nbsp;');
    this.text += `<dd><tt>${digits}:&nbsp;${'&nbsp;&nbsp;'.repeat(depth)}${text}`;
  }
}

function argsOf(node: ConfNode): string {
  return escapeHtml(node.kind === 'section' ? `${node.args}>` : node.args);
}
