// One round: a URL on its way through the rules (Apache's request_rec). The next round, after an internal redirect,
// and a look-ahead request are ones of their own.

import type { Place } from '../../kit/place.ts';
import { Environment } from '../../request/environment.ts';
import { emptyRuleSet, type RewriteRequest, type RuleSet } from '../../rules/index.ts';
import type { RewriteFileFacts } from './files.ts';
import type { Journey } from './journey.ts';
import type { Program } from './program.ts';
import type { Client } from './request.ts';

/** What the rules of a round have led to. */
export type Lead =
  | { readonly kind: 'proxy'; readonly url: string; readonly isRaw: boolean }
  | { readonly kind: 'round'; readonly target: string };

export class Attempt {
  readonly journey: Journey;
  /** The round before, or the request a look-ahead was made for. */
  readonly prev: Attempt | undefined;
  readonly main: Attempt | undefined;
  readonly rawPath: string;
  /** The query it began with. */
  readonly cameArgs: string | undefined;
  readonly redirects: number;
  /** The path it began with, decoded. */
  cameAs: string;
  uri: string;
  args: string | undefined;
  filename: string | undefined = undefined;
  pathInfo = '';
  /** What stands at the file name; undefined where nothing does. */
  facts: RewriteFileFacts | undefined = undefined;
  /** A rule of the server has named the file. */
  isFileNamed = false;
  proxied = false;
  hasEnded = false;
  status = 200;
  type: string | undefined = undefined;
  handler: string | undefined = undefined;
  lead: Lead | undefined = undefined;
  /** The last rule that has substituted something. */
  rule: Place | undefined = undefined;
  /** The rules of the folder that the file lies in. */
  set: RuleSet = emptyRuleSet;
  readonly vary: string[];
  #env: Environment | undefined = undefined;

  constructor(
    journey: Journey,
    rawPath: string,
    args: string | undefined,
    from: { prev?: Attempt; main?: Attempt } = {},
  ) {
    this.journey = journey;
    this.rawPath = rawPath;
    this.args = args;
    this.cameArgs = args;
    this.uri = rawPath;
    this.cameAs = rawPath;
    this.prev = from.prev;
    this.main = from.main ?? from.prev?.main;
    this.redirects = from.prev === undefined ? 0 : from.prev.redirects + 1;
    this.vary = from.prev?.vary ?? [];
  }

  /** The round that an internal redirect leads to; `target` is an escaped path with an optional query. */
  static after(prev: Attempt, target: string): Attempt {
    const query = target.indexOf('?');
    const path = query < 0 ? target : target.slice(0, query);
    const next = new Attempt(prev.journey, path, query < 0 ? undefined : target.slice(query + 1), { prev });
    next.status = prev.status;
    return next;
  }

  get program(): Program {
    return this.journey.program;
  }

  get client(): Client {
    return this.journey.client;
  }

  /** The URL it began with. */
  get cameUrl(): string {
    return this.cameArgs === undefined ? this.rawPath : `${this.rawPath}?${this.cameArgs}`;
  }

  get isSubrequest(): boolean {
    return this.main !== undefined;
  }

  get method(): string {
    return this.isSubrequest ? 'GET' : this.client.method;
  }

  /** Whether there may be a variable. */
  get hasEnv(): boolean {
    return this.#env !== undefined || this.prev !== undefined || this.client.env.length > 0;
  }

  /** Made when something is set or asked for. */
  get env(): Environment {
    this.#env ??= this.#makeEnv();
    return this.#env;
  }

  /** After an internal redirect the variables have `REDIRECT_` before their names. */
  #makeEnv(): Environment {
    const env = new Environment(this.client.env);
    if (this.prev !== undefined) {
      for (const [name, value] of this.prev.env) env.set(`REDIRECT_${name}`, value);
      env.set('REDIRECT_STATUS', String(this.prev.status));
    } else if (this.main !== undefined) for (const [name, value] of this.main.env) env.set(name, value);
    return env;
  }

  /** The request as the engine is handed it. */
  facing(filename: string): RewriteRequest {
    const { uri, pathInfo, args, isSubrequest, main, prev, proxied } = this;
    return {
      uri,
      filename,
      pathInfo,
      query: args,
      originalQuery: args,
      isSubrequest,
      parentUri: main?.uri,
      ended: this.#isEnded(),
      proxied,
      scriptUrl:
        main !== undefined
          ? main.env.get('SCRIPT_URL')
          : prev === undefined
            ? undefined
            : this.env.get('REDIRECT_SCRIPT_URL'),
    };
  }

  /** [END] ends rewriting for all rounds that follow. */
  #isEnded(): boolean {
    for (let at: Attempt | undefined = this; at !== undefined; at = at.prev) if (at.hasEnded) return true;
    return false;
  }
}
