// The applications of a server, across all the configurations that it reads: the front door of this folder.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ticker } from '../../kit/ticker.ts';
import type {
  AppLease,
  AppLeavingListener,
  AppOutcome,
  AppRefusal,
  AppReport,
  AppSpec,
  Apps,
  AppWait,
} from '../../request/apps.ts';
import type { LogLevelName } from '../../request/core-config.ts';
import type { Accounts } from '../accounts.ts';
import { messageOf, StartError } from '../start-error.ts';
import { Application } from './application.ts';
import { FreePorts } from './endpoint.ts';
import { findProcessTable } from './find-process-table.ts';
import { findAppUser } from './launch.ts';
import type { AppsMachine, PrintedLine } from './machine.ts';
import { hasOrphansFolder, Orphans } from './orphans.ts';
import type { ProcessTable } from './process-table.ts';

export interface SupervisorOptions {
  readonly accounts: Accounts;
  log(level: LogLevelName, text: string): void;
  logOutput(target: string | undefined, printed: PrintedLine): void;
  /** Default: the system's. */
  readonly table?: ProcessTable;
  /** Where what is known of processes is kept for the next start. Default: a folder of the user's own. */
  readonly runtimeFolder?: string;
}

/** While it waits for processes to end, that alone keeps this process alive. */
const STAY_MS = 1000;

export class Supervisor implements Apps {
  readonly #options: SupervisorOptions;
  readonly #applications: Map<string, Application> = new Map();
  readonly #listeners: Set<AppLeavingListener> = new Set();
  readonly #clock: Ticker = new Ticker();
  #specs: ReadonlyMap<string, AppSpec> = new Map();
  #machine: AppsMachine | undefined = undefined;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Throws a StartError for what this server could never start. Changes nothing. */
  check(specs: readonly AppSpec[]): void {
    for (const { name, user } of specs) {
      if (user === undefined) continue;
      try {
        findAppUser(user, this.#options.accounts);
      } catch (error) {
        throw new StartError(`<App ${name}>: ${messageOf(error)}`, undefined, error);
      }
    }
  }

  /**
   * These are the applications from now on. What is the same keeps its processes, what has changed is replaced, what is
   * missing is stopped, once `unused` has settled: until then requests that began before may still need it. `identity`
   * is what makes it the same server at its next start.
   */
  apply(specs: readonly AppSpec[], identity: string, unused: Promise<void> = Promise.resolve()): void {
    if (this.#isStopping) return;
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    if (specs.length === 0 && this.#applications.size === 0) {
      if (this.#machine === undefined && hasOrphansFolder(this.#options.runtimeFolder)) this.#open(identity);
      return;
    }
    for (const [name, application] of this.#applications)
      if (!this.#specs.has(name)) void this.#removeLater(name, application, unused);
    for (const spec of this.#specs.values()) {
      const old = this.#applications.get(spec.name);
      if (old !== undefined) old.change(spec);
      else this.#add(spec, this.#machine ?? this.#open(identity));
    }
  }

  #add(spec: AppSpec, machine: AppsMachine): void {
    const application = new Application(spec, machine, {
      leaving: (member) => {
        for (const listener of this.#listeners) listener(member);
      },
      over: (over) => this.#forget(over),
    });
    this.#applications.set(spec.name, application);
    this.#clock.add(application);
  }

  #open(identity: string): AppsMachine {
    const { table = findProcessTable(), accounts, log, logOutput, runtimeFolder } = this.#options;
    const mark = `PORTICO_APP_SERVER=${randomBytes(16).toString('hex')}`;
    const parent = runtimeFolder === undefined ? {} : { parent: runtimeFolder };
    const orphans = new Orphans({ identity, mark, table, log, ...parent });
    const isClear = orphans.clear();
    this.#machine = {
      now: () => Date.now(),
      log,
      logOutput,
      table,
      accounts,
      ports: new FreePorts(),
      orphans,
      mark,
      isClear,
    };
    this.#clock.add({ onTick: () => orphans.touch() });
    process.on('exit', this.#killAll);
    return this.#machine;
  }

  async #removeLater(name: string, application: Application, unused: Promise<void>): Promise<void> {
    const patience = sleep(application.drainTimeout, undefined, { ref: false });
    await Promise.race([unused, patience]);
    // A later configuration may have it again.
    if (!this.#specs.has(name)) application.remove();
  }

  #forget(application: Application): void {
    if (this.#applications.get(application.name) === application) this.#applications.delete(application.name);
    this.#clock.delete(application);
  }

  acquire(name: string, hold?: number): AppLease | AppRefusal | AppWait {
    return this.#applications.get(name)?.acquire(hold) ?? this.#unknown(name);
  }

  #unknown(name: string): AppRefusal {
    return { kind: 'refusal', cause: 'gone', why: `there is no app ${name}`, retryAfter: 1 };
  }

  reports(): readonly AppReport[] {
    const inForce = [...this.#specs.keys()].map((name) => this.#applications.get(name));
    const applications = [...new Set([...inForce, ...this.#applications.values()])].filter(
      (application) => application !== undefined,
    );
    const groups = applications.flatMap((application) => application.groups);
    const memory = groups.length === 0 ? [] : (this.#machine?.table.memoryOf(groups) ?? []);
    let at = 0;
    return applications.map((application) => {
      const from = at;
      at += application.groups.length;
      return application.report(memory.slice(from, at));
    });
  }

  report(name: string): AppReport | undefined {
    const application = this.#applications.get(name);
    if (application === undefined) return undefined;
    const { groups } = application;
    return application.report(groups.length === 0 ? [] : (this.#machine?.table.memoryOf(groups) ?? []));
  }

  onLeaving(listener: AppLeavingListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(name: string): Promise<AppOutcome> {
    return this.#command(name, (application) => application.start());
  }

  stop(name: string): Promise<AppOutcome> {
    return this.#command(name, (application) => application.stop());
  }

  restart(name: string): Promise<AppOutcome> {
    return this.#command(name, (application) => application.restart());
  }

  async #command(name: string, act: (application: Application) => Promise<AppOutcome>): Promise<AppOutcome> {
    const application = this.#specs.has(name) ? this.#applications.get(name) : undefined;
    if (application === undefined) return { isDone: false, why: `there is no app ${name}` };
    if (this.#isStopping) return { isDone: false, why: 'the server is stopping' };
    return act(application);
  }

  /** Tells all processes to end and settles when they have; who waits for one is refused. */
  async shutDown(): Promise<void> {
    this.#isStopping = true;
    const stay = setInterval(() => undefined, STAY_MS);
    try {
      await Promise.all([...this.#applications.values()].map((application) => application.shutDown()));
    } finally {
      clearInterval(stay);
      process.off('exit', this.#killAll);
    }
  }

  /** Ends all processes at once; a `shutDown` under way settles soon after. */
  kill(): void {
    this.#isStopping = true;
    this.#killAll();
  }

  readonly #killAll = (): void => {
    for (const application of this.#applications.values()) application.kill();
  };
}
