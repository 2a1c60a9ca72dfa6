// Maps that need something of the site that is open: a log for their troubles, a process, a database.

import type { Server } from '../../conf/server.ts';
import type { LiveSite } from '../../request/exchange.ts';
import { logServer } from '../../request/log.ts';
import type { MapSource, RuleSet } from '../../rules/index.ts';

/** What a map is told when its site opens. */
export interface MapHost {
  readonly site: LiveSite;
  /** Whether rules of a server that has this map are switched on. */
  readonly engineOn: boolean;
  /** Tells the operator. */
  readonly complain: (text: string) => void;
}

export interface LiveMap extends MapSource {
  /** Rejects when the site cannot go without this map. */
  open(host: MapHost): void | Promise<void>;
  close?(): void;
}

function isLive(source: MapSource): source is LiveMap {
  return 'open' in source && typeof source.open === 'function';
}

/** Opens the maps of every server, each once. When one fails, those before it are closed again. */
export async function openMaps(
  site: LiveSite,
  rulesOf: (server: Server) => RuleSet,
): Promise<readonly LiveMap[]> {
  // Programs and databases are asked by nobody there: every key is a miss.
  if (site.rehearsal !== undefined) return [];
  const hosts = new Map<LiveMap, MapHost>();
  for (const server of site.servers) {
    const { engine, maps } = rulesOf(server);
    for (const { source } of maps.values()) {
      if (!isLive(source)) continue;
      const complain = (text: string): void => logServer(site, server, 'rewrite', 'error', text);
      const before = hosts.get(source);
      const engineOn = engine === true || before?.engineOn === true;
      hosts.set(source, { site, engineOn, complain: before?.complain ?? complain });
    }
  }
  const opened: LiveMap[] = [];
  try {
    for (const [map, host] of hosts) {
      await map.open(host);
      opened.push(map);
    }
  } catch (error) {
    closeMaps(opened);
    throw error;
  }
  return opened;
}

export function closeMaps(maps: readonly LiveMap[]): void {
  for (const map of maps) map.close?.();
}
