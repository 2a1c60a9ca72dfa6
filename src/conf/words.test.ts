import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, readWord, splitWords } from './words.ts';

function textsOf(text: string): string[] {
  return splitWords(text).map((word) => word.text);
}

describe('splitWords', () => {
  it('splits at blanks of every kind', () => {
    expect(textsOf(' a\tb \x0b c\r')).toEqual(['a', 'b', 'c']);
  });

  it('keeps blanks inside either quote', () => {
    expect(textsOf(`"a b" 'c "d' e`)).toEqual(['a b', 'c "d', 'e']);
  });

  it("unescapes the word's own quote and backslashes only", () => {
    expect(textsOf(String.raw`"a\"b\\c\d\'e" 'q\"'`)).toEqual([String.raw`a"b\c\d\'e`, String.raw`q\"`]);
  });

  it('unescapes a doubled backslash in a bare word', () => {
    expect(textsOf(String.raw`a\\b \c`)).toEqual([String.raw`a\b`, String.raw`\c`]);
  });

  it('ends a quoted word at its quote, whatever follows', () => {
    expect(textsOf('"a"b')).toEqual(['a', 'b']);
    expect(textsOf('a"b c"')).toEqual(['a"b', 'c"']);
  });

  it('runs to the end where the quote is not closed, and says so', () => {
    expect(readWord('"a b')).toMatchObject({ text: 'a b', open: true });
    expect(readWord('"a\\"')).toMatchObject({ text: 'a"', open: true });
  });

  it('tells an empty word from no word', () => {
    expect(textsOf('"" \'\'')).toEqual(['', '']);
    expect(textsOf('   ')).toEqual([]);
  });
});

describe('quoteWord', () => {
  it('leaves plain words bare', () => {
    expect(quoteWord('/a/b')).toBe('/a/b');
  });

  it('writes any word so that it is read as the same word', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab\\ "\'\t#$\xa0') }), (word) => {
        expect(textsOf(`${quoteWord(word)} next`)).toEqual([word, 'next']);
      }),
    );
  });
});
