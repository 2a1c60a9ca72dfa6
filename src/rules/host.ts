// What the rule engine asks of whoever runs it: a server, a framework adapter, a web page.
// The engine itself opens no file, sends no subrequest and knows no clock.

import type { Era } from '../kit/era.ts';
import type { ExprHost } from '../kit/expr/index.ts';
import type { TraceEvent } from './trace-events.ts';
import type { ServerVariable, WaitingVariable } from './variables.ts';

/** A value that is there, or will be. */
export type Answer<T> = T | Promise<T>;

/** What a stat tells. `executable`: any of the three execute bits. */
export interface FileFacts {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  readonly executable: boolean;
}

/** How a subrequest came out. `exists`: its file could be stat'ed. */
export interface SubrequestResult {
  readonly status: number;
  readonly filename: string;
  readonly exists: boolean;
}

/** The server as its own URLs name it, and what identifies it in URLs that rules write. */
export interface ServerIdentity {
  /** `http` or `https`, of this request. */
  readonly scheme: string;
  /** The name for self-referential URLs (UseCanonicalName), IPv6 in brackets. */
  readonly name: string;
  /** The port for self-referential URLs. */
  readonly port: number;
  /** The port the configuration gives this server: of `ServerName host:port`; 0 when ServerName has none. */
  readonly configuredPort: number;
  /** True for ServerName and every ServerAlias, wildcards included. */
  hasName(host: string): boolean;
  /** The addresses of the `<VirtualHost>` line as written; port 0 is any port. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}

/** The request the rules run for, as the phase hands it over. Strings are decoded byte strings. */
export interface RewriteRequest {
  /** The URL-path, decoded. */
  readonly uri: string;
  /** The mapped file (or `proxy:` URL); per-directory context only. */
  readonly filename: string;
  readonly pathInfo: string;
  /** The query as it stands. */
  readonly query: string | undefined;
  /** The query the request came in with. */
  readonly originalQuery: string | undefined;
  readonly isSubrequest: boolean;
  /** The URL-path of the request a subrequest belongs to. */
  readonly parentUri?: string | undefined;
  /** A rule with [END] has matched earlier on this request. */
  readonly ended: boolean;
  /** ProxyPass or an earlier rule made this a proxied request. */
  readonly proxied: boolean;
  /** The path to show as SCRIPT_URL: of the first request, where this one is an internal redirect or a subrequest. */
  readonly scriptUrl?: string | undefined;
}

/** What the engine asks while it runs. */
/** What rules have changed of a request while they run. */
export interface RequestUnderWay {
  readonly filename: string;
  readonly query: string | undefined;
  readonly pathInfo: string;
  /** Whether headers that are read belong into Vary. */
  readonly notesHeaders: boolean;
}

export interface RewriteHost {
  readonly server: ServerIdentity;
  readonly documentRoot: string;
  /** What Alias or UserDir mapped: the URL prefix and the folder; else an empty prefix and DocumentRoot. */
  readonly contextPrefix: string;
  readonly contextDocumentRoot: string;
  readonly hasProxy: boolean;
  /** LimitRequestLine. */
  readonly requestLineLimit: number;
  /** The release of Apache that is asked about; undefined for the one that portico is. */
  readonly era?: Era | undefined;

  variable(name: ServerVariable): string;
  waitingVariable(name: WaitingVariable): Answer<string>;
  header(name: string): string | undefined;
  ssl(name: string): string;
  /** Request notes, the request's environment, the process environment, in this order. */
  env(name: string): string | undefined;
  setEnv(name: string, value: string): void;
  unsetEnv(name: string): void;
  now(): Date;
  /** A number in [0, 1). */
  random(): number;
  /** What %{…} and functions in `RewriteCond expr` read: the request as the rules have left it so far. */
  expr(current: RequestUnderWay): ExprHost;

  stat(path: string, followLinks: boolean): Answer<FileFacts | null>;
  /** Sends a subrequest for -U or -F. */
  probe(by: 'uri' | 'file', path: string): Answer<SubrequestResult>;
  /** Sends a subrequest and reads a variable from it. */
  lookAhead(by: 'uri' | 'file', path: string, variable: string): Answer<string>;
  /** The home folder of `/~name`. */
  userHome(name: string): Answer<string | undefined>;

  /** True when a rule has set this cookie on the client's request already. */
  hasCookie(name: string): boolean;
  addCookie(name: string, line: string): void;
  /** Adds to the response's Vary; headers joined by commas. */
  addVary(names: string): void;

  /** For the error log: the expression of a condition could not be evaluated. `place` is the condition's. */
  exprFailed(text: string, reason: string, place: unknown): void;

  /** The highest trace level wanted, 0 for none: nothing is built above it. */
  readonly traceLevel: number;
  trace(event: TraceEvent): void;
  /** A rule matched, conditions included, and is about to be applied; `place` is its own. For counting. */
  fired?(place: unknown): void;
}
