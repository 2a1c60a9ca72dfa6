// A machine whose files stay as they are while a log is replayed: what is known of one is not asked again.

import type { FileFacts } from '../conf/io.ts';
import type { SiteIo } from '../request/io.ts';
import { ioWith } from './io-with.ts';
import { TwoGenerations } from './two-generations.ts';

/** Paths of a generation; one and its facts are some hundred bytes. */
const GENERATION = 25_000;

/** `io`, which looks at each path once. */
export function stillIo(io: SiteIo): SiteIo {
  const followed = new TwoGenerations<FileFacts | 'nothing'>(GENERATION);
  const links = new TwoGenerations<FileFacts | 'nothing'>(GENERATION);
  return ioWith(io, {
    stat(path, link = false) {
      const known = link ? links : followed;
      const facts = known.get(path);
      if (facts !== undefined) return facts === 'nothing' ? undefined : facts;
      // What the system refuses is thrown, and asked again.
      const found = io.stat(path, link);
      known.set(path, found ?? 'nothing');
      return found;
    },
  });
}
