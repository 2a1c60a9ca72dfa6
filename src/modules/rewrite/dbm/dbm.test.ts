import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DbmFile, dbmType } from './index.ts';

const recorded: ReadonlyMap<string, string> = new Map(
  readFileSync(join(import.meta.dirname, 'recorded.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [name = '', data = ''] = line.split(' ');
      return [name, inflateRawSync(Buffer.from(data, 'base64')).toString('latin1')];
    }),
);

/** Name, type, the files in their order, and how many numbered keys it has. */
const maps: readonly (readonly [string, string, readonly string[], number])[] = [
  ['Berkeley DB hash', 'DB', ['db'], 40],
  ['big-endian Berkeley DB hash', 'db', ['be'], 40],
  ['Berkeley DB btree', 'Db', ['bt'], 40],
  ['GDBM', 'gdbm', ['gdbm'], 40],
  ['SDBM', 'SDBM', ['sdbm.dir', 'sdbm.pag'], 120],
];

function textsOf(files: readonly string[]): string[] {
  return files.map((file) => recorded.get(file)!);
}

function open(type: string, files: readonly string[]): DbmFile {
  return dbmType(type)!.open(...textsOf(files))!;
}

describe.each(maps)('a %s file', (_name, type, files, count) => {
  it('has every key that was put in, and no other', () => {
    const map = open(type, files);
    for (let i = 1; i <= count; i++) expect(map.lookup(`key${i}`)).toBe(`value${i}`);
    expect(map.lookup('key:with:colon')).toBe('4');
    for (const key of ['', 'key', 'key0', `key${count + 1}`, 'KEY1', 'x'.repeat(5000)])
      expect(map.lookup(key)).toBeNull();
  });

  it('takes keys as bytes', () => {
    const map = open(type, files);
    expect(map.lookup('\xe9')).toBe('high');
    expect(map.lookup('\xc3\xa9')).toBeNull();
  });

  it('stays within its bytes, and ends, whatever they are', () => {
    const texts = textsOf(files);
    const position = fc.nat(Math.max(...texts.map((text) => text.length)));
    const changes = fc.array(fc.tuple(position, fc.nat(255), fc.integer({ min: 1, max: 8 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(changes, fc.nat(60_000), (list, length) => {
        const broken = texts.map((text) => breakUp(text, list).slice(0, Math.max(length, 600)));
        const map = dbmType(type)!.open(...broken);
        for (const key of ['key1', 'key17', '\xe9', 'k'.repeat(3000), 'none']) {
          const value = map?.lookup(key) ?? '';
          expect(value.length).toBeLessThanOrEqual(texts[texts.length - 1]!.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});

function breakUp(text: string, changes: readonly (readonly [number, number, number])[]): string {
  let broken = text;
  for (const [at, byte, times] of changes)
    if (at < broken.length)
      broken = (
        broken.slice(0, at) +
        String.fromCharCode(byte).repeat(times) +
        broken.slice(at + times)
      ).slice(0, text.length);
  return broken;
}

describe('Berkeley DB files', () => {
  it('keep long keys and values on pages of their own', () => {
    expect(open('db', ['db']).lookup('k'.repeat(3000))).toBe('v'.repeat(9000));
    expect(open('db', ['bt']).lookup('k'.repeat(3000))).toBe('v'.repeat(9000));
    expect(open('db', ['bt']).lookup('k'.repeat(700))).toBe('v'.repeat(2000));
  });

  it('give the first of several values of a key', () => {
    const map = open('db', ['dup']);
    expect(map.lookup('1')).toBe('a');
    expect(map.lookup('2')).toBe('c');
  });
});

describe('types of DBM files', () => {
  it('are known by name in any case, and default is Berkeley DB', () => {
    expect(dbmType('DEFAULT')!.open(recorded.get('db')!)!.lookup('key1')).toBe('value1');
    expect(dbmType('ndbm')).toBeUndefined();
  });

  it('tell files of another kind', () => {
    for (const type of ['db', 'gdbm'])
      for (const text of ['', 'a 1\nb 2\n', recorded.get('sdbm.pag')!, '\0'.repeat(8192)])
        expect(dbmType(type)!.open(text)).toBeUndefined();
  });

  it('stand in these files', () => {
    expect(dbmType('sdbm')!.files('/x/map')).toEqual(['/x/map.dir', '/x/map.pag']);
    expect(dbmType('db')!.files('/x/map')).toEqual(['/x/map']);
  });
});
