// The balancers of a loaded site while it runs: where requests, the balancer-manager, server-status and health checks
// find them. Servers that inherit a balancer share its members, and their state with them.

import type { Server } from '../../../conf/server.ts';
import type { Worker } from '../worker.ts';
import { Balancer } from './balancer.ts';
import { type BalancerConfig, balancerName } from './config.ts';
import { BalancerMember } from './member.ts';

/** Members that may be added to a balancer at run time, where nothing is said. */
const DEFAULT_GROWTH = 5;

/** What a server's configuration says of balancers. */
export interface BalancersConfig {
  readonly balancers: readonly BalancerConfig[];
  readonly balancerGrowth?: number;
}

export class Balancers {
  readonly #byServer: Map<Server, readonly Balancer[]> = new Map();
  readonly #members: Map<Worker, BalancerMember> = new Map();

  /** Brings the balancers of a site to life. */
  open(servers: readonly Server[], configOf: (server: Server) => BalancersConfig): void {
    const byConfig = new Map<BalancersConfig, readonly Balancer[]>();
    for (const server of servers) {
      const config = configOf(server);
      const balancers = byConfig.get(config) ?? this.#make(config);
      byConfig.set(config, balancers);
      this.#byServer.set(server, balancers);
    }
  }

  #make({ balancers, balancerGrowth = DEFAULT_GROWTH }: BalancersConfig): readonly Balancer[] {
    return balancers.map(
      (config) =>
        new Balancer(
          config,
          config.members.map((worker) => this.#member(worker)),
          balancerGrowth,
        ),
    );
  }

  #member(worker: Worker): BalancerMember {
    const known = this.#members.get(worker);
    if (known !== undefined) return known;
    const member = new BalancerMember(worker);
    this.#members.set(worker, member);
    return member;
  }

  /** The balancers of a server, inherited ones first. */
  of(server: Server): readonly Balancer[] {
    return this.#byServer.get(server) ?? [];
  }

  /** The balancer that a URL leads to; undefined when the server has none of that name. */
  find(server: Server, url: string): Balancer | undefined {
    const name = balancerName(url);
    return name === undefined ? undefined : this.of(server).find((balancer) => balancer.name === name);
  }

  /** Every member once, whichever servers share it; those added at run time included. */
  get allMembers(): readonly BalancerMember[] {
    const all = new Set<BalancerMember>();
    for (const balancers of this.#byServer.values()) {
      for (const { members } of balancers) for (const member of members) all.add(member);
    }
    return [...all];
  }
}
