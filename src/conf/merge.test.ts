import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleModule } from '../../test/support/sample-module.ts';
import { mergeDir } from './merge.ts';
import { DirConfig } from './section.ts';

const modules = [sampleModule(0), sampleModule(1)];
const place = { file: 'f', line: 1, column: 1, text: '' };

function dirOf(first?: string[], second?: string[], file?: string): DirConfig {
  const dir = new DirConfig();
  if (first) dir.values[0] = first;
  if (second) dir.values[1] = second;
  if (file) dir.files.push({ place, dir: new DirConfig(), name: file });
  return dir;
}

describe('mergeDir', () => {
  it('merges by module, and keeps the value of one that only one side mentions', () => {
    const base = dirOf(['a'], undefined, 'f');
    const merged = mergeDir(modules, base, dirOf(['b'], ['c'], 'g'));
    expect(merged.values).toEqual([['a', 'b'], ['c']]);
    expect(merged.files.map(({ name }) => name)).toEqual(['f', 'g']);
    expect(base.values).toEqual([['a']]);
  });

  it('answers the same object for the same chain, and does not merge again', () => {
    let merges = 0;
    const counting = {
      ...sampleModule(0),
      dirConfig: { create: () => [], merge: (a: string[], b: string[]) => [++merges, ...a, ...b] as never },
    };
    const [a, b, c] = [dirOf(['a']), dirOf(['b']), dirOf(['c'])];
    const once = mergeDir([counting], mergeDir([counting], a, b), c);
    expect(mergeDir([counting], mergeDir([counting], a, b), c)).toBe(once);
    expect(merges).toBe(2);
    expect(mergeDir([counting], mergeDir([counting], a, c), b)).not.toBe(once);
  });

  it('is the other side where one is empty', () => {
    const full = dirOf(['a']);
    expect(mergeDir(modules, full, new DirConfig())).toBe(full);
    expect(mergeDir(modules, new DirConfig(), full)).toBe(full);
  });

  it('takes the added value of a module that does not merge', () => {
    const plain = { name: 'plain', slot: 0, directives: [] };
    expect(mergeDir([plain], dirOf(['a']), dirOf(['b'])).values).toEqual([['b']]);
  });

  it('is associative where the modules are', () => {
    const words = fc.option(fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 3 }), { nil: undefined });
    const dir = fc
      .tuple(words, words, fc.option(fc.constantFrom('f', 'g'), { nil: undefined }))
      .map((parts) => dirOf(...parts));
    fc.assert(
      fc.property(dir, dir, dir, (a, b, c) => {
        const left = mergeDir(modules, mergeDir(modules, a, b), c);
        const right = mergeDir(modules, a, mergeDir(modules, b, c));
        for (const slot of [0, 1]) expect(left.values[slot]).toEqual(right.values[slot]);
        expect(left.files).toEqual(right.files);
      }),
    );
  });
});
