// Applications that portico starts itself (`<App>`), portico's own module: this file binds the parts together. The proxy
// asks it for a process behind `app://NAME/`; the processes are the server's (request/apps.ts).
//
//   <App> ─ directives ─▶ description ─▶ server          app://shop/ ─ hold ─┬─▶ lease ─▶ proxy
//                                                                            └─▶ waiting page, 503

import type { Server } from '../../conf/server.ts';
import type { Soon } from '../../kit/wait.ts';
import type { AppLease } from '../../request/apps.ts';
import type { Exchange, LiveSite } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { checkApps } from './check.ts';
import type { AppEntry, AppServerConfig } from './config.ts';
import { appDirectives } from './directives.ts';
import { type Held, hold } from './hold.ts';

export type { Held } from './hold.ts';

type ByName = ReadonlyMap<string, AppEntry>;

function entriesOf(servers: readonly Server[]): readonly AppEntry[] {
  return servers.flatMap((server) => app.serverOf(server).apps);
}

function openEntries(site: LiveSite): ByName {
  return new Map(entriesOf(site.servers).map((entry) => [entry.spec.name, entry]));
}

/**
 * A process of the application for this exchange, now or once it is ready, or what is answered instead. The process is
 * the exchange's until its answer is sent. `since`: when the exchange began to ask, in milliseconds since 1970.
 */
export function holdApp(x: Exchange, name: string, since: number): Soon<Held> {
  const entry = (app.state(x.site) as ByName).get(name);
  if (entry !== undefined) return hold(x, entry, since);
  logEvent(x, 'app', 'error', `there is no <App ${name}>; answering 503 to app://${name}/`);
  return 503;
}

/** Ends the lease with the exchange that the client sees: the body of an answer still comes from the process. */
export function keepLease(x: Exchange, lease: AppLease): void {
  const root = x.root();
  const kept = root.stateOf(app.slot) as AppLease[] | undefined;
  if (kept === undefined) root.keepState(app.slot, [lease]);
  else kept.push(lease);
}

function releaseLeases(x: Exchange): Verdict {
  const kept = x.stateOf(app.slot) as readonly AppLease[] | undefined;
  if (kept !== undefined) for (const lease of kept) lease.release();
  return DECLINED;
}

export const app: Module<AppServerConfig> = defineModule<AppServerConfig>({
  name: 'app',
  builtIn: true,
  directives: appDirectives,
  serverConfig: { create: () => ({ apps: [] }), merge: (_base, add) => add },
  check: ({ main, vhosts }, report, tree) =>
    checkApps({ main, vhosts }, entriesOf([main, ...vhosts]), tree, report),
  apps: (server) => app.serverOf(server).apps.map(({ spec }) => spec),
  logs: (server) => app.serverOf(server).apps.flatMap(({ spec }) => spec.log ?? []),
  hooks: { logTransaction: { first: releaseLeases } },
  open: openEntries,
});
