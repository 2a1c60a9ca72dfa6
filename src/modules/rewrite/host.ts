// What the rule engine asks, answered from an exchange: variables, files, subrequests, environment, the trace log.

import type { Era } from '../../kit/era.ts';
import type { ExprHost } from '../../kit/expr/index.ts';
import type { Place } from '../../kit/place.ts';
import type { Soon } from '../../kit/wait.ts';
import { coreServer, type LogLevelName, logLevelOf } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { exprHost, lookAt } from '../../request/expr-host.ts';
import { logEvent } from '../../request/log.ts';
import { schemeOf, serverName, serverPort } from '../../request/self-url.ts';
import { serverVariable } from '../../request/variables.ts';
import { isNameOf } from '../../request/vhosts.ts';
import { documentRoot } from '../../request/walk.ts';
import {
  type FileFacts,
  levelOf,
  printTrace,
  type RequestUnderWay,
  type RewriteHost,
  type ServerIdentity,
  type ServerVariable,
  type SubrequestResult,
  type TraceEvent,
  type WaitingVariable,
} from '../../rules/index.ts';

/** LogLevel's number of `debug`; trace1 is one above. */
const DEBUG = 7;

const DEFAULT_REQUEST_LINE = 8190;

/** The highest `rewrite:traceN` that is logged for an exchange; 0 for none. */
export function traceLevelOf(x: Exchange): number {
  return Math.max(0, logLevelOf(x.dirConfig, 'rewrite') - DEBUG);
}

/** The highest level that anybody wants, log or rehearsal. */
export function wantedLevelOf(x: Exchange): number {
  return Math.max(traceLevelOf(x), x.site.rehearsal?.ruleLevel ?? 0);
}

class ExchangeIdentity implements ServerIdentity {
  readonly #x: Exchange;

  constructor(x: Exchange) {
    this.#x = x;
  }

  get scheme(): string {
    return schemeOf(this.#x);
  }

  get name(): string {
    return serverName(this.#x);
  }

  get port(): number {
    return serverPort(this.#x);
  }

  get configuredPort(): number {
    const core = coreServer(this.#x.server);
    if (core.serverName !== undefined) return core.serverPort ?? 0;
    return this.#x.server.addresses[0]?.port ?? 0;
  }

  hasName(host: string): boolean {
    return isNameOf(this.#x.server, host.toLowerCase());
  }

  get addresses(): ServerIdentity['addresses'] {
    return this.#x.server.addresses;
  }
}

/** Cookies that rules have set, by the first exchange of a chain: once per client request and name. */
const cookies: WeakMap<Exchange, Set<string>> = new WeakMap();

export class ExchangeRewriteHost implements RewriteHost {
  readonly #x: Exchange;
  readonly traceLevel: number;
  readonly hasProxy: boolean;

  constructor(x: Exchange, traceLevel: number) {
    this.#x = x;
    this.traceLevel = traceLevel;
    this.hasProxy = x.site.conf.hasModule('proxy_module');
  }

  get server(): ServerIdentity {
    return new ExchangeIdentity(this.#x);
  }

  get documentRoot(): string {
    return documentRoot(this.#x);
  }

  get contextPrefix(): string {
    return this.#x.contextPrefix;
  }

  get contextDocumentRoot(): string {
    return this.#x.contextDocumentRoot ?? documentRoot(this.#x);
  }

  get requestLineLimit(): number {
    return coreServer(this.#x.server).limitRequestLine ?? DEFAULT_REQUEST_LINE;
  }

  get era(): Era | undefined {
    return this.#x.site.rehearsal?.era;
  }

  expr(current: RequestUnderWay): ExprHost {
    return exprHost(this.#x, current);
  }

  variable(name: ServerVariable): string {
    // Rules see the client's port, expressions the connection's.
    if (name === 'REMOTE_PORT') return String(this.#x.clientPort);
    return serverVariable(this.#x, name);
  }

  waitingVariable(name: WaitingVariable): string {
    return serverVariable(this.#x, name);
  }

  header(name: string): string | undefined {
    return this.#x.headers.combined(name.toLowerCase());
  }

  ssl(): string {
    return '';
  }

  env(name: string): string | undefined {
    const x = this.#x;
    return x.note(name) ?? (x.hasEnv() ? x.env.get(name) : undefined) ?? x.site.io.env(name);
  }

  setEnv(name: string, value: string): void {
    this.#x.env.set(name, value);
  }

  unsetEnv(name: string): void {
    this.#x.env.delete(name);
  }

  now(): Date {
    return new Date(this.#x.site.io.now());
  }

  random(): number {
    return Math.random();
  }

  stat(path: string, followLinks: boolean): FileFacts | null {
    return lookAt(this.#x, path, followLinks);
  }

  async probe(by: 'uri' | 'file', path: string): Promise<SubrequestResult> {
    const sub = await this.#lookup(by, path);
    return {
      status: sub.status,
      filename: sub.filename ?? '',
      exists: sub.file !== undefined && sub.filename?.startsWith('/') === true,
    };
  }

  async lookAhead(by: 'uri' | 'file', path: string, variable: string): Promise<string> {
    const sub = await this.#lookup(by, path);
    const colon = variable.indexOf(':');
    if (colon < 0) return serverVariable(sub, variable.toUpperCase());
    const name = variable.slice(colon + 1);
    switch (variable.slice(0, colon).toUpperCase()) {
      case 'ENV':
        return (sub.hasEnv() ? sub.env.get(name) : undefined) ?? '';
      case 'HTTP':
        return sub.headers.combined(name.toLowerCase()) ?? '';
      default:
        return '';
    }
  }

  #lookup(by: 'uri' | 'file', path: string): Soon<Exchange> {
    const { site } = this.#x;
    return by === 'uri' ? site.lookupUri(this.#x, path) : site.lookupFile(this.#x, path);
  }

  userHome(name: string): string | undefined {
    return this.#x.site.io.userHome(name);
  }

  hasCookie(name: string): boolean {
    return cookies.get(this.#first())?.has(name) ?? false;
  }

  addCookie(name: string, line: string): void {
    const first = this.#first();
    const names = cookies.get(first) ?? new Set();
    cookies.set(first, names.add(name));
    this.#main().errHeadersOut.append('Set-Cookie', line);
  }

  /** Cookies that a subrequest sets go out with the answer it was asked for. */
  #main(): Exchange {
    let at = this.#x;
    while (at.main !== undefined) at = at.main;
    return at;
  }

  #first(): Exchange {
    return this.#main().initial();
  }

  addVary(names: string): void {
    this.#x.headersOut.merge('Vary', names);
  }

  exprFailed(text: string, reason: string, place: unknown): void {
    const from = isPlace(place) ? `from ${place.file}:${place.line}` : `'${text}'`;
    logEvent(this.#x, 'rewrite', 'error', `Evaluation of expression ${from} failed: ${reason}`);
  }

  fired(place: unknown): void {
    this.#x.site.rehearsal?.note(this.#x, { kind: 'fired', place });
  }

  trace(event: TraceEvent): void {
    this.#x.site.rehearsal?.note(this.#x, { kind: 'rule', event });
    if (levelOf(event.name) > traceLevelOf(this.#x)) return;
    const level: LogLevelName = `trace${levelOf(event.name) as 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8}`;
    logEvent(this.#x, 'rewrite', level, `${tracePrefix(this.#x)} ${printTrace(event)}`);
  }
}

/** The engine carries places without looking at them. */
function isPlace(place: unknown): place is Place {
  return typeof place === 'object' && place !== null && 'file' in place && 'line' in place;
}

/** Who asks, which server answers, and which exchange of the chain this is, as Apache's trace lines begin. */
function tracePrefix(x: Exchange): string {
  const kind = x.isSubrequest() ? 'subreq' : 'initial';
  const redirects = x.redirects > 0 && !x.isSubrequest() ? `/redir#${x.redirects}` : '';
  const name = coreServer(x.server).serverName ?? x.transport.localAddress;
  return `${x.clientAddress} - ${x.user ?? '-'} [${name}/sid#${x.server.place.line}][rid#${x.id}/${kind}${redirects}]`;
}
