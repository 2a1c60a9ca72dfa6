// What Apache's core is told by directives and the request spine needs to know. modules/core declares the directives.
// Unset settings are undefined, so that merging can tell them from settings; readers apply the defaults here.

import type { Nonfatal } from '../conf/apply.ts';
import type { Override } from '../conf/context.ts';
import type { DirConfig } from '../conf/section.ts';
import type { Server } from '../conf/server.ts';
import type { Expr } from '../kit/expr/index.ts';
import type { RangeLimits } from '../wire/ranges.ts';
import type { ErrorLogFormat } from './log-event.ts';

/** The slot of the core module; it is always the first. */
export const CORE_SLOT = 0;

/** Where the listener waits. Host undefined stands for every address, IPv4 and IPv6. */
export interface Listen {
  /** A name or an IP address. */
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** As the Listen line has it; `https` cannot be served. */
  readonly protocol?: string;
}

export interface CoreServerConfig {
  serverName?: string;
  /** 0 or undefined when ServerName gives none. */
  serverPort?: number;
  serverScheme?: string;
  /** In lower case; entries with `*` or `?` stand in wildAliases, compiled. */
  aliases: string[];
  wildAliases: ((name: string) => boolean)[];
  /** As written. */
  wildAliasTexts?: readonly string[];
  serverAdmin?: string;
  documentRoot?: string;
  /** Milliseconds. */
  timeout?: number;
  keepAlive?: boolean;
  /** Milliseconds. */
  keepAliveTimeout?: number;
  /** A virtual host that says itself how long; the others wait as long as the first one of their address. */
  hasOwnKeepAliveTimeout?: boolean;
  maxKeepAliveRequests?: number;
  limitRequestLine?: number;
  limitRequestFields?: number;
  limitRequestFieldSize?: number;
  /** LimitInternalRecursion. */
  redirectLimit?: number;
  subrequestLimit?: number;
  accessFileNames?: readonly string[];
  allowEncodedSlashes?: 'off' | 'on' | 'nodecode';
  mergeSlashes?: boolean;
  traceEnable?: 'off' | 'on' | 'extended';
  strictHostCheck?: boolean;
  protocolOptions?: { strict?: boolean; lenientMethods?: boolean; allow09?: boolean };
  /** A path, `|program` or `syslog…`, as written; relative paths are resolved. */
  errorLog?: string;
  /** ErrorLogFormat; and what is said once for each request and each connection. */
  errorLogFormat?: ErrorLogFormat;
  requestLogFormats?: readonly ErrorLogFormat[];
  connectionLogFormats?: readonly ErrorLogFormat[];
  serverTokens?: 'full' | 'os' | 'minimal' | 'minor' | 'major' | 'prod';
  /** Main server only. */
  listens: Listen[];
  user?: string;
  group?: string;
  pidFile?: string;
  /** AppControl: the path of the control channel, or `off`. Main server only. */
  controlSocket?: string;
  /** ExtendedStatus; undefined: on where mod_status is. Main server only. */
  extendedStatus?: boolean;
  seeRequestTail?: boolean;
  maxRequestWorkers?: number;
  /** Seconds that exchanges may go on behind a graceful stop; undefined or 0: as long as they take. */
  gracefulShutdownTimeout?: number;
  listenBacklog?: number;
}

/** Bits of the Options directive. */
export const OPT = {
  none: 0,
  indexes: 1,
  /** IncludesNOEXEC; Includes is this and the next. */
  includes: 2,
  symLinks: 4,
  execCgi: 8,
  includesWithExec: 16,
  symLinksIfOwner: 32,
  multiViews: 64,
  all: 31,
} as const;

/** Bits of FileETag. */
export const ETAG = { none: 1, mtime: 2, inode: 4, size: 8, all: 14, digest: 16 } as const;

/** What FileETag says: bits set outright, and those added and taken away. */
export interface EtagSetting {
  readonly bits: number;
  readonly add: number;
  readonly remove: number;
}

/** What ErrorDocument says for a status. */
export type ErrorDocument =
  | { readonly kind: 'text' | 'path' | 'url'; readonly expr: Expr }
  | { readonly kind: 'default' };

/** What AllowOverride and AllowOverrideList permit in .htaccess files. */
export interface AllowedOverrides {
  readonly classes: ReadonlySet<Override>;
  /** Options that may be changed, in lower case; undefined for all of them. */
  readonly options?: readonly string[];
  readonly nonfatal: Nonfatal;
}

export type LogLevelName =
  | 'emerg'
  | 'alert'
  | 'crit'
  | 'error'
  | 'warn'
  | 'notice'
  | 'info'
  | 'debug'
  | `trace${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;

export interface CoreDirConfig {
  /** Options without signs: replaces. */
  options?: number;
  optionsAdd?: number;
  optionsRemove?: number;
  allowOverride?: AllowedOverrides;
  allowOverrideList?: ReadonlySet<string>;
  errorDocuments?: ReadonlyMap<number, ErrorDocument>;
  forceType?: string;
  setHandler?: string;
  /** Names of filters, separated by `;`. */
  outputFilters?: string;
  inputFilters?: string;
  acceptPathInfo?: 'on' | 'off' | 'default';
  useCanonicalName?: 'on' | 'off' | 'dns';
  useCanonicalPhysicalPort?: boolean;
  serverSignature?: 'off' | 'on' | 'email';
  limitRequestBody?: number;
  fileETag?: EtagSetting;
  /** MaxRanges and its kin, as far as they are said. */
  rangeLimits?: Partial<RangeLimits>;
  /** undefined: unset; false: Off; else the charset. */
  addDefaultCharset?: string | false;
  cgiPassAuth?: boolean;
  /** CGIVar REQUEST_URI: the path in force instead of what the client sent. */
  cgiCurrentUri?: boolean;
  qualifyRedirectUrl?: boolean;
  /** Highest level that is logged, by module name; '' is the level of the others. */
  logLevels?: ReadonlyMap<string, number>;
}

export function coreServer(server: Server): CoreServerConfig {
  return server.config[CORE_SLOT] as CoreServerConfig;
}

/** The bits of FileETag in force; 0 where nothing is said. None beside something else is nothing. */
export function etagBits({ fileETag }: CoreDirConfig): number {
  if (fileETag === undefined) return 0;
  const bits = fileETag.bits === ETAG.none ? ETAG.none : fileETag.bits & ~ETAG.none;
  return (bits & ~fileETag.remove) | fileETag.add;
}

const NOTHING: CoreDirConfig = {};

export function coreDir(dir: DirConfig): CoreDirConfig {
  return (dir.values[CORE_SLOT] as CoreDirConfig | undefined) ?? NOTHING;
}

/** The options in force; FollowSymLinks when nothing was said. */
export function optionsOf(dir: DirConfig): number {
  const { options = OPT.symLinks, optionsAdd = 0, optionsRemove = 0 } = coreDir(dir);
  return (options & ~optionsRemove) | optionsAdd;
}

/** Apache's LogLevel numbers: emerg 0 … debug 7, trace1 8 … trace8 15. */
export const LOG_LEVELS: readonly LogLevelName[] = [
  'emerg',
  'alert',
  'crit',
  'error',
  'warn',
  'notice',
  'info',
  'debug',
  'trace1',
  'trace2',
  'trace3',
  'trace4',
  'trace5',
  'trace6',
  'trace7',
  'trace8',
];

const WARN = 4;

/** The highest level that is logged for a module (default: warn). */
export function logLevelOf(dir: DirConfig, module: string): number {
  const levels = coreDir(dir).logLevels;
  if (levels === undefined) return WARN;
  return levels.get(module) ?? levels.get('') ?? WARN;
}
