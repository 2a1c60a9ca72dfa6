// mod_dbd: SQL databases for whoever asks, one per server that says how to reach it. Its one customer is RewriteMap.

import type { Command } from '../../conf/command.ts';
import type { Server } from '../../conf/server.ts';
import type { LiveSite } from '../../request/exchange.ts';
import { logServer } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { createDbdServer, type DbdServer, mergeDbdServers } from './config.ts';
import { Database } from './database.ts';
import { addStatement, directives } from './directives.ts';
import { findDriver } from './drivers.ts';

export type { Database } from './database.ts';
export { reasonOf } from './driver.ts';

type Databases = ReadonlyMap<Server, Database>;

/** Servers with the same settings share a database. */
async function openDatabases(site: LiveSite): Promise<Databases> {
  const bySettings = new Map<string, Database>();
  const byServer = new Map<Server, Database>();
  if (site.rehearsal !== undefined) return byServer;
  for (const server of site.servers) {
    const config = dbd.serverOf(server);
    const driver = config.driver === undefined ? undefined : findDriver(config.driver);
    if (driver === undefined) continue;
    const settings = JSON.stringify({ ...config, statements: [...config.statements] });
    const database =
      bySettings.get(settings) ??
      new Database(config, driver, (level, text) => logServer(site, server, 'dbd', level, text));
    bySettings.set(settings, database);
    byServer.set(server, database);
  }
  await Promise.all([...bySettings.values()].map((database) => database.start()));
  return byServer;
}

/** The database of a server of an open site; undefined, with a line in the log, when none is configured. */
export function databaseOf(site: LiveSite, server: Server): Database | undefined {
  const database = (dbd.state(site) as Databases | undefined)?.get(server);
  if (database === undefined) logServer(site, server, 'dbd', 'error', 'AH02654: not configured');
  return database;
}

/** While a configuration is read: SQL to prepare for the command's server. */
export function prepareStatement(cmd: Command, label: string, sql: string): void {
  addStatement(cmd, dbd.serverOf(cmd.server), label, sql);
}

export const dbd: Module<DbdServer, undefined> = defineModule<DbdServer, undefined>({
  name: 'dbd',
  directives,
  serverConfig: { create: createDbdServer, merge: mergeDbdServers },
  open: openDatabases,
  async close(_site, state) {
    await Promise.all([...new Set((state as Databases).values())].map((database) => database.close()));
  },
});
