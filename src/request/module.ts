// A module: Apache's module struct. Configuration and directives come from conf; hooks fill the phases.

import type { ConfModule } from '../conf/module.ts';
import type { Server } from '../conf/server.ts';
import type { AppSpec } from './apps.ts';
import { CORE_SLOT } from './core-config.ts';
import type { ConnectionFacts, Exchange, Hook, InputFilter, LiveSite, OutputFilter } from './exchange.ts';
import type { PhaseName } from './phases.ts';
import type { ReadLimits } from './read-limits.ts';

/** Where a hook stands among the others of a phase (APR_HOOK_FIRST …); list order of modules/index.ts within a place. */
export type HookPlace = 'first' | 'middle' | 'last' | 'reallyLast';

/** A module's hooks by phase: one in the middle, or any with a place of their own. */
export type Hooks = {
  readonly [phase in PhaseName]?: Hook | { readonly [place in HookPlace]?: Hook };
};

/** A module as its file declares it, for `defineModule`. What is left out it does not do. */
export interface ModuleSpec<S, D> extends Omit<ConfModule<S, D>, 'slot'> {
  /** Only the core module names its slot. */
  readonly slot?: typeof CORE_SLOT;
  /** What it does at each phase. */
  readonly hooks?: Hooks;
  /** What SetOutputFilter and its kin may name. */
  readonly outputFilters?: readonly OutputFilter[];
  /** What SetInputFilter and AddInputFilter may name. */
  readonly inputFilters?: readonly InputFilter[];
  /** Logs that it writes for a server: opened while the process still has the rights it was started with. */
  logs?(server: Server): readonly string[];
  /** Applications that a server's configuration describes; started and kept by the server, across reloads. */
  apps?(server: Server): readonly AppSpec[];
  /** How long clients of a server may take to send a request; undefined for no bound but Timeout. */
  readLimits?(server: Server): ReadLimits | undefined;
  /** Once per opened site: which connections begin with a PROXY header; undefined for none. */
  proxyHeaders?(site: LiveSite): ((connection: ConnectionFacts) => boolean) | undefined;
  /** `Satisfy Any`: who passes accessChecker is in, and whom it refuses may still get in as a user. */
  satisfiesAny?(x: Exchange): boolean;
  /** What it adds to the server-status page of `x`: lines for programs (`auto`), or HTML for people; '' for nothing. */
  status?(x: Exchange, audience: 'people' | 'programs'): string;
  /**
   * Once per loaded site, before requests: pools, children, logs. Answers what `state` gives back. `before` is what it
   * answered for the site that a reload puts this one in the place of; undefined at the start.
   */
  open?(site: LiveSite, before: unknown): unknown;
  /** Once, when the site takes no more requests; those under way go on. */
  retire?(site: LiveSite, state: unknown): void;
  /** Once, when the last exchange of the site is over. */
  close?(site: LiveSite, state: unknown): void | Promise<void>;
}

/** A module with its slot: the place of its values in the lists that servers, directories and exchanges keep. */
export interface Module<S = unknown, D = unknown>
  extends Omit<ModuleSpec<S, D>, 'slot'>,
    Omit<ConfModule<S, D>, 'outputFilters'> {
  /** The module's configuration of the server that answers. */
  server(x: Exchange): S;
  /** The same of another server. */
  serverOf(server: Server): S;
  /** The module's configuration in force; undefined when no directive of it applies. */
  dir(x: Exchange): D | undefined;
  /** What `open` answered for this site. */
  state(site: LiveSite): unknown;
}

let lastSlot: number = CORE_SLOT;

/** Gives a module its slot. */
export function defineModule<S = undefined, D = undefined>(spec: ModuleSpec<S, D>): Module<S, D> {
  const slot = spec.slot ?? ++lastSlot;
  return {
    ...spec,
    slot,
    server: (x) => x.server.config[slot] as S,
    serverOf: (server) => server.config[slot] as S,
    dir: (x) => x.dirConfig.values[slot] as D | undefined,
    state: (site) => site.states[slot],
  };
}
