// A machine that does some things otherwise.

import type { SiteIo } from '../request/io.ts';

/** `io`, with what `changes` has in the place of its own. */
export function ioWith(io: SiteIo, changes: Partial<SiteIo>): SiteIo {
  const bound = new Map<PropertyKey, unknown>();
  return new Proxy(io, {
    get(target, key) {
      if (Object.hasOwn(changes, key)) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== 'function') return value;
      // Its methods are its own: what is private to it is not the proxy's.
      if (!bound.has(key)) bound.set(key, value.bind(target));
      return bound.get(key);
    },
  });
}
