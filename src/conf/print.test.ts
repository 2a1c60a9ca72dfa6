import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleModule } from '../../test/support/sample-module.ts';
import { createMemoryIo } from './memory-io.ts';
import { printTree } from './print.ts';
import { readTree } from './site.ts';
import type { ConfNode } from './tree.ts';

function read(text: string): readonly ConfNode[] {
  return readTree({ sources: [{ name: 'f', text }], modules: [sampleModule()], io: createMemoryIo({}) }).tree;
}

/** The tree without where it was written. */
function shape(nodes: readonly ConfNode[]): unknown {
  return nodes.map((node) => [
    node.kind,
    node.name,
    node.args,
    node.kind === 'section' ? shape(node.children) : [],
  ]);
}

describe('printTree', () => {
  it('indents sections, and leaves out conditions, comments and continuations', () => {
    const text =
      '# c\nNote  a \\\n  "b"\n<IfModule mod_sample.c>\n<Directory "/a b" >\n<Files x>\nNone\n</files>\n</Directory>\n</IfModule>';
    expect(printTree(read(text))).toBe(
      'Note a   "b"\n<Directory "/a b">\n  <Files x>\n    None\n  </Files>\n</Directory>\n',
    );
  });

  it('does not let a backslash at the end of a line join the next', () => {
    expect(printTree(read('Note a\\ \nNone'))).toBe('Note a\\ \nNone\n');
  });

  it('gives text that is read as the same tree', () => {
    const line = fc.string({
      unit: fc.constantFrom('Note', 'a', ' ', '"', "'", '\\', '#', '>', '<', '\t', `\${x}`, '\xa0', '\xff'),
      maxLength: 8,
    });
    const item = fc.oneof(
      line,
      line.map((args) => `<Files ${args}>`),
      fc.constantFrom(
        '</Files>',
        '<Files>',
        '<IfDefine x>',
        '</IfDefine>',
        '<If',
        '</If>',
        'Define x y',
        'Note a \\',
      ),
    );
    fc.assert(
      fc.property(fc.array(item, { maxLength: 12 }), (lines) => {
        const tree = read(lines.join('\n'));
        const { complete, nodes } = withoutBroken(tree);
        if (complete) expect(shape(read(printTree(nodes)))).toEqual(shape(nodes));
      }),
      { numRuns: 400 },
    );
  });
});

/** Printing is for configurations without errors. */
function withoutBroken(nodes: readonly ConfNode[]): { complete: boolean; nodes: readonly ConfNode[] } {
  const complete = nodes.every(
    (node) => node.kind === 'directive' || (!node.noBracket && withoutBroken(node.children).complete),
  );
  return { complete, nodes };
}
