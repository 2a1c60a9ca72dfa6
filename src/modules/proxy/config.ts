// What mod_proxy's directives say, and how virtual hosts and sections inherit it. Unset settings are undefined;
// readers apply the defaults that stand here.

import type { DirConfig, RegexMatcher } from '../../conf/section.ts';
import type { Place } from '../../kit/place.ts';
import type { Regex } from '../../kit/regex/index.ts';
import type { BadHeaderMode } from '../../wire/response-parser.ts';
import { type BalancerConfig, mergeBalancers } from './balancer/config.ts';
import { HealthConfig } from './hcheck/config.ts';
import type { HostTest, RemoteProxy } from './remote/remote-proxy.ts';
import type { Worker } from './worker.ts';

/** Timeout where no line says otherwise, in milliseconds. */
export const DEFAULT_TIMEOUT = 60_000;

/** One ProxyPass or ProxyPassMatch line. */
export interface PassEntry {
  /** Path prefix as written, or the expression's text. */
  readonly path: string;
  readonly regex: Regex | undefined;
  /** Target URL; undefined for `!`. */
  readonly url: string | undefined;
  readonly nocanon: boolean;
  readonly interpolate: boolean;
  readonly mapping: 'decoded' | 'encoded' | 'servlet';
  readonly place: Place;
}

/** One ProxyPassReverse or cookie line: `from` is what the backend says, `to` what the client is told. */
export interface ReverseEntry {
  readonly from: string;
  readonly to: string;
  readonly interpolate: boolean;
}

/** One `<Proxy>` or `<ProxyMatch>` section. */
export interface ProxySection {
  /** As written, `http://` and host in lower case. */
  readonly url: string;
  readonly glob?: (url: string) => boolean;
  readonly regex?: RegexMatcher;
  readonly dir: DirConfig;
  readonly place: Place;
}

export interface ProxyServerConfig {
  passes: PassEntry[];
  /** Some of them look at the path as it came. */
  hasEncoded?: boolean;
  workers: Worker[];
  balancers: BalancerConfig[];
  /** BalancerPersist. */
  balancerPersist?: boolean;
  /** BalancerInherit and ProxyPassInherit. */
  balancerInherit?: boolean;
  passInherit?: boolean;
  sections: ProxySection[];
  /** ProxyRemote and ProxyRemoteMatch, in the order of their lines. */
  remotes: RemoteProxy[];
  /** NoProxy. */
  directHosts: HostTest[];
  /** ProxyBlock. */
  blocks: string[];
  /** ProxyDomain. */
  domain?: string;
  /** ProxySourceAddress. */
  sourceAddress?: string;
  /** What mod_proxy_hcheck's lines say. Of this server alone. */
  health: HealthConfig;
  /** ProxyStatus: server-status shows the balancers. */
  status?: 'off' | 'on' | 'full';
  via?: 'off' | 'on' | 'full' | 'block';
  /** Milliseconds. */
  timeout?: number;
  maxForwards?: number;
  badHeader?: BadHeaderMode;
  ioBufferSize?: number;
  receiveBufferSize?: number;
}

export interface ErrorOverride {
  readonly on: boolean;
  /** Statuses that are replaced; empty for all of 400 and above. */
  readonly codes: ReadonlySet<number>;
}

export interface ProxyDirConfig {
  /** ProxyPass inside `<Location>`. */
  pass?: PassEntry;
  reverses: readonly ReverseEntry[];
  cookiePaths: readonly ReverseEntry[];
  cookieDomains: readonly ReverseEntry[];
  preserveHost?: boolean;
  addHeaders?: boolean;
  errorOverride?: ErrorOverride;
  interpolateEnv?: boolean;
  forward100Continue?: boolean;
}

export function createServerConfig(): ProxyServerConfig {
  return {
    passes: [],
    workers: [],
    balancers: [],
    sections: [],
    remotes: [],
    directHosts: [],
    blocks: [],
    health: new HealthConfig(),
  };
}

/** Whatever is a list begins with the main server's. */
export function mergeServerConfig(base: ProxyServerConfig, add: ProxyServerConfig): ProxyServerConfig {
  const balancerInherit = add.balancerInherit ?? base.balancerInherit ?? true;
  const passInherit = add.passInherit ?? base.passInherit ?? true;
  // Apache: one of the two is enough, for workers and balancers alike.
  const inherits = balancerInherit || passInherit;
  return {
    ...base,
    ...add,
    balancerInherit,
    passInherit,
    // Apache: for the server alone whose line it is.
    balancerPersist: add.balancerPersist === true,
    // Apache: the main server's lines come first, and ProxyPassInherit Off takes none of them away.
    passes: [...base.passes, ...add.passes],
    hasEncoded: add.hasEncoded === true || base.hasEncoded === true,
    workers: inherits ? [...base.workers, ...add.workers] : add.workers,
    balancers: inherits ? mergeBalancers(base.balancers, add.balancers) : add.balancers,
    sections: [...base.sections, ...add.sections],
    remotes: passInherit ? [...base.remotes, ...add.remotes] : add.remotes,
    directHosts: [...base.directHosts, ...add.directHosts],
    blocks: [...base.blocks, ...add.blocks],
  };
}

const NONE: readonly ReverseEntry[] = [];

export function createDirConfig(): ProxyDirConfig {
  return { reverses: NONE, cookiePaths: NONE, cookieDomains: NONE };
}

export function mergeDirConfig(base: ProxyDirConfig, add: ProxyDirConfig): ProxyDirConfig {
  return {
    ...base,
    ...add,
    ...mergedOverride(base, add),
    // Apache: lines of the server come before those of a section.
    reverses: joined(base.reverses, add.reverses),
    cookiePaths: joined(base.cookiePaths, add.cookiePaths),
    cookieDomains: joined(base.cookieDomains, add.cookieDomains),
  };
}

/** Apache: the statuses of all places count together, and the innermost On or Off. */
function mergedOverride(base: ProxyDirConfig, add: ProxyDirConfig): Pick<ProxyDirConfig, 'errorOverride'> {
  if (base.errorOverride === undefined || add.errorOverride === undefined) return {};
  const codes = new Set([...base.errorOverride.codes, ...add.errorOverride.codes]);
  return { errorOverride: { on: add.errorOverride.on, codes } };
}

function joined(first: readonly ReverseEntry[], then: readonly ReverseEntry[]): readonly ReverseEntry[] {
  if (then.length === 0) return first;
  return first.length === 0 ? then : [...first, ...then];
}

/** In force where no directive of the module applies. */
export const DIR_DEFAULTS: ProxyDirConfig = createDirConfig();
