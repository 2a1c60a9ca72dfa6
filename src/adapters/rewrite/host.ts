// What the rule engine asks while it runs, answered from an attempt.

import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { ExprHost } from '../../kit/expr/index.ts';
import { andThen, type Soon } from '../../kit/wait.ts';
import type {
  FileFacts,
  RequestUnderWay,
  RewriteHost,
  ServerIdentity,
  ServerVariable,
  SubrequestResult,
  TraceEvent,
  WaitingVariable,
} from '../../rules/index.ts';
import type { Attempt } from './attempt.ts';
import { AttemptExprHost } from './expr-host.ts';
import { lookAt } from './look-at.ts';
import type { LookUps } from './look-ups.ts';
import { placeOf } from './place.ts';
import { serverName, serverPort, serverVariable } from './variables.ts';

class Identity implements ServerIdentity {
  readonly #x: Attempt;
  readonly addresses: ServerIdentity['addresses'] = [];

  constructor(x: Attempt) {
    this.#x = x;
  }

  get scheme(): string {
    return this.#x.client.scheme;
  }

  get name(): string {
    return serverName(this.#x);
  }

  get port(): number {
    return serverPort(this.#x);
  }

  get configuredPort(): number {
    return this.#x.program.identity.port ?? 0;
  }

  hasName(host: string): boolean {
    return this.#x.program.names.has(host.toLowerCase());
  }
}

/** LimitRequestLine's default. */
const REQUEST_LINE_LIMIT = 8190;

export class AttemptHost implements RewriteHost {
  readonly #x: Attempt;
  readonly #lookUps: LookUps;
  readonly traceLevel: number;
  readonly requestLineLimit: number = REQUEST_LINE_LIMIT;
  readonly contextPrefix: string = '';

  constructor(x: Attempt, lookUps: LookUps) {
    this.#x = x;
    this.#lookUps = lookUps;
    this.traceLevel = x.journey.traceLevel;
  }

  get server(): ServerIdentity {
    return new Identity(this.#x);
  }

  get documentRoot(): string {
    return this.#x.program.documentRoot || '/';
  }

  get contextDocumentRoot(): string {
    return this.documentRoot;
  }

  get hasProxy(): boolean {
    return this.#x.program.hasProxy;
  }

  expr(current: RequestUnderWay): ExprHost {
    return new AttemptExprHost(this.#x, current, this.#lookUps);
  }

  variable(name: ServerVariable): string {
    return serverVariable(this.#x, name);
  }

  waitingVariable(name: WaitingVariable): string {
    return serverVariable(this.#x, name);
  }

  header(name: string): string | undefined {
    return this.#x.client.header(name.toLowerCase());
  }

  ssl(): string {
    return '';
  }

  env(name: string): string | undefined {
    return this.#x.env.get(name);
  }

  setEnv(name: string, value: string): void {
    this.#x.env.set(name, value);
  }

  unsetEnv(name: string): void {
    this.#x.env.delete(name);
  }

  now(): Date {
    return this.#x.client.time;
  }

  random(): number {
    return Math.random();
  }

  stat(path: string, followLinks: boolean): Soon<FileFacts | null> {
    return lookAt(this.#x.program, path, followLinks);
  }

  probe(by: 'uri' | 'file', path: string): Soon<SubrequestResult> {
    return andThen(this.#lookUps[by](this.#x, path), ({ status, filename = '', facts }) => ({
      status,
      filename,
      exists: facts !== undefined && filename.startsWith('/'),
    }));
  }

  lookAhead(by: 'uri' | 'file', path: string, variable: string): Soon<string> {
    return andThen(this.#lookUps[by](this.#x, path), (sub) => {
      const colon = variable.indexOf(':');
      if (colon < 0) return serverVariable(sub, variable.toUpperCase());
      const name = variable.slice(colon + 1);
      if (equalsIgnoreCase(variable.slice(0, colon), 'ENV')) return sub.env.get(name) ?? '';
      if (equalsIgnoreCase(variable.slice(0, colon), 'HTTP'))
        return sub.client.header(name.toLowerCase()) ?? '';
      return '';
    });
  }

  /** Users have no home folders here. */
  userHome(): undefined {
    return undefined;
  }

  hasCookie(name: string): boolean {
    return this.#x.journey.cookies.has(name);
  }

  addCookie(name: string, line: string): void {
    this.#x.journey.cookies.set(name, line);
  }

  addVary(names: string): void {
    this.#x.vary.push(...names.split(','));
  }

  exprFailed(text: string, reason: string, place: unknown): void {
    const at = placeOf(place);
    const from = at === undefined ? `'${text}'` : `from ${at.file}:${at.line}`;
    this.#x.journey.log.push(`Evaluation of expression ${from} failed: ${reason}`);
  }

  fired(place: unknown): void {
    const { journey, redirects, isSubrequest } = this.#x;
    const at = isSubrequest ? undefined : placeOf(place);
    if (at !== undefined) journey.applied.push({ place: at, round: redirects + 1 });
  }

  trace(event: TraceEvent): void {
    const { journey, redirects, isSubrequest } = this.#x;
    journey.steps.push({ ...event, place: placeOf(event.place), round: redirects + 1, isSubrequest });
  }
}
