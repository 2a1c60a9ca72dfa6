import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BodySource } from '../wire/body.ts';
import { openFileBody } from './file-body.ts';

let folder: string;
let file: string;
const bytes = Buffer.alloc(300_000, 'abcdefg');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-file-'));
  file = join(folder, 'large');
  writeFileSync(file, bytes);
});

afterAll(() => rmSync(folder, { recursive: true }));

function openSource(path: string, start: number, length: number): BodySource {
  const body = openFileBody(path, start, length);
  if (Buffer.isBuffer(body)) throw new Error('the bytes themselves were not expected');
  return body;
}

/** Reads to the end; `room` answers whether the sink takes more at once. */
function readAll(source: BodySource, room: (resume: () => void) => boolean = () => true): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    source.start({
      data: (chunk) => {
        chunks.push(chunk);
        return room(() => source.resume());
      },
      end: () => resolve(chunks),
      fail: reject,
    });
  });
}

describe('a file as a body', () => {
  it('is its bytes when it is small', () => {
    expect(openFileBody(file, 3, 10).toString()).toBe('defgabcdef');
  });

  it('comes in pieces when it is large, with exactly the bytes asked for', async () => {
    const chunks = await readAll(openSource(file, 7, 200_000));
    expect(chunks.length).toBeGreaterThan(1);
    expect(Buffer.concat(chunks).equals(bytes.subarray(7, 200_007))).toBe(true);
  });

  it('waits while the taker has no room', async () => {
    let waiting: (() => void) | undefined;
    let pieces = 0;
    const read = readAll(openSource(file, 0, 300_000), (resume) => {
      pieces += 1;
      waiting = resume;
      return false;
    });
    await sleep(40);
    expect(pieces).toBe(1);
    const pump = setInterval(() => waiting?.(), 1);
    expect(Buffer.concat(await read).length).toBe(300_000);
    clearInterval(pump);
  });

  it('fails when the file became shorter, small or large', async () => {
    const shrinking = join(folder, 'shrinking');
    writeFileSync(shrinking, bytes);
    const large = openSource(shrinking, 0, 300_000);
    truncateSync(shrinking, 100);
    await expect(readAll(large)).rejects.toThrow('became shorter');
    await expect(readAll(openSource(shrinking, 0, 200))).rejects.toThrow('became shorter');
  });

  it('says nothing more after abort', async () => {
    let heard = 0;
    const source = openSource(file, 0, 300_000);
    source.start({
      data: () => {
        heard += 1;
        source.abort();
        return true;
      },
      end: () => (heard += 100),
      fail: () => (heard += 100),
    });
    await sleep(30);
    expect(heard).toBe(1);
  });

  it('that is not there throws the error of the system', () => {
    expect(() => openFileBody(join(folder, 'missing'), 0, 1)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });
});
