// The lines of a log file, gzipped or not, as they are read; with how far reading has come.

import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { QuestionError } from '../../tools/question.ts';

/** Longer lines are no log's. */
const LONGEST_LINE = 1 << 20;

export interface LogLines {
  /** Bytes of the file, packed or not. */
  readonly size: number;
  /** Bytes read so far. */
  readonly read: () => number;
  readonly lines: AsyncIterable<readonly string[]>;
}

/** Opens a log; `lines` gives them in handfuls, as byte strings. Throws QuestionError for what is no text. */
export function openLog(path: string): LogLines {
  const { size } = statSync(path);
  const isPacked = beginsLikeGzip(path);
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const read = (): number => file.bytesRead;
  if (!isPacked) return { size, read, lines: splitLines(file, path) };
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error));
  return { size, read, lines: splitLines(file.pipe(unpacked), path) };
}

function beginsLikeGzip(path: string): boolean {
  const handle = openSync(path, 'r');
  try {
    const start = Buffer.alloc(2);
    return readSync(handle, start, 0, 2, 0) === 2 && start[0] === 0x1f && start[1] === 0x8b;
  } finally {
    closeSync(handle);
  }
}

async function* splitLines(stream: Readable, path: string): AsyncGenerator<readonly string[]> {
  let rest = '';
  for await (const chunk of readable(stream, path)) {
    const text = rest + chunk.toString('latin1');
    if (text.includes('\0')) throw new QuestionError(`${path} is no text: it has a zero byte`);
    const lines = text.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) throw new QuestionError(`${path} is no log: a line has no end`);
    yield lines;
  }
  if (rest !== '') yield [rest];
}

async function* readable(stream: Readable, path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_') === true) throw new QuestionError(`${path} cannot be unpacked: it is damaged`);
    throw error;
  }
}
