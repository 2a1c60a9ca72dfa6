import { beforeEach, describe, expect, it } from 'vitest';
import type { ConfIo, FileFacts } from '../../conf/io.ts';
import { createMemoryIo } from '../../conf/memory-io.ts';
import type { LiveSite } from '../../request/exchange.ts';
import { dbmType } from './dbm/index.ts';
import { dbmFormat, FileMap, textFormat } from './map-file.ts';

interface MemoryFile {
  text: string;
  mtime: number;
  isReadable?: boolean;
}

let files: Map<string, MemoryFile>;
let reads: number;
let complaints: string[];

const io: ConfIo = {
  ...createMemoryIo({}),
  read(path) {
    reads += 1;
    const file = files.get(path);
    if (file === undefined || file.isReadable === false)
      throw Object.assign(new Error('no'), { code: file === undefined ? 'ENOENT' : 'EACCES' });
    return file.text;
  },
  stat(path) {
    const file = files.get(path);
    return file && ({ kind: 'file', size: file.text.length, mtime: file.mtime } as FileFacts);
  },
};

function open(map: FileMap): FileMap {
  map.open({ site: {} as LiveSite, engineOn: true, complain: (text) => complaints.push(text) });
  return map;
}

beforeEach(() => {
  files = new Map([['/m', { text: 'a 1\n', mtime: 1 }]]);
  reads = 0;
  complaints = [];
});

describe('a text map', () => {
  const textMap = (): FileMap => open(new FileMap(textFormat('/m'), io));

  it('is read once, and again when its time of change differs', () => {
    const map = textMap();
    expect([map.lookup('a'), map.lookup('b'), map.lookup('a')]).toEqual(['1', null, '1']);
    expect(reads).toBe(1);
    files.set('/m', { text: 'a 2\nb 3\n', mtime: 2 });
    expect([map.lookup('a'), map.lookup('b')]).toEqual(['2', '3']);
    files.set('/m', { text: 'a old\n', mtime: 1 });
    expect(map.lookup('a')).toBe('old');
    expect(reads).toBe(3);
  });

  it('keeps hits and misses until then', () => {
    const map = textMap();
    expect([map.isCached('a'), map.lookup('a'), map.isCached('a')]).toEqual([false, '1', true]);
    expect([map.isCached('b'), map.lookup('b'), map.isCached('b')]).toEqual([false, null, true]);
    files.set('/m', { text: 'a 1\n', mtime: 2 });
    expect(map.isCached('a')).toBe(false);
  });

  it('misses while its file is gone, tells so each time, and is back with it', () => {
    const map = textMap();
    map.lookup('a');
    const file = files.get('/m')!;
    files.delete('/m');
    expect([map.lookup('a'), map.lookup('a')]).toEqual([null, null]);
    expect(complaints).toEqual(Array(2).fill("AH00661: mod_rewrite: can't access text RewriteMap file /m"));
    files.set('/m', file);
    expect(map.lookup('a')).toBe('1');
  });

  it('misses while its file may not be read', () => {
    files.set('/m', { text: 'a 1\n', mtime: 1, isReadable: false });
    const map = textMap();
    expect(map.lookup('a')).toBeNull();
    expect(complaints).toEqual(["AH00655: mod_rewrite: can't open text RewriteMap file /m: EACCES"]);
    files.set('/m', { text: 'a 1\n', mtime: 1 });
    expect(map.lookup('a')).toBe('1');
  });
});

describe('a DBM map', () => {
  it('of two files asks for both', () => {
    files.set('/m.dir', { text: '', mtime: 1 });
    const map = open(new FileMap(dbmFormat('/m', dbmType('sdbm')!), io));
    expect(map.lookup('a')).toBeNull();
    files.delete('/m.dir');
    expect(map.lookup('a')).toBeNull();
    expect(complaints).toEqual([
      "AH00663: mod_rewrite: can't access DBM RewriteMap file /m.pag",
      "AH00662: mod_rewrite: can't access DBM RewriteMap file /m.dir",
    ]);
  });

  it('is read again when the later of its files changes', () => {
    files.set('/m.dir', { text: '', mtime: 5 });
    files.set('/m.pag', { text: '', mtime: 3 });
    const map = open(new FileMap(dbmFormat('/m', dbmType('sdbm')!), io));
    map.lookup('a');
    files.set('/m.pag', { text: '', mtime: 4 });
    map.lookup('a');
    expect(reads).toBe(2);
    files.set('/m.pag', { text: '', mtime: 6 });
    map.lookup('a');
    expect(reads).toBe(4);
  });

  it('misses while its file is of another kind', () => {
    const map = open(new FileMap(dbmFormat('/m', dbmType('db')!), io));
    expect(map.lookup('a')).toBeNull();
    expect(complaints).toEqual(["AH00656: mod_rewrite: can't open DBM RewriteMap /m"]);
  });
});
