// Opening and closing a site: hooks sorted into phases, modules opened, virtual hosts indexed.
// A reload opens a second site beside the first; the first closes when its last exchange is over.

import type { Site } from '../conf/site.ts';
import { lowerAscii } from '../kit/ascii.ts';
import { andThen } from '../kit/wait.ts';
import type { ServerActivity } from './activity.ts';
import type { Apps } from './apps.ts';
import type { Hook, LiveSite, Rehearsal } from './exchange.ts';
import type { SiteIo } from './io.ts';
import type { HookPlace, Module } from './module.ts';
import { PHASE_RULES, PHASES, type PhaseName } from './phases.ts';
import { lookupFile, lookupUri } from './subrequest.ts';
import { DECLINED, OK } from './verdict.ts';
import { indexVhosts } from './vhosts.ts';

const PLACES: readonly HookPlace[] = ['first', 'middle', 'last', 'reallyLast'];

function hooksOf(
  modules: readonly Module[],
  phase: PhaseName,
  rehearsal: Rehearsal | undefined,
): readonly Hook[] {
  // A request that is only tried out is in no log.
  if (rehearsal !== undefined && phase === 'logTransaction') return [];
  return PLACES.flatMap((place) =>
    modules.flatMap(({ name, hooks }) => {
      const own = hooks?.[phase];
      const hook = typeof own === 'function' ? (place === 'middle' ? own : undefined) : own?.[place];
      if (hook === undefined) return [];
      return [rehearsal === undefined ? hook : telling(hook, rehearsal, name, phase)];
    }),
  );
}

/** The hook, telling what it answers. */
function telling(hook: Hook, rehearsal: Rehearsal, module: string, phase: PhaseName): Hook {
  return (x) =>
    andThen(hook(x), (verdict) => {
      // Where all run, OK settles nothing.
      const settles = verdict !== DECLINED && (verdict !== OK || PHASE_RULES[phase] === 'first');
      if (settles) rehearsal.note(x, { kind: 'phase', phase, module, verdict });
      return verdict;
    });
}

function byName<F extends { readonly name: string }>(filters: readonly F[]): ReadonlyMap<string, F> {
  return new Map(filters.map((filter) => [lowerAscii(filter.name), filter]));
}

/** What is around a site. */
export interface Surroundings {
  /** What the server is doing. */
  readonly activity?: ServerActivity;
  /** The applications that it starts. */
  readonly apps?: Apps;
  /** The site that this one takes the place of. */
  readonly before?: LiveSite;
  /** Its requests are only tried out. */
  readonly rehearsal?: Rehearsal | undefined;
}

/**
 * Opens a site for requests. `known` is the list the configuration was read with; the modules that are on run in its
 * order. When a module's `open` throws, those opened before it are closed again and the error goes to the caller.
 */
export async function openSite(
  conf: Site,
  known: readonly Module[],
  io: SiteIo,
  surroundings: Surroundings = {},
): Promise<LiveSite> {
  const { activity, apps, before, rehearsal } = surroundings;
  const modules = known.filter((module) => conf.modules.includes(module));
  const vhosts = indexVhosts(conf.main, conf.vhosts);
  const states: unknown[] = [];
  const site: LiveSite = {
    conf,
    main: conf.main,
    servers: [conf.main, ...conf.vhosts],
    io,
    hooks: Object.fromEntries(
      PHASES.map((phase) => [phase.name, hooksOf(modules, phase.name, rehearsal)]),
    ) as LiveSite['hooks'],
    outputFilters: byName(modules.flatMap(({ outputFilters }) => outputFilters ?? [])),
    inputFilters: byName(modules.flatMap(({ inputFilters }) => inputFilters ?? [])),
    states,
    modules,
    htaccess: { compiled: new Map(), absent: new Map() },
    lookupUri,
    lookupFile,
    findServer: vhosts.find,
    readLimits: modules.find((module) => module.readLimits !== undefined)?.readLimits ?? (() => undefined),
    activity,
    apps,
    rehearsal,
    expectsProxyHeader: undefined,
    satisfiesAny: modules.find((module) => module.satisfiesAny !== undefined)?.satisfiesAny ?? (() => false),
  };
  for (const [at, module] of modules.entries()) {
    try {
      states[module.slot] = await module.open?.(site, before?.states[module.slot]);
    } catch (error) {
      await closeModules(site, modules.slice(0, at));
      throw error;
    }
  }
  const expectsProxyHeader = modules
    .find((module) => module.proxyHeaders !== undefined)
    ?.proxyHeaders?.(site);
  return Object.assign(site, { expectsProxyHeader });
}

/** Tells the modules that the site takes no more requests. */
export function retireSite(site: LiveSite, known: readonly Module[]): void {
  for (const module of known) {
    if (site.modules.includes(module)) module.retire?.(site, site.states[module.slot]);
  }
}

/** Closes what `openSite` opened. */
export async function closeSite(site: LiveSite, known: readonly Module[]): Promise<void> {
  await closeModules(
    site,
    known.filter((module) => site.modules.includes(module)),
  );
}

/** Last module first: what was built on others goes before them. */
async function closeModules(site: LiveSite, modules: readonly Module[]): Promise<void> {
  for (const module of modules.toReversed()) await module.close?.(site, site.states[module.slot]);
}
