import { chmodSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileFacts } from '../conf/io.ts';
import type { BodyContent, BodySource } from '../wire/body.ts';
import { FactsCache } from './file-facts.ts';
import { HotFiles } from './hot-files.ts';

const LONG_AGO = 10_000;

function factsOf(size: number): FileFacts {
  const time = (Date.now() - LONG_AGO) * 1000;
  return {
    kind: 'file',
    size,
    mtime: time,
    ctime: time,
    inode: 1,
    device: 1,
    uid: 0,
    gid: 0,
    mode: 0o644,
  };
}

function readAll(source: BodyContent | undefined): Promise<Buffer> {
  if (typeof source !== 'object' || Buffer.isBuffer(source)) throw new Error('a source was expected');
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    source.start({
      data: (chunk) => chunks.push(chunk) > 0,
      end: () => resolve(Buffer.concat(chunks)),
      fail: reject,
    });
  });
}

describe('hot files', () => {
  it('are those that are asked for twice and were not changed just now', () => {
    const hot = new HotFiles();
    const facts = factsOf(10);
    expect(hot.wants('/a', facts, Date.now())).toBe(false);
    expect(hot.wants('/a', facts, Date.now())).toBe(true);
    expect(hot.wants('/a', factsOf(10), Date.now())).toBe(false);
    const fresh = { ...facts, ctime: (Date.now() - 1000) * 1000 };
    expect(hot.wants('/b', fresh, Date.now())).toBe(false);
    expect(hot.wants('/b', fresh, Date.now())).toBe(false);
    const huge = factsOf((1 << 20) + 1);
    hot.wants('/c', huge, Date.now());
    expect(hot.wants('/c', huge, Date.now())).toBe(false);
  });

  it('give the bytes asked for, in pieces where they are many', async () => {
    const hot = new HotFiles();
    const bytes = Buffer.alloc(200_000, 'abcdefg');
    const facts = factsOf(bytes.length);
    hot.keep('/a', facts, bytes);
    expect(hot.open('/a', 3, 4, facts)?.toString()).toBe('defg');
    const source = hot.open('/a', 7, 190_000, facts);
    expect((await readAll(source)).equals(bytes.subarray(7, 190_007))).toBe(true);
  });

  it('are forgotten when the file is another one', () => {
    const hot = new HotFiles();
    const facts = factsOf(3);
    hot.keep('/a', facts, Buffer.from('old'));
    expect(hot.open('/a', 0, 3, factsOf(3))).toBeUndefined();
    expect(hot.open('/a', 0, 3, facts)).toBeUndefined();
  });

  it('are 64 MB at most, and those that are being sent stay counted', async () => {
    const hot = new HotFiles();
    const bytes = Buffer.alloc(1 << 20);
    const facts = factsOf(bytes.length);
    const names = Array.from({ length: 64 }, (_, i) => `/${i}`);
    for (const name of names) hot.keep(name, facts, bytes);
    const sources = names.map((name) => hot.open(name, 0, bytes.length, facts) as BodySource);
    hot.keep('/more', facts, bytes);
    expect(hot.open('/more', 0, 1, facts)).toBeUndefined();
    sources[0]!.abort();
    sources[0]!.abort();
    await readAll(sources[1]);
    for (const name of ['/x', '/y', '/z']) hot.keep(name, facts, bytes);
    // Two were free; the third takes the place of the oldest that nobody uses.
    const kept = ['/0', '/1', '/x', '/y', '/z'].filter((name) => hot.open(name, 0, 1, facts) !== undefined);
    expect(kept).toEqual(['/y', '/z']);
    expect(names.slice(2).every((name) => hot.open(name, 0, 1, facts) !== undefined)).toBe(true);
  });

  it('wait while the taker has no room, and say nothing after abort', () => {
    const hot = new HotFiles();
    const facts = factsOf(300_000);
    hot.keep('/a', facts, Buffer.alloc(300_000));
    const source = hot.open('/a', 0, 300_000, facts) as BodySource;
    let heard = 0;
    source.start({
      data: (chunk) => {
        heard += chunk.length;
        return false;
      },
      end: () => (heard += 1e9),
      fail: () => (heard += 1e9),
    });
    expect(heard).toBe(65_536);
    source.resume();
    expect(heard).toBe(131_072);
    source.abort();
    source.resume();
    expect(heard).toBe(131_072);
  });
});

describe('facts of a file', () => {
  let folder: string;
  let file: string;
  const cache = new FactsCache();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'portico-facts-'));
    file = join(folder, 'a');
    writeFileSync(file, 'one');
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('are the same object for as long as nothing changes', () => {
    const facts = cache.stat(file, file);
    expect(cache.stat(file, file)).toBe(facts);
    expect(facts).toMatchObject({ kind: 'file', size: 3 });
  });

  it('are others after every change, also one that sets the time back', async () => {
    const { mtime } = cache.stat(file, file)!;
    const changes = [
      () => writeFileSync(file, 'two'),
      () => utimesSync(file, mtime / 1e6, mtime / 1e6),
      () => chmodSync(file, 0o600),
      () => {
        writeFileSync(join(folder, 'b'), 'six');
        renameSync(join(folder, 'b'), file);
      },
    ];
    for (const change of changes) {
      const before = cache.stat(file, file);
      await new Promise((resolve) => setTimeout(resolve, 20));
      change();
      expect(cache.stat(file, file)).not.toBe(before);
    }
  });

  it('are none for a file that is not there any more', () => {
    rmSync(file);
    expect(cache.stat(file, file)).toBeUndefined();
  });
});
