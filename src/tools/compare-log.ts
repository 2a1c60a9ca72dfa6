// The requests of a log put to two configurations. Those that are the same to both are put once: see remembered.ts.

import { type LoggedRequest, readLogLine } from './access-log.ts';
import { compare, type Difference } from './compare.ts';
import type { RehearsedSite } from './inject.ts';
import type { Put } from './question.ts';
import { Remembered } from './remembered.ts';
import { putLogged, type ReplayOptions } from './replay.ts';
import { Steadiness } from './steady.ts';
import { READ_ADDRESS, READ_AGENT, READ_ALL, READ_REFERER, Watch } from './watch.ts';

/** What a line of the log comes to. */
export type Compared = Difference | 'same' | 'no request';

type Sites = readonly [RehearsedSite, RehearsedSite];

export class LogComparison {
  readonly #sites: Sites;
  readonly #host: string | undefined;
  readonly #steadiness: readonly [Steadiness, Steadiness];
  readonly #remembered: Remembered<Compared> | undefined;

  constructor(sites: Sites, { host, remembers = true }: ReplayOptions = {}) {
    this.#sites = sites;
    this.#host = host;
    this.#steadiness = [new Steadiness(sites[0].live), new Steadiness(sites[1].live)];
    this.#remembered = remembers ? new Remembered() : undefined;
  }

  /** Takes a line. A promise only where the request has to be put. */
  take(line: string): Promise<Compared> | Compared {
    const logged = readLogLine(line);
    if (logged === undefined) return 'no request';
    return this.#remembered?.recall(logged) ?? this.#put(logged);
  }

  #put(logged: LoggedRequest): Promise<Compared> | Compared {
    const puts = this.#putsOf(logged);
    if (puts !== undefined) return this.#compare(logged, puts);
    this.#remembered?.keep(logged, 0, 'no request');
    return 'no request';
  }

  #putsOf(logged: LoggedRequest): readonly [Put, Put] | undefined {
    const first = putLogged(logged, this.#sites[0], this.#host);
    const second = putLogged(logged, this.#sites[1], this.#host);
    return first === undefined || second === undefined ? undefined : [first, second];
  }

  async #compare(logged: LoggedRequest, puts: readonly [Put, Put]): Promise<Compared> {
    const watches = [new Watch(), new Watch()] as const;
    const difference = await compare(this.#sites, puts, watches);
    const compared = difference ?? 'same';
    const isSteady = watches.every(({ accessFiles }, at) => this.#steadiness[at]!.holds(accessFiles));
    if (this.#remembered === undefined || !isSteady) return compared;
    const reads = (await this.#holdsForOthers(logged, compared, watches))
      ? watches[0].reads | watches[1].reads
      : READ_ALL;
    this.#remembered.keep(logged, reads, compared);
    return compared;
  }

  /**
   * Would it be the same for every other client? What is handed on to a backend stands in the lines that are compared:
   * lines that are alike only because a constant is what this client sends are not so for a stranger, and lines that
   * differ may be alike for one client.
   */
  async #holdsForOthers(
    logged: LoggedRequest,
    compared: Compared,
    watches: readonly [Watch, Watch],
  ): Promise<boolean> {
    if (!watches.some(({ handsOn }) => handsOn)) return true;
    if (compared !== 'same') return compared !== 'no request' && compared.before !== compared.after;
    // Most URLs of some logs come once: asking for a stranger pays where one has come back.
    if (this.#remembered?.hasMet(logged) !== true) return false;
    const puts = this.#putsOf(strangerOf(logged, watches[0].reads | watches[1].reads));
    return puts !== undefined && (await compare(this.#sites, puts)) === undefined;
  }
}

/** The same request of a client that nobody knows; what was looked at (`reads`) stays. */
function strangerOf(logged: LoggedRequest, reads: number): LoggedRequest {
  const { remote, agent, referer } = logged;
  return {
    ...logged,
    remote: reads & READ_ADDRESS ? remote : strangeAddress(remote),
    agent: reads & READ_AGENT ? agent : strange(agent),
    referer: reads & READ_REFERER ? referer : strange(referer),
  };
}

function strange(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  return text === 'A stranger/1' ? 'A stranger/2' : 'A stranger/1';
}

function strangeAddress(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  if (address.includes(':')) return address === '2001:db8::fa' ? '2001:db8::fb' : '2001:db8::fa';
  return address === '192.0.2.250' ? '192.0.2.251' : '192.0.2.250';
}
