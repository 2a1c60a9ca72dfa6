import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxLineLength, readLines } from './lexer.ts';
import { Source } from './source.ts';

function linesOf(text: string): string[] {
  return readLines(new Source('f', text)).lines.map((line) => line.text);
}

describe('readLines', () => {
  it('trims blanks, and drops empty lines and comments', () => {
    expect(linesOf('  a b \t\n\n   # c\nd # e\r\n\x0b\x0c\n')).toEqual(['a b', 'd # e']);
  });

  it('joins a line that ends in a backslash with the next one, also before CRLF', () => {
    expect(linesOf('a \\\n b\nc\\\r\nd')).toEqual(['a  b', 'cd']);
  });

  it('joins after two backslashes as well, as Apache does', () => {
    expect(linesOf('a\\\\\nb')).toEqual(['a\\b']);
  });

  it('continues comments too', () => {
    expect(linesOf('# a \\\nServerName b\nc')).toEqual(['c']);
  });

  it('does not continue where a blank follows the backslash', () => {
    expect(linesOf('a\\ \nb')).toEqual(['a\\', 'b']);
  });

  it('takes a backslash at the very end of the text as it is', () => {
    expect(linesOf('a\\')).toEqual(['a\\']);
    expect(linesOf('a\\\n')).toEqual(['a']);
  });

  it('keeps bytes above 0x7f, 0xa0 at the end included', () => {
    expect(linesOf('a \xc3\xa0\n')).toEqual(['a \xc3\xa0']);
  });

  it('knows where each byte was written, across continuations', () => {
    const { lines } = readLines(new Source('f', 'x\n  abc \\\n\tdef \\\r\n  ghi\n'));
    const line = lines[1]!;
    expect(line.text).toBe('abc \tdef   ghi');
    const at = (text: string) => line.placeAt(line.text.indexOf(text));
    expect(at('abc')).toMatchObject({ line: 2, column: 3, text: '  abc \\' });
    expect(at('def')).toMatchObject({ line: 3, column: 2, text: '\tdef \\' });
    expect(at('ghi')).toMatchObject({ line: 4, column: 3 });
  });

  it('refuses a NUL byte, which would end the line for Apache', () => {
    const { lines, diagnostics } = readLines(new Source('f', 'ok\nServer\0Name x\n'));
    expect(lines).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ code: 'conf/nul-byte', place: { line: 2, column: 7 } }]);
  });

  it('refuses lines above 16 MiB and reads on', () => {
    const { lines, diagnostics } = readLines(new Source('f', `a ${'b'.repeat(maxLineLength)}\nc\n`));
    expect(lines.map((line) => line.text)).toEqual(['c']);
    expect(diagnostics).toMatchObject([{ code: 'conf/line-too-long' }]);
  });

  it('reads any bytes, and every byte of a line maps back to itself', () => {
    const bytes = fc.string({ unit: fc.constantFrom(...'ab\\\n\r\t #<>"\'$\0\xa0\xff'), maxLength: 60 });
    fc.assert(
      fc.property(bytes, (text) => {
        for (const line of readLines(new Source('f', text)).lines) {
          for (let i = 0; i < line.text.length; i++) expect(text[line.offsetInSource(i)]).toBe(line.text[i]);
        }
      }),
    );
  });
});
