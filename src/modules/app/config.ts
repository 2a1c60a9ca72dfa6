// What `<App>` sections come to: a description of each application for the server that starts it, and how this server
// treats requests that come before it is ready.

import { DirConfig } from '../../conf/section.ts';
import type { Place } from '../../kit/place.ts';
import type { AppAddress, AppLimits, AppProbe, AppSpec } from '../../request/apps.ts';

/** What browsers get while they wait: portico's own page, nothing (they wait like everybody else), or a file. */
export type WaitingPage =
  | { readonly kind: 'default' | 'off' }
  | { readonly kind: 'file'; readonly path: string };

/** One section, read. */
export interface AppEntry {
  readonly spec: AppSpec;
  readonly waitingPage: WaitingPage;
  /** The section's opening line. */
  readonly place: Place;
}

/** The sections of one server; they are not inherited, as every application belongs to all servers. */
export interface AppServerConfig {
  readonly apps: AppEntry[];
}

/** A section while its lines are read. What no line says is undefined. Times in milliseconds. */
export class AppDraft {
  readonly name: string;
  /** Environment variables, by name. */
  readonly env: Map<string, string> = new Map();
  command: readonly string[] | undefined = undefined;
  hasCommandLine = false;
  directory: string | undefined = undefined;
  address: AppAddress | undefined = undefined;
  start: AppSpec['start'] | undefined = undefined;
  probe: AppProbe | undefined = undefined;
  readyTimeout: number | undefined = undefined;
  hold: number | undefined = undefined;
  queue: number | undefined = undefined;
  waitingPage: WaitingPage | undefined = undefined;
  idleStop: number | undefined = undefined;
  restart: AppSpec['restart'] | undefined = undefined;
  restartLimit: number | undefined = undefined;
  instances: number | undefined = undefined;
  user: string | undefined = undefined;
  limits: AppLimits = {};
  log: string | undefined = undefined;
  stopSignal: NodeJS.Signals | undefined = undefined;
  stopTimeout: number | undefined = undefined;
  drainTimeout: number | undefined = undefined;

  constructor(name: string) {
    this.name = name;
  }
}

/** Where the lines of a section find what they change. */
const drafts: WeakMap<DirConfig, AppDraft> = new WeakMap();

/** The configuration inside a section of that name, for its lines. */
export function openDraft(name: string): { readonly dir: DirConfig; readonly draft: AppDraft } {
  const dir = new DirConfig();
  const draft = new AppDraft(name);
  drafts.set(dir, draft);
  return { dir, draft };
}

/** The section that a line of it stands in: declarations keep the lines inside. */
export function draftOf(dir: DirConfig): AppDraft {
  return drafts.get(dir)!;
}

/** Used where a section has no line of that kind; the directives' declarations say the same in words. */
const DEFAULTS = {
  readyTimeout: 30_000,
  hold: 10_000,
  queue: 100,
  restartLimit: 10,
  stopTimeout: 10_000,
  drainTimeout: 30_000,
} as const;

/** The whole description; `command` is there, and `directory` is where lines without AppDirectory run. */
export function finishDraft(draft: AppDraft, command: readonly string[], directory: string): AppSpec {
  return {
    name: draft.name,
    command,
    directory: draft.directory ?? directory,
    address: draft.address ?? { kind: 'auto' },
    start: draft.start ?? 'on-demand',
    probe: draft.probe ?? { kind: 'tcp' },
    readyTimeout: draft.readyTimeout ?? DEFAULTS.readyTimeout,
    hold: draft.hold ?? DEFAULTS.hold,
    queue: draft.queue ?? DEFAULTS.queue,
    idleStop: draft.idleStop,
    restart: draft.restart ?? 'on-failure',
    restartLimit: draft.restartLimit ?? DEFAULTS.restartLimit,
    instances: draft.instances ?? 1,
    env: Object.fromEntries(draft.env),
    user: draft.user,
    limits: draft.limits,
    log: draft.log,
    stopSignal: draft.stopSignal ?? 'SIGTERM',
    stopTimeout: draft.stopTimeout ?? DEFAULTS.stopTimeout,
    drainTimeout: draft.drainTimeout ?? DEFAULTS.drainTimeout,
  };
}
