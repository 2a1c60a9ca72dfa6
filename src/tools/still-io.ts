// A machine whose files stay as they are while a log is replayed: what is known of one is not asked again.

import type { FileFacts } from '../conf/io.ts';
import type { SiteIo } from '../request/io.ts';
import { ioWith } from './io-with.ts';

/** Paths that are remembered; the oldest are forgotten first. A path and its facts are some hundred bytes. */
const MOST_PATHS = 50_000;

/** `io`, which looks at each path once. */
export function stillIo(io: SiteIo): SiteIo {
  const followed = new Map<string, FileFacts | undefined>();
  const links = new Map<string, FileFacts | undefined>();
  return ioWith(io, {
    stat(path, link = false) {
      const known = link ? links : followed;
      const facts = known.get(path);
      if (facts !== undefined || known.has(path)) return facts;
      // What the system refuses is thrown, and asked again.
      const found = io.stat(path, link);
      if (known.size >= MOST_PATHS) known.delete(known.keys().next().value!);
      known.set(path, found);
      return found;
    },
  });
}
