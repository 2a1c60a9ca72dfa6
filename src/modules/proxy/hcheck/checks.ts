// The checks of a loaded site: which members are due, how many are asked at once, and what the outcome does to them.
// One ticker for all; a member is never asked twice at the same time.
//
//   tick ─> due ─> waiting ─ room ─> examined ─> counted ─> state of the member, a line in the log

import type { Server } from '../../../conf/server.ts';
import { Ticker, type Ticking } from '../../../kit/ticker.ts';
import type { LogLevelName } from '../../../request/core-config.ts';
import type { LiveSite } from '../../../request/exchange.ts';
import { logServer } from '../../../request/log.ts';
import type { Addresses } from '../addresses.ts';
import type { Balancer } from '../balancer/balancer.ts';
import type { Balancers } from '../balancer/balancers.ts';
import type { BalancerMember } from '../balancer/member.ts';
import { FLAG } from '../balancer/status-flags.ts';
import type { ProxyServerConfig } from '../config.ts';
import { Deadlines } from '../deadlines.ts';
import type { PoolHost } from '../pool.ts';
import { examine, type Finding, isExpressionFault } from './examine.ts';
import { SHORTEST_INTERVAL } from './parameters.ts';
import type { Probe } from './probe.ts';
import { countCheck } from './state.ts';

/** Checks at the same time, where ProxyHCTPsize says nothing. */
const DEFAULT_SIZE = 16;

/** The first checks of a site's members are spread over this part of their interval, behind its end. */
const SPREAD = 0.1;

/** While nobody is checked: the balancer-manager may change that. Milliseconds. */
const IDLE_PACE = 1000;

/** What the checks need to know of the site. */
export interface HealthSite {
  readonly site: LiveSite;
  readonly balancers: Balancers;
  /** What is known of the members' names. */
  readonly addresses: Addresses;
  readonly configOf: (server: Server) => ProxyServerConfig;
  /** ProxyHCTPsize. */
  readonly size: number | undefined;
}

/** A member and the server whose lines made it. */
interface Checked {
  readonly member: BalancerMember;
  readonly balancer: Balancer;
  readonly server: Server;
  /** When its last check was over, or its site began, on the ticker's clock. */
  restsSince: number;
  state: 'resting' | 'waiting' | 'asked';
}

export class HealthChecks implements Ticking {
  readonly #scene: HealthSite;
  readonly #ticker: Ticker = new Ticker(SHORTEST_INTERVAL);
  readonly #host: PoolHost;
  readonly #checked: Map<BalancerMember, Checked> = new Map();
  readonly #waiting: Checked[] = [];
  readonly #probes: Set<Probe> = new Set();
  readonly #most: number;
  /** Apache's lines say whether a thread of the pool has checked. */
  readonly #prefix: string;
  #isClosed = false;

  constructor(scene: HealthSite) {
    this.#scene = scene;
    const { site, balancers, addresses } = scene;
    this.#host = {
      deadlines: new Deadlines(this.#ticker),
      addresses,
      report: (text) => logServer(site, site.main, 'proxy', 'error', text),
    };
    this.#most = Math.max(1, scene.size ?? DEFAULT_SIZE);
    this.#prefix = scene.size === 0 ? '' : 'Threaded ';
    // Without a balancer there will never be a member.
    if (site.servers.every((server) => balancers.of(server).length === 0)) return;
    this.#ticker.add(this);
    this.#findMembers(this.#ticker.now);
  }

  /** Ends all checks, those under way too. */
  close(): void {
    this.#isClosed = true;
    this.#ticker.delete(this);
    this.#waiting.length = 0;
    for (const probe of this.#probes) probe.cancel();
    this.#probes.clear();
  }

  onTick(now: number): void {
    this.#findMembers(now);
    let isAnyChecked = false;
    for (const checked of this.#checked.values()) {
      isAnyChecked ||= checked.member.health.method !== 'NONE';
      if (!isDue(checked, now)) continue;
      checked.state = 'waiting';
      this.#waiting.push(checked);
    }
    this.#ticker.setPace(isAnyChecked ? SHORTEST_INTERVAL : IDLE_PACE);
    this.#fill();
  }

  /** Members may come while the site runs. One that several servers have is the first one's: its lines made it. */
  #findMembers(now: number): void {
    const { site, balancers } = this.#scene;
    const found: Checked[] = [];
    for (const server of site.servers) {
      for (const balancer of balancers.of(server)) {
        for (const member of balancer.members) {
          if (this.#checked.has(member)) continue;
          const checked: Checked = { member, balancer, server, restsSince: now, state: 'resting' };
          this.#checked.set(member, checked);
          found.push(checked);
        }
      }
    }
    for (const [at, checked] of found.entries()) {
      checked.restsSince += (checked.member.health.interval * SPREAD * at) / found.length;
    }
  }

  #fill(): void {
    while (this.#probes.size < this.#most) {
      const checked = this.#waiting.shift();
      if (checked === undefined) return;
      this.#ask(checked);
    }
  }

  #ask(checked: Checked): void {
    const { member, balancer, server } = checked;
    const { site, configOf } = this.#scene;
    checked.state = 'asked';
    member.health.checkedAt = site.io.now();
    this.#log(checked, 'debug', `AH03256: ${this.#prefix}Health checking ${member.name}`);
    const patient = { member, balancer, site, server, config: configOf(server) };
    const probe = examine(patient, this.#host, (finding) => {
      if (typeof probe !== 'string') this.#probes.delete(probe);
      if (this.#isClosed) return;
      this.#end(checked, finding);
      this.#fill();
    });
    if (typeof probe === 'string') this.#end(checked, { hasPassed: false, reason: probe });
    else this.#probes.add(probe);
  }

  #end(checked: Checked, finding: Finding): void {
    const { member } = checked;
    checked.state = 'resting';
    checked.restsSince = this.#ticker.now;
    this.#logFinding(checked, finding);
    const change = countCheck(member, finding.hasPassed);
    if (change !== undefined) {
      const why = change === 'DISABLING' ? `: ${finding.reason}` : '';
      this.#log(
        checked,
        'info',
        `${NUMBERS[change]}: ${this.#prefix}Health check ${change} ${member.name}${why}`,
      );
    }
  }

  #logFinding(checked: Checked, { hasPassed, reason, error }: Finding): void {
    const { member } = checked;
    const { method, expr } = member.health;
    if (error !== undefined) {
      const text = error instanceof Error ? error.message : String(error);
      const level = isExpressionFault(error) ? 'info' : 'error';
      this.#log(checked, level, `AH03301: Error on checking condition ${expr} for ${member.name}: ${text}`);
    }
    const status = hasPassed ? '0' : '-1';
    const why = hasPassed ? '' : ` (${reason})`;
    this.#log(
      checked,
      'debug',
      `AH03251: Health check ${method} Status (${status}) for ${member.name}.${why}`,
    );
  }

  #log({ server }: Checked, level: LogLevelName, text: string): void {
    logServer(this.#scene.site, server, 'proxy_hcheck', level, text);
  }
}

const NUMBERS = { ENABLING: 'AH03302', DISABLING: 'AH03303' } as const;

function isDue({ member, restsSince, state }: Checked, now: number): boolean {
  const { method, interval } = member.health;
  if (state !== 'resting' || method === 'NONE' || member.is(FLAG.STOPPED)) return false;
  return now > restsSince + interval;
}
