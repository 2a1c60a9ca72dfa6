// The processes of one application: who belongs to what is in force, who is replaced, who gets the next request.

import type { AppAddress } from '../../request/apps.ts';
import { isSameEndpoint } from './endpoint.ts';
import type { Member } from './member.ts';

export class Roster {
  #members: readonly Member[] = [];
  #ready: readonly Member[] = [];
  /** Counts deploys: what is in force has the latest. */
  generation = 0;

  /** All that are not gone. */
  get all(): readonly Member[] {
    return this.#members;
  }

  get ready(): readonly Member[] {
    return this.#ready;
  }

  add(member: Member): void {
    this.#members = [...this.#members, member];
  }

  /** A process has changed its state. */
  note(member: Member): void {
    const others = this.#ready.filter((other) => other !== member);
    this.#ready = member.state === 'ready' ? [...others, member] : others;
    if (member.state === 'gone') this.#members = this.#members.filter((other) => other !== member);
  }

  /** Of those with the fewest requests under way, the one that has had none for longest. */
  leastBusy(): Member | undefined {
    let best = this.#ready[0];
    if (best === undefined) return undefined;
    for (const member of this.#ready)
      if (member.busy < best.busy || (member.busy === best.busy && member.turn < best.turn)) best = member;
    return best;
  }

  /** The processes in force that are of use, will be, or whose failure is just being looked into. */
  current(): readonly Member[] {
    return this.#members.filter((member) => member.generation === this.generation && member.isInPlace);
  }

  currentReady(): readonly Member[] {
    return this.#ready.filter(({ generation }) => generation === this.generation);
  }

  /** Processes that others replace, and that have not been told to leave. */
  replaced(): readonly Member[] {
    return this.#members.filter(
      ({ generation, state }) => generation !== this.generation && (state === 'ready' || state === 'doubted'),
    );
  }

  /** How many may be started now. In a deploy one after the other: what one more process costs is never paid twice. */
  missing(count: number): number {
    const current = this.current();
    const starting = current.filter(({ state }) => state === 'starting').length;
    const most = this.replaced().length > 0 ? 1 - starting : count;
    return Math.max(0, Math.min(most, count - current.length));
  }

  /** Those that have to leave: what is too many, and one replaced process for each new one that is ready. */
  surplus(count: number): readonly Member[] {
    const ready = this.currentReady().length;
    const tooMany = this.current().slice(count);
    return ready === 0 ? tooMany : [...tooMany, ...this.replaced().slice(Math.max(0, count - ready))];
  }

  /** A process, though it may be leaving, still has that address. */
  holds(address: AppAddress): boolean {
    return this.#members.some((member) => isSameEndpoint(member.spec.address, address));
  }

  /** The lowest number that no process in force has. */
  freeIndex(): number {
    const used = new Set(this.current().map(({ index }) => index));
    let index = 0;
    while (used.has(index)) index++;
    return index;
  }

  /** Replaced processes are in force again; answers those that were started in their place. */
  goBack(): readonly Member[] {
    const started = this.current().filter(({ state }) => state === 'starting');
    for (const member of this.replaced()) member.generation = this.generation;
    return started;
  }
}
