// The end of a process group: told to, waited for, and enforced when its time is over.

import type { GroupProcess } from './process.ts';
import type { ProcessTable } from './process-table.ts';

/** Between two looks at whether it has ended. */
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 50;
/** What is left so long after SIGKILL can be ended by nobody. */
const HOPELESS_MS = 5000;

export class GroupEnd {
  readonly #process: GroupProcess;
  readonly #table: ProcessTable;
  /** Told once, with those that could not be ended. */
  readonly #over: (left: readonly number[]) => void;
  #killAt: number;
  #isKilled = false;
  #isOver = false;
  #lookMs = FIRST_LOOK_MS;

  /** Sends `signal`, and SIGKILL after `patience` milliseconds. */
  constructor(
    process: GroupProcess,
    table: ProcessTable,
    how: { readonly signal: NodeJS.Signals; readonly patience: number },
    over: (left: readonly number[]) => void,
  ) {
    this.#process = process;
    this.#table = table;
    this.#over = over;
    this.#killAt = performance.now() + how.patience;
    process.signal(how.signal);
    this.#lookLater();
  }

  /** Called about four times a second. */
  onTick(now: number): void {
    if (this.#isOver || now < this.#killAt) return;
    if (!this.#isKilled) this.kill();
    else if (now >= this.#killAt + HOPELESS_MS) this.#end(this.#left());
  }

  kill(): void {
    if (!this.#isKilled) this.#killAt = performance.now();
    this.#isKilled = true;
    this.#process.signal('SIGKILL');
  }

  /** The system tells of the end of a group only those who ask. */
  #lookLater(): void {
    const timer = setTimeout(() => {
      if (this.#isOver) return;
      // The last words of its last process may not have been read yet.
      if (this.#process.hasExited && this.#left().length === 0) this.#process.whenQuiet(() => this.#end([]));
      else this.#lookLater();
    }, this.#lookMs);
    timer.unref();
    this.#lookMs = Math.min(this.#lookMs * 2, LONGEST_LOOK_MS);
  }

  /**
   * Where the server is the first process of a container, those that have ended may stay in the system's table: only
   * the living count.
   */
  #left(): readonly number[] {
    const { pid } = this.#process;
    return pid === undefined || !this.#process.signal(0) ? [] : this.#table.membersOf(pid);
  }

  #end(left: readonly number[]): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#over(left);
  }
}
