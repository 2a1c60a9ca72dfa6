// An access log replayed on a configuration: which lines fire how often, which never, and what the requests come to.

import { coreServer } from '../request/core-config.ts';
import type { Exchange } from '../request/exchange.ts';
import type { LoggedRequest } from './access-log.ts';
import type { RehearsedSite, Step } from './inject.ts';
import { keyOf, lineOf } from './line.ts';
import { outcomeOf } from './outcome.ts';
import { type Put, putQuestion, QuestionError } from './question.ts';
import { ruleLines } from './rule-lines.ts';
import type { Line, Outcome } from './story.ts';

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

/** Counts while requests go through a site that was opened with `ruleLevel` 0. */
export class Replay {
  readonly #site: RehearsedSite;
  readonly #fired: Map<string, number> = new Map();
  readonly #places: Map<unknown, string> = new Map();
  readonly #outcomes: Map<string, number> = new Map();
  #requests = 0;
  #passedOver = 0;

  constructor(site: RehearsedSite) {
    this.#site = site;
  }

  passOver(): void {
    this.#passedOver += 1;
  }

  async run(put: Put): Promise<void> {
    const handlers = new Map<Exchange, string>();
    const injected = await this.#site.inject(put.bytes, {
      ends: put.ends,
      onStep: ({ x, event }) => {
        if (event.kind === 'fired' || event.kind === 'line') this.#count(event);
        else if (event.kind === 'phase' && event.phase === 'handler') handlers.set(x, event.module);
      },
    });
    this.#requests += 1;
    const kind = kindOf(outcomeOf(injected, [], { handlers, page: undefined }));
    this.#outcomes.set(kind, (this.#outcomes.get(kind) ?? 0) + 1);
  }

  #count({ place }: Extract<Step['event'], { kind: 'fired' | 'line' }>): void {
    let key = this.#places.get(place);
    if (key === undefined) {
      const line = lineOf(place as unknown);
      key = line === undefined ? '' : keyOf(line);
      this.#places.set(place, key);
    }
    this.#fired.set(key, (this.#fired.get(key) ?? 0) + 1);
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
