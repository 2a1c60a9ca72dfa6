import { describe, expect, it } from 'vitest';
import { readLines } from './lexer.ts';
import { Source } from './source.ts';
import { resolveVariables } from './variables.ts';

function resolve(
  text: string,
  values: Record<string, string>,
): { text: string; missing: string[]; at: number[] } {
  const line = readLines(new Source('f', text)).lines[0]!;
  const missing: string[] = [];
  const resolved = resolveVariables(line, {
    find: (name) => values[name],
    missing: (name) => missing.push(name),
  });
  const at = [...resolved.text].map((_, i) => resolved.offsetInSource(i));
  return { text: resolved.text, missing, at };
}

describe('resolveVariables', () => {
  it('replaces names anywhere in a line', () => {
    expect(resolve(`\${A}x "\${B}" \${A}`, { A: '1', B: 'b c' }).text).toBe('1x "b c" 1');
  });

  it('leaves unknown names and reports them', () => {
    expect(resolve(`a \${NOPE} \${} \${A}`, { A: '1' })).toMatchObject({
      text: `a \${NOPE} \${} 1`,
      missing: ['NOPE', ''],
    });
  });

  it('is silent about rewrite map look-ups, up to the first brace', () => {
    expect(resolve(`\${map:\${A}} \${A}`, { A: '1' })).toMatchObject({
      text: `\${map:\${A}} 1`,
      missing: [],
    });
  });

  it('leaves what is not closed', () => {
    expect(resolve(`a \${A`, { A: '1' })).toMatchObject({ text: `a \${A`, missing: [] });
  });

  it('does not look into a value', () => {
    expect(resolve(`\${A}`, { A: `\${B}`, B: 'x' }).text).toBe(`\${B}`);
  });

  it('replaces by nothing where the value is empty', () => {
    expect(resolve(`a\${A}b`, { A: '' })).toMatchObject({ text: 'ab', at: [0, 5] });
  });

  it('keeps the places of what stands around, across continuations', () => {
    const { text, at } = resolve(`a \${A} \\\nb`, { A: 'xyz' });
    expect(text).toBe('a xyz b');
    expect(at).toEqual([0, 1, 2, 2, 2, 6, 9]);
  });
});
