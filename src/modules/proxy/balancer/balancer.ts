// A balancer while the site runs: its members in the order of their lines, and its parameters, which may be changed.

import type { Worker } from '../worker.ts';
import type { BalancerConfig, BalancerParameters } from './config.ts';
import { BalancerMember } from './member.ts';

export class Balancer {
  /** `balancer://name`. */
  readonly name: string;
  readonly params: BalancerParameters;
  readonly members: BalancerMember[];
  /** Path of the ProxyPass line that leads here; '' when none does. */
  readonly path: string;
  /** Members that may be added before the next reload. */
  readonly growth: number;
  readonly #configured: number;

  constructor({ name, params, path }: BalancerConfig, members: BalancerMember[], growth: number) {
    this.name = name;
    this.params = { ...params };
    this.members = members;
    this.path = path;
    this.growth = params.growth ?? growth;
    this.#configured = members.length;
  }

  /** Further members that a request is given when one fails. */
  get maxAttempts(): number {
    return this.params.maxAttempts ?? Math.max(0, this.#configured - 1);
  }

  /** Adds a member at run time; undefined when there is no room for it (BalancerGrowth). */
  addMember(worker: Worker): BalancerMember | undefined {
    if (this.members.length >= this.#configured + this.growth) return undefined;
    const member = new BalancerMember(worker);
    this.members.push(member);
    return member;
  }

  findMember(name: string): BalancerMember | undefined {
    return this.members.find((member) => member.name === name || member.url === name);
  }
}
