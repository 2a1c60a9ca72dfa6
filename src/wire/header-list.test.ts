import { describe, expect, it } from 'vitest';
import { HeaderList } from './header-list.ts';

function list(...flat: string[]): HeaderList {
  const headers = new HeaderList();
  for (let i = 0; i < flat.length; i += 2) headers.append(flat[i]!, flat[i + 1]!);
  return headers;
}

describe('HeaderList', () => {
  it('finds fields without case and keeps the spelling, the order and the duplicates', () => {
    const headers = list('X-One', 'a', 'x-two', 'b', 'X-ONE', 'c');
    expect(headers.get('x-one')).toBe('a');
    expect(headers.getAll('x-one')).toEqual(['a', 'c']);
    expect([...headers]).toEqual([
      ['X-One', 'a'],
      ['x-two', 'b'],
      ['X-ONE', 'c'],
    ]);
    expect(headers.size).toBe(3);
  });

  it('tells an absent field from an empty one', () => {
    const headers = list('X-Empty', '');
    expect(headers.get('x-empty')).toBe('');
    expect(headers.has('x-empty')).toBe(true);
    expect(headers.get('x-none')).toBeUndefined();
    expect(headers.combined('x-none')).toBeUndefined();
  });

  it('does not take a name for one that only begins alike', () => {
    expect(list('X-On', 'a', 'X-Ones', 'b').has('x-one')).toBe(false);
  });

  it('combines the values of one name with commas', () => {
    expect(list('A', '1', 'B', 'x', 'a', '2').combined('a')).toBe('1, 2');
  });

  it('sets in the place of the first field and drops the others', () => {
    const headers = list('A', '1', 'B', 'x', 'a', '2', 'a', '3');
    headers.set('A', '9');
    expect(headers.flat).toEqual(['A', '9', 'B', 'x']);
    headers.set('C', 'new');
    expect(headers.flat).toEqual(['A', '9', 'B', 'x', 'C', 'new']);
  });

  it('merges onto the first field of that name', () => {
    const headers = list('A', '1', 'a', '2');
    headers.merge('A', '3');
    headers.merge('B', 'x');
    expect(headers.flat).toEqual(['A', '1, 3', 'a', '2', 'B', 'x']);
  });

  it('joins repeated fields at the place of the first, whatever their case', () => {
    const list = new HeaderList();
    for (const [name, value] of [
      ['A', '1'],
      ['B', '2'],
      ['a', '3'],
      ['a', '4'],
      ['C', '5'],
      ['b', '6'],
    ] as const) {
      list.append(name, value);
    }
    list.joinRepeated();
    expect([...list]).toEqual([
      ['A', '1, 3, 4'],
      ['B', '2, 6'],
      ['C', '5'],
    ]);
  });

  it('joins repeated fields of a long list as of a short one', () => {
    const short = list(
      ...Array.from({ length: 90 }, (_, i) => [`${'aAbB'[i % 4]}${i % 7}`, String(i)]).flat(),
    );
    const long = new HeaderList();
    long.flat.push(...short.flat, ...Array.from({ length: 300 }, (_, i) => [`F${i}`, 'x']).flat());
    short.joinRepeated();
    long.joinRepeated();
    expect(long.flat.slice(0, short.flat.length)).toEqual(short.flat);
    expect(long.size).toBe(short.size + 300);
  });

  it('tells how long a value is once it is joined', () => {
    expect(list('A', '12', 'B', '1', 'a', '3', 'b', '456').longestJoined()).toBe(6);
    expect(list().longestJoined()).toBe(0);
  });

  it('deletes every field of a name, neighbours included', () => {
    const headers = list('a', '1', 'A', '2', 'B', 'x', 'a', '3');
    headers.delete('a');
    expect(headers.flat).toEqual(['B', 'x']);
  });

  it('does not find a value that reads like a name', () => {
    expect(list('X', 'host', 'Y', 'z').has('host')).toBe(false);
  });

  it('keeps __proto__ as an ordinary field', () => {
    expect(list('__proto__', 'x').get('__proto__')).toBe('x');
  });

  it('clones without sharing', () => {
    const headers = list('A', '1');
    const copy = headers.clone();
    copy.append('B', '2');
    expect(headers.flat).toEqual(['A', '1']);
    expect(copy.flat).toEqual(['A', '1', 'B', '2']);
  });
});
