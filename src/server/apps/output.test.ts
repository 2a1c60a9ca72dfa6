// What is printed: every line once, none too long.
import { describe, expect, it } from 'vitest';
import { LineSplitter, OutputTail } from './output.ts';

function split(...chunks: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.push(Buffer.from(chunk, 'latin1'));
  splitter.end();
  return lines;
}

describe('printed lines', () => {
  it('are cut at their ends, wherever the pieces end', () => {
    expect(split('one\ntwo\r\n\nthr', 'ee\nfo', 'ur')).toEqual(['one', 'two', '', 'three', 'four']);
    expect(split('one\n')).toEqual(['one']);
    expect(split()).toEqual([]);
  });

  it('go on in the next line where they are too long, and lose nothing', () => {
    const text = 'x'.repeat(10_001);
    for (const lines of [split(`${text}\nend`), split(text, '\nend'), split(...text, '\nend')]) {
      expect(lines.slice(0, -1).join('')).toBe(text);
      expect(lines.every(({ length }) => length <= 4000)).toBe(true);
      expect(lines.at(-1)).toBe('end');
    }
  });

  it('are kept, the last of them, cut', () => {
    const tail = new OutputTail();
    for (let number = 1; number <= 1000; number++) tail.add(String(number));
    tail.add('y'.repeat(10_000));
    expect(tail.lines().length).toBe(40);
    expect(tail.lines().at(0)).toBe('962');
    expect(tail.lines().at(-1)?.length).toBeLessThan(600);
  });
});
