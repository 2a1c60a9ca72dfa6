// One process of an application, from its start to the end of its group, and the requests that it has under way.
//
//   starting ─▶ ready ◀─▶ doubted          doubted: did not take a connection; asked again before it gets requests
//      │          │          │
//      │          ▼          │
//      │       draining ◀────┤             draining: requests under way may end
//      ▼          ▼          ▼
//      └──────▶ stopping ◀───┘             stopping: told to end, or ended; the rest of its group is seen off
//                 ▼
//                gone

import type { AppEndpoint, AppInstance, AppInstanceReport, AppSpec } from '../../request/apps.ts';
import { messageOf } from '../start-error.ts';
import { endpointText } from './endpoint.ts';
import { GroupEnd } from './group-end.ts';
import { planLaunch } from './launch.ts';
import type { AppsMachine } from './machine.ts';
import { Place } from './place.ts';
import { ReadinessProbe } from './probe.ts';
import { GroupProcess, type OutputStream, type ProcessEnd } from './process.ts';

export type MemberState = AppInstanceReport['state'];

const MOVES: { readonly [from in MemberState]: readonly MemberState[] } = {
  starting: ['ready', 'stopping'],
  ready: ['doubted', 'draining', 'stopping'],
  doubted: ['ready', 'draining', 'stopping'],
  draining: ['stopping'],
  stopping: ['gone'],
  gone: [],
};

/** Why a process is no use any more although nobody told it to end. */
export interface MemberFailure {
  /** For people, with `it` left out: `ended with exit code 1`. */
  readonly why: string;
  /** It had been ready. */
  readonly wasReady: boolean;
  /** It ended by itself, with exit code 0. */
  readonly isClean: boolean;
  /** Somebody else has its port: another one may go well at once. */
  readonly isPortTaken: boolean;
}

export interface MemberOwner {
  memberMoved(member: Member): void;
  /** Before the member is gone; at most once. */
  memberFailed(member: Member, failure: MemberFailure): void;
  memberPrinted(member: Member, line: string, stream: OutputStream): void;
}

/** What a process leaves of its group when it ends by itself gets so long between SIGTERM and SIGKILL. */
const REST_MS = 2000;

let lastId = 0;
let lastTurn = 0;

export class Member implements AppInstance {
  readonly id: number = ++lastId;
  readonly app: string;
  readonly spec: AppSpec;
  readonly index: number;
  readonly startedAt: number;
  readyAt: number | undefined = undefined;
  /** On the clock of ticks. */
  #readySince = Number.POSITIVE_INFINITY;
  /** Which deploy it belongs to. */
  generation: number;
  requests = 0;
  busy = 0;
  /** When it got its last request, in the order of all. */
  turn = 0;
  #state: MemberState = 'starting';
  readonly #place: Place;
  readonly #machine: AppsMachine;
  readonly #owner: MemberOwner;
  #process: GroupProcess | undefined = undefined;
  #probe: ReadinessProbe | undefined = undefined;
  #groupEnd: GroupEnd | undefined = undefined;
  /** Somebody told it to go: that it ends is no failure. */
  #isLeaving = false;
  #failure: 'none' | 'coming' | 'told' = 'none';
  #isGroupOver = false;
  #readyBy = Number.POSITIVE_INFINITY;
  #drainBy = Number.POSITIVE_INFINITY;

  constructor(
    spec: AppSpec,
    place: { readonly index: number; readonly generation: number },
    machine: AppsMachine,
    owner: MemberOwner,
  ) {
    this.app = spec.name;
    this.spec = spec;
    this.index = place.index;
    this.generation = place.generation;
    this.#machine = machine;
    this.#owner = owner;
    this.startedAt = machine.now();
    this.#place = new Place(spec.address, machine.ports);
  }

  get endpoint(): AppEndpoint {
    return this.#place.endpoint;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get state(): MemberState {
    return this.#state;
  }

  /** Milliseconds since it became ready, without a doubt meanwhile. */
  get readyFor(): number {
    return Math.max(0, performance.now() - this.#readySince);
  }

  /** It is of use, will be, or its failure is just being looked into. */
  get isInPlace(): boolean {
    return this.#failure === 'coming' || ['starting', 'ready', 'doubted'].includes(this.#state);
  }

  report(memory: number | undefined): AppInstanceReport {
    const { id, pid, state, endpoint, startedAt, readyAt, requests, busy } = this;
    return { id, pid, state, endpoint, startedAt, readyAt, requests, busy, memory };
  }

  #move(to: MemberState): void {
    if (!MOVES[this.#state].includes(to)) throw new Error(`a process cannot go from ${this.#state} to ${to}`);
    this.#state = to;
    this.#owner.memberMoved(this);
  }

  /** Finds an address, starts the program and asks it until it is ready. Called once. */
  async start(): Promise<void> {
    this.#readyBy = performance.now() + this.spec.readyTimeout;
    try {
      await this.#machine.isClear;
      const obstacle = await this.#place.claim();
      // It may have been told to stop meanwhile.
      if (this.#state !== 'starting') this.#place.giveBack();
      else if (obstacle === undefined) this.#launch();
      else this.#giveUp(`was not started: ${obstacle}`, true);
    } catch (error) {
      if (this.#state === 'starting') this.#giveUp(`could not be started: ${messageOf(error)}`);
    }
  }

  #launch(): void {
    const { mark, accounts, orphans } = this.#machine;
    const launch = planLaunch(this.spec, { endpoint: this.endpoint, index: this.index, mark, accounts });
    this.#process = new GroupProcess(launch, {
      line: (text, stream) => {
        this.#owner.memberPrinted(this, text, stream);
        this.#probe?.line(text);
      },
      exited: () => this.#exited(),
      ended: (end) => void this.#ended(end),
    });
    if (this.pid === undefined) return;
    orphans.add(this.app, this.pid);
    this.#ask((endpoint) => void this.#answered(endpoint));
  }

  #ask(succeed: (endpoint: AppEndpoint) => void): void {
    // Who was ready once has nothing more to print.
    const isAgain = this.spec.probe.kind === 'output' && this.readyAt !== undefined;
    const probe = isAgain ? ({ kind: 'tcp' } as const) : this.spec.probe;
    const endpoints = this.readyAt === undefined ? this.#place.candidates : [this.endpoint];
    this.#probe = new ReadinessProbe(probe, endpoints, succeed);
  }

  /** Somebody answers. Where the port may have been taken meanwhile, it must not be somebody else. */
  async #answered(endpoint: AppEndpoint): Promise<void> {
    this.#place.endpoint = endpoint;
    const { pid } = this;
    const stranger =
      pid === undefined ? undefined : await this.#place.strangerBeside(pid, this.#machine.table);
    if (this.#state !== 'starting') return;
    if (stranger === undefined) this.#becomeReady();
    else this.#giveUp(`lost its address ${endpointText(endpoint)} to ${stranger}`, true);
  }

  #becomeReady(): void {
    this.#readyBy = Number.POSITIVE_INFINITY;
    this.readyAt ??= this.#machine.now();
    this.#readySince = performance.now();
    this.#move('ready');
  }

  take(): void {
    this.requests += 1;
    this.busy += 1;
    this.turn = ++lastTurn;
  }

  leave(): void {
    this.busy -= 1;
    if (this.busy === 0 && this.#state === 'draining') this.stop();
  }

  /** It did not take a connection: no requests until it answers again. */
  doubt(): void {
    if (this.#state !== 'ready') return;
    this.#readyBy = performance.now() + this.spec.readyTimeout;
    this.#readySince = Number.POSITIVE_INFINITY;
    this.#move('doubted');
    this.#ask(() => {
      if (this.#state === 'doubted') this.#becomeReady();
    });
  }

  /** Takes no more requests; ends when those under way have, or after `deadline` milliseconds. */
  retire(deadline: number): void {
    if (this.#state === 'starting') this.stop();
    if (this.#state !== 'ready' && this.#state !== 'doubted') return;
    if (this.busy === 0) {
      this.stop();
      return;
    }
    this.#isLeaving = true;
    this.#probe?.stop();
    this.#readyBy = Number.POSITIVE_INFINITY;
    this.#drainBy = performance.now() + deadline;
    this.#move('draining');
  }

  /** Tells the whole group to end, and ends it after the application's AppStopTimeout. */
  stop(): void {
    this.#isLeaving = true;
    if (this.#state === 'stopping' || this.#state === 'gone') return;
    this.#endGroup(this.spec.stopSignal, this.spec.stopTimeout);
  }

  /** Ends the whole group at once. */
  kill(): void {
    this.stop();
    this.#groupEnd?.kill();
  }

  #endGroup(signal: NodeJS.Signals, patience: number): void {
    this.#probe?.stop();
    this.#readyBy = Number.POSITIVE_INFINITY;
    this.#move('stopping');
    const process = this.#process;
    if (process === undefined) this.#groupOver([]);
    // One that cannot be started says so by `ended`.
    else if (process.pid !== undefined)
      this.#groupEnd = new GroupEnd(process, this.#machine.table, { signal, patience }, (left) =>
        this.#groupOver(left),
      );
  }

  #giveUp(why: string, isPortTaken: boolean = false): void {
    this.#fail({ why, wasReady: this.readyAt !== undefined, isClean: false, isPortTaken });
    if (this.#state !== 'stopping' && this.#state !== 'gone') this.#endGroup('SIGTERM', REST_MS);
  }

  #fail(failure: MemberFailure): void {
    if (this.#failure === 'told') return;
    this.#failure = 'told';
    this.#owner.memberFailed(this, failure);
  }

  #exited(): void {
    if (this.#state === 'stopping') return;
    if (!this.#isLeaving) this.#failure = 'coming';
    this.#endGroup('SIGTERM', REST_MS);
  }

  /** What it printed until its end was read. */
  async #ended(end: ProcessEnd): Promise<void> {
    if (this.#failure === 'coming') this.#fail(await this.#failureOf(end));
    if (this.pid === undefined) this.#isGroupOver = true;
    this.#endWhenTold();
  }

  async #failureOf({ why, isClean }: ProcessEnd): Promise<MemberFailure> {
    const wasReady = this.readyAt !== undefined;
    if (wasReady || this.pid === undefined) return { why, wasReady, isClean, isPortTaken: false };
    const isPortTaken = await this.#place.isChoiceLost();
    const hint = isClean ? ': it must not put itself in the background' : '';
    return { why: `${why} before it was ready${hint}`, wasReady, isClean: false, isPortTaken };
  }

  /** Called about four times a second. */
  onTick(now: number): void {
    if (now >= this.#readyBy) this.#tooLate();
    if (now >= this.#drainBy && this.#state === 'draining') this.stop();
    this.#groupEnd?.onTick(now);
  }

  #tooLate(): void {
    const reason = this.#probe === undefined ? '' : ` (${this.#probe.failure})`;
    const seconds = this.spec.readyTimeout / 1000;
    this.#giveUp(
      this.#state === 'doubted'
        ? `has taken no connection for ${seconds} seconds${reason}`
        : `was not ready within ${seconds} seconds${reason}`,
    );
  }

  #groupOver(left: readonly number[]): void {
    if (left.length > 0)
      this.#machine.log('error', `app ${this.app}: SIGKILL does not end process ${left.join(', ')}`);
    this.#isGroupOver = true;
    this.#endWhenTold();
  }

  /** Its owner hears of a failure before it is gone. */
  #endWhenTold(): void {
    if (!this.#isGroupOver || this.#failure === 'coming' || this.#state === 'gone') return;
    this.#process?.close();
    this.#place.giveBack();
    if (this.pid !== undefined) this.#machine.orphans.delete(this.pid);
    this.#move('gone');
  }
}
