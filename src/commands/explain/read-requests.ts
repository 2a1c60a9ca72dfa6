// Requests from the lines of a file, one after the other, with a bar where a person looks.

import { grouped } from '../../tools/draw-replay.ts';
import { openLog } from './log-lines.ts';
import { Progress } from './progress.ts';

/** What becomes of the lines of a log. */
export interface LineUser<P> {
  put(line: string): P | undefined;
  run(put: P): Promise<void>;
  passOver(): void;
}

/** Reads a file to its end. */
export async function readRequests<P>(path: string, user: LineUser<P>): Promise<void> {
  const { size, read, lines } = openLog(path);
  const progress = new Progress();
  let count = 0;
  try {
    for await (const handful of lines) {
      for (const line of handful) {
        if (line === '') continue;
        const put = user.put(line);
        if (put === undefined) user.passOver();
        else await user.run(put);
        count += 1;
        if (count % 64 === 0) progress.show(read() / size, () => `${grouped(count)} requests`);
      }
    }
  } finally {
    progress.clear();
  }
}
