// A balancer while the site runs: its members in the order of their lines, and its parameters, which may be changed.

import { randomUUID } from 'node:crypto';
import type { Worker } from '../worker.ts';
import type { BalancerConfig, BalancerParameters } from './config.ts';
import { BalancerMember } from './member.ts';
import { FLAG } from './status-flags.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Takes what LogLevel debug says of members in error. */
export type LogRetry = (text: string) => void;

export class Balancer {
  /** `balancer://name`. */
  readonly name: string;
  readonly params: BalancerParameters;
  readonly members: BalancerMember[];
  /** Path of the ProxyPass line that leads here; '' when none does. */
  readonly path: string;
  /** Members that may be added before the next reload. */
  readonly growth: number;
  /** What the balancer-manager's forms must carry; '' where the configuration wants none. */
  readonly nonce: string;
  readonly #configured: number;
  readonly #log: LogRetry;
  /** Requests that wait for a member. */
  readonly waiting: WaitingRoom<BalancerMember> = new WaitingRoom();

  constructor({ name, params, path }: BalancerConfig, members: BalancerMember[], log: LogRetry) {
    this.name = name;
    this.params = { ...params };
    this.members = members;
    this.path = path;
    this.growth = params.growth ?? 0;
    this.nonce = params.nonce ?? randomUUID();
    this.#configured = members.length;
    this.#log = log;
  }

  /** Takes a member out of error when its time is over: the next request may try it. False when it is still too soon. */
  retry(member: BalancerMember): boolean {
    if (!member.is(FLAG.IN_ERROR)) return true;
    const mayTry = member.mayRetry();
    const end = `(${member.host}:${member.port})`;
    if (mayTry) this.#log(`AH00932: BALANCER: worker for ${end} has been marked for retry`);
    else if (member.is(FLAG.STOPPED)) this.#log(`AH03305: BALANCER: Won't retry worker ${end}: stopped`);
    else this.#log(`AH00933: BALANCER: too soon to retry worker for ${end}`);
    return mayTry;
  }

  /** Further members that a request is given when one fails. */
  get maxAttempts(): number {
    return this.params.maxAttempts ?? Math.max(0, this.#configured - 1);
  }

  /** How many members it has room for. */
  get mostMembers(): number {
    return this.#configured + this.growth;
  }

  /** Adds a member at run time; undefined when there is no room for it (`growth=`). */
  addMember(worker: Worker): BalancerMember | undefined {
    if (this.members.length >= this.mostMembers) return undefined;
    const member = new BalancerMember(worker);
    this.members.push(member);
    return member;
  }

  /** Goes on where another balancer of that name was: BalancerPersist. */
  takeOver(before: Balancer): void {
    const { failOnStatus, failOnTimeout } = this.params;
    Object.assign(this.params, before.params, { failOnStatus, failOnTimeout });
    for (const [at, old] of before.members.entries()) {
      const added = at >= before.#configured ? this.addMember(old.worker) : undefined;
      (this.findMember(old.name) ?? added)?.takeOver(old);
    }
  }

  findMember(name: string): BalancerMember | undefined {
    return this.members.find((member) => member.name === name || member.url === name);
  }
}
