// A host that keeps everything in memory: files as a map, headers and environment as plain objects.
// For tests of the engine, and for trying rules where there is no server, as in a browser.

import type { ExprHost } from '../kit/expr/index.ts';
import type {
  Answer,
  FileFacts,
  RewriteHost,
  RewriteRequest,
  ServerIdentity,
  SubrequestResult,
} from './host.ts';
import type { TraceEvent } from './trace-events.ts';
import type { ServerVariable, WaitingVariable } from './variables.ts';

/** What a memory host starts from; everything has a default. */
export interface MemoryWorld {
  readonly server?: Partial<ServerIdentity>;
  readonly documentRoot?: string;
  readonly contextPrefix?: string;
  readonly contextDocumentRoot?: string;
  readonly hasProxy?: boolean;
  readonly requestLineLimit?: number;
  /** Path to content; folders exist where a file lies in them. */
  readonly files?: ReadonlyMap<string, string>;
  readonly homes?: ReadonlyMap<string, string>;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Partial<Record<ServerVariable | WaitingVariable, string>>>;
  readonly env?: ReadonlyMap<string, string>;
  readonly cookies?: ReadonlyMap<string, string>;
  readonly now?: Date;
  readonly random?: number;
  readonly traceLevel?: number;
  readonly expr?: ExprHost;
  probe?(by: 'uri' | 'file', path: string): Answer<SubrequestResult>;
  lookAhead?(by: 'uri' | 'file', path: string, variable: string): Answer<string>;
}

/** See the head of the file. What the rules did is there to be read afterwards. */
export class MemoryHost implements RewriteHost {
  readonly #world: MemoryWorld;
  readonly server: ServerIdentity;
  readonly documentRoot: string;
  readonly contextPrefix: string;
  readonly contextDocumentRoot: string;
  readonly hasProxy: boolean;
  readonly requestLineLimit: number;
  readonly traceLevel: number;
  readonly environment: Map<string, string>;
  readonly cookies: Map<string, string>;
  readonly vary: string[] = [];
  readonly failures: string[] = [];
  readonly events: TraceEvent[] = [];

  constructor(world: MemoryWorld = {}) {
    this.#world = world;
    this.server = { ...defaultServer, ...world.server };
    this.documentRoot = world.documentRoot ?? '/srv/www';
    this.contextPrefix = world.contextPrefix ?? '';
    this.contextDocumentRoot = world.contextDocumentRoot ?? this.documentRoot;
    this.hasProxy = world.hasProxy ?? true;
    this.requestLineLimit = world.requestLineLimit ?? 8190;
    this.traceLevel = world.traceLevel ?? 0;
    this.environment = new Map(world.env);
    this.cookies = new Map(world.cookies);
  }

  expr(): ExprHost {
    if (!this.#world.expr) throw new Error('this host evaluates no expressions');
    return this.#world.expr;
  }

  variable(name: ServerVariable): string {
    return this.#world.variables?.[name] ?? '';
  }

  waitingVariable(name: WaitingVariable): Answer<string> {
    return Promise.resolve(this.#world.variables?.[name] ?? '');
  }

  header(name: string): string | undefined {
    return this.#world.headers?.[name.toLowerCase()];
  }

  ssl(_name: string): string {
    return '';
  }

  env(name: string): string | undefined {
    return this.environment.get(name);
  }

  setEnv(name: string, value: string): void {
    this.environment.set(name, value);
  }

  unsetEnv(name: string): void {
    this.environment.delete(name);
  }

  now(): Date {
    return this.#world.now ?? new Date();
  }

  random(): number {
    return this.#world.random ?? Math.random();
  }

  stat(path: string, _followLinks: boolean): FileFacts | null {
    const content = this.#world.files?.get(path);
    if (content !== undefined) return { type: 'file', size: content.length, executable: false };
    return this.#isFolder(path) ? { type: 'directory', size: 0, executable: true } : null;
  }

  #isFolder(path: string): boolean {
    const prefix = path.endsWith('/') ? path : `${path}/`;
    for (const name of this.#world.files?.keys() ?? []) if (name.startsWith(prefix)) return true;
    return false;
  }

  probe(by: 'uri' | 'file', path: string): Answer<SubrequestResult> {
    return this.#world.probe?.(by, path) ?? { status: 404, filename: path, exists: false };
  }

  lookAhead(by: 'uri' | 'file', path: string, variable: string): Answer<string> {
    return this.#world.lookAhead?.(by, path, variable) ?? '';
  }

  userHome(name: string): string | undefined {
    return this.#world.homes?.get(name);
  }

  hasCookie(name: string): boolean {
    return this.cookies.has(name);
  }

  addCookie(name: string, line: string): void {
    this.cookies.set(name, line);
  }

  addVary(names: string): void {
    this.vary.push(names);
  }

  exprFailed(text: string, reason: string): void {
    this.failures.push(`${text}: ${reason}`);
  }

  trace(event: TraceEvent): void {
    this.events.push(event);
  }
}

const defaultServer: ServerIdentity = {
  scheme: 'http',
  name: 'www.test',
  port: 18080,
  configuredPort: 0,
  addresses: [],
  hasName: (host) => host.toLowerCase() === 'www.test',
};

/** A request for a URL-path; what is not given is as in a plain GET. */
export function memoryRequest(uri: string, more: Partial<RewriteRequest> = {}): RewriteRequest {
  return {
    uri,
    filename: '',
    pathInfo: '',
    query: undefined,
    originalQuery: more.query,
    isSubrequest: false,
    ended: false,
    proxied: false,
    ...more,
  };
}
