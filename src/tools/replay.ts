// An access log replayed on a configuration: which lines fire how often, which never, and what the requests come to.

import { coreServer } from '../request/core-config.ts';
import type { Exchange } from '../request/exchange.ts';
import { type LoggedRequest, readLogLine } from './access-log.ts';
import type { RehearsedSite } from './inject.ts';
import { keyOf, lineOf } from './line.ts';
import { outcomeOf } from './outcome.ts';
import { type Put, putQuestion, QuestionError } from './question.ts';
import { Remembered } from './remembered.ts';
import { ruleLines } from './rule-lines.ts';
import { Steadiness } from './steady.ts';
import type { Line, Outcome } from './story.ts';
import { Watch } from './watch.ts';

/** How a logged request is put; undefined where no client could send it so. */
export function putLogged(
  { method, target, host, port, remote, referer, agent }: LoggedRequest,
  site: RehearsedSite,
  fallbackHost: string | undefined,
): Put | undefined {
  const named = host ?? fallbackHost ?? coreServer(site.live.main).serverName ?? 'localhost';
  const isSecure = port === 443;
  const authority = port === undefined || port === 80 || isSecure ? named : `${named}:${port}`;
  const headers: [string, string][] = [];
  if (agent !== undefined) headers.push(['User-Agent', agent]);
  if (referer !== undefined) headers.push(['Referer', referer]);
  const url = /^https?:\/\//i.test(target)
    ? target
    : `${isSecure ? 'https' : 'http'}://${authority}${target}`;
  if (!target.startsWith('/') && url !== target) return undefined;
  try {
    return putQuestion({ url, method, headers, remote }, site.live);
  } catch (error) {
    if (error instanceof QuestionError) return undefined;
    throw error;
  }
}

/** A line, and how often it has fired. */
export interface Count {
  readonly line: Line;
  readonly times: number;
}

export interface ReplayReport {
  /** Requests that were put. */
  readonly requests: number;
  /** Lines of the log that speak of no request. */
  readonly passedOver: number;
  /** In the order of the files. */
  readonly lines: readonly Count[];
  /** How often each kind of outcome came about: `file`, `301`, `proxy` … */
  readonly outcomes: ReadonlyMap<string, number>;
}

/** What one request adds to the counts. */
interface Sum {
  /** Keys of the lines that fired, one that fired twice standing here twice. */
  readonly fired: readonly string[];
  readonly kind: string;
}

export interface ReplayOptions {
  /** The host of requests that name none. */
  readonly host?: string | undefined;
  /** False: each request is run, however often it was before. */
  readonly remembers?: boolean;
}

/** Counts while requests go through a site that was opened with `ruleLevel` 0. */
export class Replay {
  readonly #site: RehearsedSite;
  readonly #host: string | undefined;
  readonly #steadiness: Steadiness;
  readonly #remembered: Remembered<Sum | 'no request'> | undefined;
  readonly #fired: Map<string, number> = new Map();
  readonly #places: Map<unknown, string> = new Map();
  readonly #outcomes: Map<string, number> = new Map();
  #requests = 0;
  #passedOver = 0;

  constructor(site: RehearsedSite, { host, remembers = true }: ReplayOptions = {}) {
    this.#site = site;
    this.#host = host;
    this.#steadiness = new Steadiness(site.live);
    this.#remembered = remembers ? new Remembered() : undefined;
  }

  /** Takes a line of the log. A promise only where the request has to be run. */
  take(line: string): Promise<void> | undefined {
    const logged = readLogLine(line);
    const known = logged === undefined ? 'no request' : this.#remembered?.recall(logged);
    if (logged === undefined || known !== undefined) {
      this.#count(known ?? 'no request');
      return undefined;
    }
    const put = putLogged(logged, this.#site, this.#host);
    if (put !== undefined) return this.#run(logged, put);
    this.#remembered?.keep(logged, 0, 'no request');
    this.#count('no request');
    return undefined;
  }

  async #run(logged: LoggedRequest, put: Put): Promise<void> {
    const handlers = new Map<Exchange, string>();
    const fired: string[] = [];
    const watch = new Watch();
    const injected = await this.#site.inject(put.bytes, {
      ends: put.ends,
      watch,
      onStep: ({ x, event }) => {
        if (event.kind === 'fired' || event.kind === 'line') fired.push(this.#keyOf(event.place));
        else if (event.kind === 'phase' && event.phase === 'handler') handlers.set(x, event.module);
      },
    });
    const sum = { fired, kind: kindOf(outcomeOf(injected, [], { handlers, page: undefined })) };
    if (this.#steadiness.holds(watch.accessFiles)) this.#remembered?.keep(logged, watch.reads, sum);
    this.#count(sum);
  }

  #keyOf(place: unknown): string {
    let key = this.#places.get(place);
    if (key === undefined) {
      const line = lineOf(place);
      key = line === undefined ? '' : keyOf(line);
      this.#places.set(place, key);
    }
    return key;
  }

  #count(sum: Sum | 'no request'): void {
    if (sum === 'no request') {
      this.#passedOver += 1;
      return;
    }
    this.#requests += 1;
    this.#outcomes.set(sum.kind, (this.#outcomes.get(sum.kind) ?? 0) + 1);
    for (const key of sum.fired) this.#fired.set(key, (this.#fired.get(key) ?? 0) + 1);
  }

  report(): ReplayReport {
    return {
      requests: this.#requests,
      passedOver: this.#passedOver,
      lines: ruleLines(this.#site.live).map((line) => ({ line, times: this.#fired.get(keyOf(line)) ?? 0 })),
      outcomes: this.#outcomes,
    };
  }
}

/** `file`, `proxy`, or the status. */
function kindOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'redirect':
    case 'status':
      return String(outcome.status);
    default:
      return outcome.kind;
  }
}
