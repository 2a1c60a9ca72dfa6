// The right to send one request to a process.

import type { AppLease } from '../../request/apps.ts';
import type { Member } from './member.ts';

export class Lease implements AppLease {
  readonly kind = 'lease';
  readonly instance: Member;
  readonly #over: () => void;
  #isOver = false;

  /** `over` is told once. */
  constructor(member: Member, over: () => void) {
    this.instance = member;
    this.#over = over;
    member.take();
  }

  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.instance.leave();
    this.#over();
  }

  refused(): void {
    if (this.#isOver) return;
    this.instance.doubt();
    this.release();
  }
}
