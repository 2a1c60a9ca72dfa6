import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DocumentParser, type Token } from './parser.ts';

/** Text that belongs together is joined: where a document is cut does not matter. */
function joined(tokens: readonly Token[]): readonly Token[] {
  const out: Token[] = [];
  for (const token of tokens) {
    const last = out.at(-1);
    if ('text' in token && last !== undefined && 'text' in last)
      out[out.length - 1] = { text: last.text + token.text };
    else out.push(token);
  }
  return out;
}

function parse(
  pieces: readonly string[],
  startTag = '<!--#',
  endTag = '-->',
): { tokens: readonly Token[]; isOpen: boolean } {
  const parser = new DocumentParser(startTag, endTag);
  const tokens = [...pieces.flatMap((piece) => parser.feed(piece)), ...parser.end()];
  return { tokens: joined(tokens), isOpen: parser.isOpen };
}

const words = fc.constantFrom(
  '<!--#',
  '-->',
  '<!--',
  '<',
  '!',
  '-',
  '#',
  ' ',
  '\n',
  'echo',
  'if',
  '=',
  '"',
  "'",
  '`',
  '\\',
  '\\"',
  'var',
  '>',
  'x',
);

describe('a document', () => {
  it('means the same wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 30 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        (parts, cuts) => {
          const text = parts.join('');
          const places = [...new Set(cuts.filter((cut) => cut < text.length))].sort((a, b) => a - b);
          const pieces = [0, ...places].map((from, at) => text.slice(from, places[at] ?? text.length));
          expect(parse(pieces)).toEqual(parse([text]));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('may have tags that begin anew inside themselves', () => {
    for (const text of ['---->echo --->', '-----> x', '--- -> --->a-->'])
      expect(parse([...text], '--->', '-->')).toEqual(parse([text], '--->', '-->'));
  });

  it('is read in a time that grows with its length, byte by byte too', () => {
    const text = `<!--#echo var="${'x'.repeat(200_000)}`;
    const begun = performance.now();
    expect(parse([...text]).isOpen).toBe(true);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('has no elements that are too long to be held', () => {
    const { tokens } = parse(
      Array.from({ length: 40 }, () => 'x'.repeat(50_000)),
      'x',
      '-->',
    );
    expect(tokens.some((token) => 'element' in token && token.element.fault === 'element is too long')).toBe(
      true,
    );
  });
});
