import { expect, it } from 'vitest';
import { createMemoryIo } from './memory-io.ts';

const io = createMemoryIo(
  { '/srv/a.txt': 'text', '/srv/sub/b.txt': '' },
  {},
  { folders: ['/srv/empty', '/other/deep/'], time: 1000 },
);

it('has the folders that are named, those above them, and those that files lie in', () => {
  for (const path of ['/', '/srv', '/srv/sub', '/srv/empty', '/other', '/other/deep', '/other/deep/'])
    expect(io.stat(path)?.kind).toBe('directory');
  expect(io.list('/srv').toSorted()).toEqual(['a.txt', 'empty', 'sub']);
  expect(io.list('/other/deep')).toEqual([]);
});

it('says of a file how long it is and when it was changed', () => {
  expect(io.stat('/srv/a.txt')).toMatchObject({ kind: 'file', size: 4, mtime: 1_000_000, mode: 0o644 });
});

it('has no file with a slash behind it, nor one below a file', () => {
  expect(io.stat('/srv/a.txt/')).toBeUndefined();
  expect(io.stat('/srv/a.txt/b')).toBeUndefined();
});

it('refuses names and paths that no system takes', () => {
  expect(() => io.stat(`/srv/${'a'.repeat(256)}`)).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  expect(() => io.stat('/a'.repeat(2048))).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
  expect(io.stat('/a'.repeat(2000))).toBeUndefined();
});
