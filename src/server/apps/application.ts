// One application: how many processes it should have, what happens when one fails, and how new ones take the place of
// old ones. Whatever happens ends in `#settle`, which brings what is closer to what should be: only there are processes
// started, and only there do waiting requests get theirs.

import type { Ticking } from '../../kit/ticker.ts';
import type {
  AppLease,
  AppOutcome,
  AppRefusal,
  AppRefusalCause,
  AppReport,
  AppSpec,
  AppWait,
} from '../../request/apps.ts';
import { endpointText, isSameEndpoint } from './endpoint.ts';
import { Failures } from './failures.ts';
import { drawReport, Figures, isCalm, stateOf } from './figures.ts';
import { Lease } from './lease.ts';
import type { AppsMachine } from './machine.ts';
import { Member, type MemberFailure, type MemberOwner } from './member.ts';
import { OutputTail } from './output.ts';
import type { OutputStream } from './process.ts';
import { refuse } from './refusal.ts';
import { Roster } from './roster.ts';
import { isSameProcess } from './same-process.ts';
import { WaitingRequests } from './waiting-requests.ts';
import { Watchers } from './watchers.ts';

/** A free port may be taken by somebody between its choice and its use: so many are tried in a row. */
const MOST_PORTS = 5;

export interface ApplicationEvents {
  /** A process gets no more requests. */
  leaving(member: Member): void;
  /** Removed, and its last process is gone. */
  over(application: Application): void;
}

export class Application implements Ticking, MemberOwner {
  #spec: AppSpec;
  readonly #machine: AppsMachine;
  readonly #events: ApplicationEvents;
  readonly #roster: Roster = new Roster();
  readonly #waiting: WaitingRequests = new WaitingRequests();
  readonly #watchers: Watchers = new Watchers();
  readonly #failures: Failures = new Failures();
  readonly #tail: OutputTail = new OutputTail();
  /** Should it have processes? */
  #isWanted = false;
  #isHeldDown = false;
  #isRemoved = false;
  #isSettling = false;
  #mustSettle = false;
  /** On the clock of ticks. */
  #lastUsed = performance.now();
  #portsLost = 0;
  readonly #figures: Figures;

  constructor(spec: AppSpec, machine: AppsMachine, events: ApplicationEvents) {
    this.#spec = spec;
    this.#machine = machine;
    this.#events = events;
    this.#figures = new Figures(machine.now());
    this.#isWanted = spec.start === 'boot';
    this.#settle();
  }

  get name(): string {
    return this.#spec.name;
  }

  get drainTimeout(): number {
    return this.#spec.drainTimeout;
  }

  acquire(hold: number = this.#spec.hold): AppLease | AppRefusal | AppWait {
    const lease = this.#lease();
    if (lease !== undefined) return lease;
    const cause = this.#refusalCause();
    if (cause !== undefined) return this.#refusal(cause);
    if (!this.#isWanted) {
      this.#isWanted = true;
      this.#settle();
    }
    if (hold <= 0) return this.#refusal('not-ready');
    if (this.#waiting.size >= this.#spec.queue) return this.#refusal('queue-full');
    return this.#waiting.add(performance.now() + hold);
  }

  #lease(): AppLease | undefined {
    const member = this.#roster.leastBusy();
    if (member === undefined) return undefined;
    this.#figures.requests += 1;
    return new Lease(member, this.#leaseOver);
  }

  readonly #leaseOver = (): void => {
    this.#lastUsed = performance.now();
  };

  #refusalCause(): AppRefusalCause | undefined {
    if (this.#isRemoved) return 'gone';
    if (this.#isHeldDown || (this.#spec.start === 'manual' && !this.#isWanted)) return 'stopped';
    return this.#failures.isGivenUp(performance.now()) ? 'failed' : undefined;
  }

  #refusal(cause: AppRefusalCause): AppRefusal {
    const failure = isCalm(this.#roster) ? undefined : this.#failures.last?.why;
    const start = cause === 'failed' ? 0 : this.#figures.lastStartTook;
    return refuse(this.name, cause, { failure, wait: this.#failures.pause(performance.now()) + start });
  }

  get #count(): number {
    return this.#spec.address.kind === 'auto' ? this.#spec.instances : 1;
  }

  /** Starting and stopping processes may bring news about them at once: those are looked at when the round is over. */
  #settle(): void {
    this.#mustSettle = true;
    if (this.#isSettling) return;
    this.#isSettling = true;
    while (this.#mustSettle) {
      this.#mustSettle = false;
      this.#startMissing();
      if (this.#isWanted)
        for (const member of this.#roster.surplus(this.#count)) member.retire(this.#spec.drainTimeout);
      this.#waiting.serve(() => this.#lease());
    }
    this.#isSettling = false;
    this.#watchers.tell((awaits) => {
      if (awaits === 'down') return this.#roster.all.length === 0;
      return this.#roster.currentReady().length >= (awaits === 'first ready' ? 1 : this.#count);
    });
    this.#noteState();
    if (this.#isRemoved && this.#roster.all.length === 0) this.#events.over(this);
  }

  #startMissing(): void {
    if (!this.#isWanted || !this.#failures.mayStart(performance.now())) return;
    for (let missing = this.#roster.missing(this.#count); missing > 0; missing--) {
      if (this.#roster.holds(this.#spec.address)) return;
      const place = { index: this.#roster.freeIndex(), generation: this.#roster.generation };
      const member = new Member(this.#spec, place, this.#machine, this);
      this.#roster.add(member);
      this.#figures.starts += 1;
      void member.start();
    }
  }

  memberMoved(member: Member): void {
    this.#roster.note(member);
    if (member.state === 'ready') this.#memberReady(member);
    if (member.state === 'draining' || member.state === 'stopping') this.#events.leaving(member);
    if (member.state === 'gone' && member.pid !== undefined)
      this.#log('info', `process ${member.pid} is gone`);
    this.#settle();
  }

  #memberReady(member: Member): void {
    this.#failures.suspend();
    this.#portsLost = 0;
    this.#lastUsed = performance.now();
    const took = (member.readyAt ?? 0) - member.startedAt;
    this.#figures.lastStartTook = took;
    this.#log(
      'notice',
      `process ${member.pid} is ready on ${endpointText(member.endpoint)} after ${took} ms`,
    );
  }

  memberFailed(member: Member, failure: MemberFailure): void {
    const { why, wasReady, isClean, isPortTaken } = failure;
    this.#failures.last = { why, at: this.#machine.now(), output: this.#tail.lines() };
    this.#log('error', member.pid === undefined ? why : `process ${member.pid} ${why}`);
    if (isPortTaken && this.#spec.address.kind === 'auto' && this.#portsLost < MOST_PORTS)
      this.#portsLost += 1;
    else if (member.generation === this.#roster.generation) {
      if (!wasReady && this.#roster.replaced().length > 0) this.#goBack(why);
      else if (isClean && this.#spec.restart === 'on-failure') this.#becomeUnwanted();
      else this.#backOff(member, wasReady);
    }
    this.#settle();
  }

  /** A new process never got ready, and old ones still answer. */
  #goBack(why: string): void {
    for (const member of this.#roster.goBack()) member.stop();
    this.#log('error', 'the new process cannot take over: the old one goes on');
    this.#watchers.fail(`app ${this.name}: the new process ${why}; the old one goes on`);
  }

  /** Where nobody asks for it, the next request starts it. */
  #becomeUnwanted(): void {
    if (this.#roster.ready.length === 0 && this.#waiting.size === 0) this.#isWanted = false;
  }

  #backOff(member: Member, wasReady: boolean): void {
    const { restart, restartLimit, start } = this.#spec;
    const rules = { limit: restartLimit, mayRestart: restart !== 'never' };
    const { isGivenUp, pause } = this.#failures.add(
      { wasReady, readyFor: member.readyFor },
      rules,
      performance.now(),
    );
    this.#watchers.fail(`app ${this.name}: it ${this.#failures.last?.why}`);
    if (isGivenUp) this.#giveUp(pause);
    else {
      this.#figures.restarts += 1;
      if (pause > 0) this.#log('notice', `it is started again in ${pause / 1000} seconds at the earliest`);
      if (start === 'on-demand' && restart !== 'always') this.#becomeUnwanted();
    }
  }

  #giveUp(pause: number): void {
    const { inRow, last } = this.#failures;
    const times = inRow === 1 ? 'one failure' : `${inRow} failures in a row`;
    const until =
      pause === Number.POSITIVE_INFINITY
        ? 'a command starts it'
        : `${pause / 1000} seconds have passed; then the next one tries again`;
    this.#log('error', `given up after ${times}: it ${last?.why}. Requests are refused until ${until}`);
    this.#isWanted = this.#roster.ready.length > 0;
    if (!this.#isWanted) this.#waiting.refuseAll(this.#refusal('failed'));
  }

  memberPrinted(member: Member, line: string, stream: OutputStream): void {
    this.#tail.add(line);
    const level = stream === 'stderr' ? 'error' : 'notice';
    this.#machine.logOutput(this.#spec.log, { level, prefix: `app ${this.name} [${member.pid}]: `, line });
  }

  #log(level: 'notice' | 'error' | 'info', text: string): void {
    this.#machine.log(level, `app ${this.name}: ${text}`);
  }

  onTick(now: number): void {
    for (const member of this.#roster.all) member.onTick(now);
    this.#waiting.expire(now, () => this.#refusal('not-ready'));
    const { idleStop } = this.#spec;
    if (idleStop !== undefined && now >= this.#lastUsed + idleStop && this.#isIdle()) {
      this.#log('notice', `stopped after ${idleStop / 1000} seconds without a request`);
      this.#isWanted = false;
      this.#retireAll(0);
    }
    this.#settle();
  }

  #isIdle(): boolean {
    return (
      this.#roster.ready.length > 0 &&
      this.#waiting.size === 0 &&
      this.#roster.all.every(({ busy }) => busy === 0)
    );
  }

  #retireAll(deadline: number): void {
    for (const member of this.#roster.all) member.retire(deadline);
  }

  start(): Promise<AppOutcome> {
    return this.#goUp('first ready');
  }

  restart(): Promise<AppOutcome> {
    if (this.#roster.all.length > 0) this.#replaceAll();
    return this.#goUp('all ready');
  }

  #goUp(awaits: 'first ready' | 'all ready'): Promise<AppOutcome> {
    this.#failures.forgive();
    this.#isHeldDown = false;
    this.#isWanted = true;
    const outcome = this.#watchers.add(awaits);
    this.#settle();
    return outcome;
  }

  stop(): Promise<AppOutcome> {
    this.#isHeldDown = true;
    return this.#goDown('stopped', this.#spec.drainTimeout);
  }

  /** What is there is not in force any more; `#settle` starts the others. */
  #replaceAll(): void {
    this.#roster.generation += 1;
    const { address, drainTimeout, hold } = this.#spec;
    for (const member of this.#roster.all) {
      if (member.state === 'starting') member.stop();
      // Nobody answers until it is gone: those who wait meanwhile must not wait for longer than they may.
      else if (isSameEndpoint(member.spec.address, address)) member.retire(Math.min(drainTimeout, hold / 2));
    }
  }

  /** The configuration was read again. */
  change(spec: AppSpec): void {
    this.#spec = spec;
    this.#isRemoved = false;
    this.#failures.forgive();
    if (spec.start === 'boot' && !this.#isHeldDown) this.#isWanted = true;
    if (this.#roster.current().some((member) => !isSameProcess(member.spec, spec))) {
      this.#log('notice', 'its configuration has changed: its processes are replaced');
      this.#replaceAll();
    }
    this.#settle();
  }

  /** Not in the configuration any more: drained, stopped, and told by `over`. */
  remove(): void {
    this.#isRemoved = true;
    void this.#goDown('gone', this.#spec.drainTimeout);
  }

  /** The server ends: nothing is drained. Settles when all are gone. */
  shutDown(): Promise<AppOutcome> {
    this.#isRemoved = true;
    const outcome = this.#goDown('gone', 0);
    for (const member of this.#roster.all) member.stop();
    return outcome;
  }

  /** Ends all processes at once. */
  kill(): void {
    this.#isRemoved = true;
    this.#isWanted = false;
    for (const member of this.#roster.all) member.kill();
  }

  #goDown(cause: AppRefusalCause, deadline: number): Promise<AppOutcome> {
    this.#isWanted = false;
    this.#waiting.refuseAll(this.#refusal(cause));
    this.#watchers.fail(`app ${this.name}: it was stopped`);
    const outcome = this.#watchers.add('down');
    this.#retireAll(deadline);
    this.#settle();
    return outcome;
  }

  #noteState(): void {
    this.#figures.note(stateOf(this.#roster, this.#failures, this.#isWanted), this.#machine.now());
  }

  /** Process groups, one for each of a report's instances; -1 where there is none. */
  get groups(): readonly number[] {
    return this.#roster.all.map(({ pid }) => pid ?? -1);
  }

  /** `memory`: bytes of each of `groups`. */
  report(memory: readonly (number | undefined)[]): AppReport {
    this.#noteState();
    return drawReport({
      name: this.name,
      isHeldDown: this.#isHeldDown,
      waiting: this.#waiting.size,
      figures: this.#figures,
      roster: this.#roster,
      failures: this.#failures,
      tail: this.#tail,
      memory,
      now: this.#machine.now(),
    });
  }
}
