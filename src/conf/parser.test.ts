import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxNesting, parseSource } from './parser.ts';
import { Source } from './source.ts';
import type { ConfNode } from './tree.ts';

function parse(text: string): { tree: string; messages: string[] } {
  const { nodes, diagnostics } = parseSource(new Source('/f', text));
  return { tree: nodes.map(draw).join(' '), messages: diagnostics.map((found) => found.message) };
}

function draw(node: ConfNode): string {
  if (node.kind === 'directive') return `${node.name}(${node.args})`;
  return `<${node.name} [${node.args}]${node.noBracket ? '!' : ''}: ${node.children.map(draw).join(' ')}>`;
}

describe('parseSource', () => {
  it('nests sections and closes them without regard to case', () => {
    const { tree, messages } = parse('A 1\n<B x>\n<C>\nD\n</c>\n</B>\nE');
    expect(tree).toBe('A(1) <B [x]: <C []: D()>> E()');
    expect(messages).toEqual([]);
  });

  it('ends the argument at the last bracket of the line', () => {
    expect(parse('<IfVersion >= 2.4>\n</IfVersion>').tree).toBe('<IfVersion [>= 2.4]: >');
    expect(parse('<Directory "/tmp"> # comment\n</Directory> # x').tree).toBe('<Directory ["/tmp"]: >');
  });

  it('notes an opening line without bracket', () => {
    expect(parse('<Directory /tmp\n</Directory>').tree).toBe('<Directory [/tmp]!: >');
  });

  it("reports wrong closings in Apache's words", () => {
    expect(parse('<Directory /tmp>\n</Files>\n</Directory>').messages).toEqual([
      'Expected </Directory> but saw </Files>',
    ]);
    expect(parse('</Directory>').messages).toEqual(['</Directory> without matching <Directory> section']);
    expect(parse('A\n<Directory /tmp>').messages).toEqual(['/f:2: <Directory> was not closed.']);
    expect(parse('<Directory /tmp>\n</Directory x>').messages).toEqual([
      "</Directory> directive missing closing '>'",
    ]);
    expect(parse('<A>\n</A></A>\n</A>').messages).toEqual(['Expected </A> but saw </A></A>']);
  });

  it('closes what is left open inside when an outer section is closed, and reads on', () => {
    const { tree, messages } = parse('<A>\n<B>\nC\n</A>\nD\n</E>');
    expect(tree).toBe('<A []: <B []: C()>> D()');
    expect(messages).toEqual(['Expected </B> but saw </A>', '</E> without matching <E> section']);
  });

  it('leaves unclosed conditions to reading, which knows whether they hold', () => {
    const { messages } = parse('<IfModule x>\nA');
    expect(messages).toEqual([]);
  });

  it('bounds nesting and reports it once', () => {
    const deep = maxNesting + 50;
    const { messages } = parse('<A>\n'.repeat(deep) + '</A>\n'.repeat(deep));
    expect(messages).toEqual([`Sections nest more than ${maxNesting} deep`]);
  });

  it('answers a tree for any bytes', () => {
    const unit = fc.constantFrom(
      '<A>',
      '</A>',
      '<',
      '</',
      '>',
      '\n',
      '\n',
      '\\\n',
      'b',
      ' ',
      '"',
      '<IfModule',
      "'",
      '\0',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        const { nodes, diagnostics } = parseSource(new Source('f', text));
        expect(Array.isArray(nodes)).toBe(true);
        for (const { place } of diagnostics) expect(place?.line).toBeLessThanOrEqual(text.split('\n').length);
      }),
      { numRuns: 400 },
    );
  });
});
