// Looking a key up in a map, and telling about it.

import type { Waiting } from '../kit/wait.ts';
import { when } from '../kit/wait.ts';
import { isHit, type MapKind, type RewriteMap } from './maps.ts';
import type { Pass } from './pass.ts';
import { chooseSubvalue } from './text-map.ts';
import type { MapStore } from './trace-events.ts';

/** The value of a key, or null where the default applies: no such map, no such key, or an empty text value. */
export function* lookUp(name: string, key: string, pass: Pass): Waiting<string | null> {
  const map = pass.maps.get(name);
  if (!map) return null;
  const tracing = pass.traceLevel >= 5;
  const cached = tracing && (map.source.isCached?.(key) ?? false);
  const value = yield* when(map.source.lookup(key));
  if (tracing) traceLookUp(name, map, key, value, cached, pass);
  if (!isHit(map.kind, value)) return null;
  if (map.kind !== 'rnd') return value;
  const chosen = chooseSubvalue(value, pass.host.random());
  if (tracing) pass.trace('choseSubvalue', chosen);
  return chosen;
}

function traceLookUp(
  name: string,
  map: RewriteMap,
  key: string,
  value: string | null,
  cached: boolean,
  pass: Pass,
): void {
  const store = storeOf(map.kind);
  if (cached) {
    pass.trace('cacheFound', name, key, value ?? '', store);
    return;
  }
  if (pass.traceLevel >= 6 && store !== undefined && map.kind !== 'dbd') pass.trace('cacheMissed');
  if (value === null) pass.trace('mapMissed', name, key, store);
  else pass.trace('mapFound', name, shownKey(map, key, value), value, store);
}

function storeOf(kind: MapKind): MapStore {
  switch (kind) {
    case 'txt':
    case 'rnd':
      return 'txt';
    case 'dbm':
      return 'dbm';
    case 'dbd':
    case 'fastdbd':
      return 'SQL';
    default:
      return undefined;
  }
}

// Apache shows the key after tolower, toupper and unescape have changed it in place; escape keeps it.
function shownKey(map: RewriteMap, key: string, value: string): string {
  return map.kind === 'int' && !value.includes('%') ? value : key;
}
