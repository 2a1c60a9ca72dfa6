// The balancers of a loaded site while it runs: where requests, the balancer-manager, server-status and health checks
// find them. Servers that inherit a balancer share its members, and their state with them.

import type { Server } from '../../../conf/server.ts';
import { coreServer } from '../../../request/core-config.ts';
import type { Worker } from '../worker.ts';
import { Balancer, type LogRetry } from './balancer.ts';
import { type BalancerConfig, balancerName } from './config.ts';
import { BalancerMember } from './member.ts';

/** What a server's configuration says of balancers. */
export interface BalancersConfig {
  readonly balancers: readonly BalancerConfig[];
  readonly balancerPersist?: boolean;
}

export interface OpenOptions {
  configOf(server: Server): BalancersConfig;
  /** Takes what LogLevel debug says of a server's balancers. */
  log(server: Server, text: string): void;
}

export class Balancers {
  readonly #byServer: Map<Server, readonly Balancer[]> = new Map();
  readonly #byName: Map<string, readonly Balancer[]> = new Map();
  readonly #members: Map<Worker, BalancerMember> = new Map();
  #before: Balancers | undefined;

  /** `before`: those of the site that a reload puts this one in the place of. */
  constructor(before?: Balancers) {
    this.#before = before;
  }

  /** Brings the balancers of a site to life. */
  open(servers: readonly Server[], { configOf, log }: OpenOptions): void {
    for (const server of servers) {
      const config = configOf(server);
      const balancers = this.#make(config, (text) => log(server, text));
      this.#byServer.set(server, balancers);
      this.#remember(server, balancers, config.balancerPersist === true);
    }
    // Each site would hold on to all that came before it.
    this.#before = undefined;
  }

  /** Servers are known again by address and name, as in Apache; of several that are alike the first of each file is. */
  #remember(server: Server, balancers: readonly Balancer[], persists: boolean): void {
    const address = server.addresses[0]?.text ?? '';
    const name = `${address} ${coreServer(server).serverName ?? ''}`;
    if (this.#byName.has(name)) return;
    this.#byName.set(name, balancers);
    if (!persists) return;
    const before = this.#before;
    const olds = before === undefined ? undefined : before.#byName.get(name);
    for (const old of olds ?? []) {
      balancers.find((balancer) => balancer.name === old.name)?.takeOver(old);
    }
  }

  #make({ balancers }: BalancersConfig, log: LogRetry): Balancer[] {
    return balancers.map((config) => {
      const members = config.members.map((worker) => this.#member(worker));
      return new Balancer(config, members, log);
    });
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
