import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitArguments } from './line.ts';

function texts(line: string): (string | undefined)[] | undefined {
  const split = splitArguments(line);
  return split && [split.first.text, split.second.text, split.third?.text];
}

describe('the arguments of RewriteRule and RewriteCond', () => {
  it.each([
    ['a b', ['a', 'b', undefined]],
    ['  a \t b  [L] ', ['a', 'b', '[L]']],
    ['"a b" c', ['a b', 'c', undefined]],
    ["'a b' \"c d\" '[R, L]'", ['a b', 'c d', '[R, L]']],
    // A backslash keeps itself and the white space behind it.
    ['a\\ b c', ['a\\ b', 'c', undefined]],
    ['a /x\\ y [L]', ['a', '/x\\ y', '[L]']],
    // It does not protect a quote.
    ['"a\\" b" c', ['a\\', 'b"', 'c']],
    // A quote inside an unquoted argument is an ordinary character.
    ['a /x"y\'z', ['a', '/x"y\'z', undefined]],
    ['a"b c d', ['a"b', 'c', 'd']],
    // An unterminated second argument runs to the end of the line.
    ['"a" "b', ['a', 'b', undefined]],
    ['a "b c', ['a', 'b c', undefined]],
    ['"" ""', ['', '', undefined]],
    ['a b [R] [L]', ['a', 'b', '[R]']],
  ])('%s', (line, expected) => {
    expect(texts(line)).toEqual(expected);
  });

  it.each(['', 'a', 'a ', '"a b', '"a b c', "'x"])(
    'refuses %j, where the first argument does not end or is alone',
    (line) => {
      expect(splitArguments(line)).toBeUndefined();
    },
  );

  it('says where each argument begins, behind its quote', () => {
    const split = splitArguments('  a "b c" [L] rest');
    expect(split).toMatchObject({
      first: { offset: 2 },
      second: { offset: 5 },
      third: { offset: 10 },
      rest: { text: 'rest', offset: 14 },
    });
  });

  it('takes every argument from the line itself, at its offset', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '\\', '\t', '[') }), (line) => {
        const split = splitArguments(line);
        for (const argument of split ? [split.first, split.second, split.third] : [])
          if (argument) expect(line.startsWith(argument.text, argument.offset)).toBe(true);
      }),
    );
  });
});
