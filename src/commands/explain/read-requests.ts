// Requests from the lines of a file, one after the other, with a bar where a person looks.

import { grouped } from '../../tools/draw-replay.ts';
import { openLog } from './log-lines.ts';
import { Progress } from './progress.ts';

/** Reads a file to its end; `take` gets each line that is not empty, and answers a promise only where it has to wait. */
export async function readRequests(
  path: string,
  take: (line: string) => Promise<void> | void,
): Promise<void> {
  const { size, read, lines } = openLog(path);
  const progress = new Progress();
  let count = 0;
  try {
    for await (const handful of lines) {
      for (const line of handful) {
        if (line === '') continue;
        const taken = take(line);
        if (taken instanceof Promise) await taken;
        count += 1;
        if (count % 64 === 0) progress.show(read() / size, () => `${grouped(count)} requests`);
      }
    }
  } finally {
    progress.clear();
  }
}
