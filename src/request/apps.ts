// Applications that the server starts itself, as a configuration describes them and as exchanges see them: plain data,
// and an interface. The processes are server/apps'.
//
//   handler ── acquire ─▶ lease at once, or a wait that ends in a lease or a refusal ── forward ─▶ release
//
// A lease stands for one request under way: while there is one, its process is neither stopped for idleness nor counts
// as drained.

/** Where an application is told to listen, or listens anyway. `auto`: a free port of this machine, chosen for each process. */
export type AppAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'auto' };

/** Where a running process listens. */
export type AppEndpoint = Exclude<AppAddress, { readonly kind: 'auto' }>;

/** What proves that a process can answer: it accepts a connection, answers a GET with 2xx or 3xx, or prints a text. */
export type AppProbe =
  | { readonly kind: 'tcp' }
  /** `path` as it goes into the request line: begins with `/`, no blanks, no control bytes. */
  | { readonly kind: 'http'; readonly path: string }
  /** A line of standard output or standard error holds `text`. */
  | { readonly kind: 'output'; readonly text: string };

/** Bounds that the system sets for every process of the application; undefined for those it has anyway. */
export interface AppLimits {
  /** Bytes of private memory that one process may write to (RLIMIT_DATA). */
  readonly memory?: number | undefined;
  readonly openFiles?: number | undefined;
  /** Processes of the user whom the application runs as. */
  readonly processes?: number | undefined;
}

/** One `<App>`. Times are milliseconds. Strings are byte strings. */
export interface AppSpec {
  /** Unique in a configuration; of letters, digits, `.`, `_`, `-`, beginning with a letter or digit. */
  readonly name: string;
  /**
   * Program and arguments, never empty, started without a shell. In the arguments and in values of `env` the port that
   * the process shall listen on takes the place of `$PORT` and `${PORT}`.
   */
  readonly command: readonly string[];
  /** Absolute path: where the process runs, and where a program that is named with a `/` is looked for. */
  readonly directory: string;
  readonly address: AppAddress;
  /** `manual`: only a command starts it. */
  readonly start: 'on-demand' | 'boot' | 'manual';
  readonly probe: AppProbe;
  /** How long a process may take until its probe succeeds; then it is ended, which counts as a failure. */
  readonly readyTimeout: number;
  /** How long a request waits for readiness, unless it says otherwise itself. */
  readonly hold: number;
  /** How many requests wait at once; one more is refused. */
  readonly queue: number;
  /** Stopped after so long without a request; undefined for never. */
  readonly idleStop: number | undefined;
  /**
   * What happens when a process ends that was not told to. `on-failure`: it is started again unless it ended with exit
   * code 0, by itself where others wait for it or it starts at boot, else for the next request. `always`: even then.
   * `never`: requests are refused until a command starts it.
   */
  readonly restart: 'on-failure' | 'always' | 'never';
  /** After so many failures in a row it gives up. */
  readonly restartLimit: number;
  /** Processes side by side; more than one only at the address `auto`. */
  readonly instances: number;
  /** Added to the server's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A name, or `#1000`; undefined for the user whom the server runs as. */
  readonly user: string | undefined;
  readonly limits: AppLimits;
  /** A target of SiteIo.openLog for all that it prints; undefined for the error log. */
  readonly log: string | undefined;
  readonly stopSignal: NodeJS.Signals;
  /** Between `stopSignal` and SIGKILL. */
  readonly stopTimeout: number;
  /** How long requests under way may go on in a process that others replace, before it gets `stopSignal`. */
  readonly drainTimeout: number;
}

/** A process that answers requests. The same object for all its leases: it may key a pool of connections. */
export interface AppInstance {
  /** Never used again in the life of the server. */
  readonly id: number;
  readonly app: string;
  readonly endpoint: AppEndpoint;
}

/** The right to send one request to a process. Ends with `release` or with `refused`; later calls of either do nothing. */
export interface AppLease {
  readonly kind: 'lease';
  readonly instance: AppInstance;
  /** The exchange with the process is over. */
  release(): void;
  /**
   * The process did not take the connection (refused, or reset before it was used), so that nothing of the request has
   * reached it. It gets no more leases until its probe succeeds again; `acquire` anew waits for that, or for another
   * process.
   */
  refused(): void;
}

/** Why there is no lease. */
export type AppRefusalCause =
  /** It was not ready in time; it still may become so. */
  | 'not-ready'
  /** As many as may wait do so already. */
  | 'queue-full'
  /** It failed too often, or must not be started again. */
  | 'failed'
  /** It was stopped by a command, or was never started where only a command does. */
  | 'stopped'
  /** There is no such application (any more), or the server is stopping. */
  | 'gone'
  /** `cancel` was called. */
  | 'cancelled';

export interface AppRefusal {
  readonly kind: 'refusal';
  readonly cause: AppRefusalCause;
  /** For the log: what happened, with the reason of the last failure. Holds no byte from a client. */
  readonly why: string;
  /** Whole seconds until it is worth to ask again. */
  readonly retryAfter: number;
}

/** A request that waits for readiness. */
export interface AppWait {
  readonly kind: 'wait';
  /** Never rejects. */
  readonly result: Promise<AppLease | AppRefusal>;
  /** Nobody wants the answer any more. Does nothing where the result is there already: a lease still has to be released. */
  cancel(): void;
}

/** Told when a process gets no more leases (drained, stopped, ended): connections at rest to it can be closed. */
export type AppLeavingListener = (instance: AppInstance) => void;

export type AppState =
  /** No process; the next request starts one, unless `isHeldDown`. */
  | 'stopped'
  | 'starting'
  | 'ready'
  /** Ready, and being replaced by new processes; or held, while the only one that fits its address is exchanged. */
  | 'restarting'
  /** Ended too early, and waits before it is started again. */
  | 'back-off'
  /** Given up. */
  | 'failed'
  | 'stopping';

export interface AppInstanceReport {
  readonly id: number;
  /** undefined where the system could not start it. */
  readonly pid: number | undefined;
  readonly state: 'starting' | 'ready' | 'doubted' | 'draining' | 'stopping' | 'gone';
  readonly endpoint: AppEndpoint;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly readyAt: number | undefined;
  /** Leases so far, and under way. */
  readonly requests: number;
  readonly busy: number;
  /** Resident bytes of its process group; undefined where the system does not tell. */
  readonly memory: number | undefined;
}

/** An application for reports and waiting pages. */
export interface AppReport {
  readonly name: string;
  readonly state: AppState;
  /** Milliseconds since 1970: since when it is in that state. */
  readonly since: number;
  /** It was stopped by a command: requests do not start it. */
  readonly isHeldDown: boolean;
  /** Why the last process failed; undefined where none did since it was last ready for a while. */
  readonly failure: { readonly why: string; readonly at: number } | undefined;
  readonly failuresInRow: number;
  /** When it is started again, in milliseconds since 1970; only in `back-off`. */
  readonly nextStartAt: number | undefined;
  /** The last lines that it printed, oldest first: a few dozen, each cut. Of a failure those before it. For loopback only. */
  readonly output: readonly string[];
  /** Leases so far; requests under way; requests that wait. */
  readonly requests: number;
  readonly busy: number;
  readonly waiting: number;
  /** Processes started so far, and how many of them because another failed. */
  readonly starts: number;
  readonly restarts: number;
  readonly instances: readonly AppInstanceReport[];
}

/** What came of a command. */
export type AppOutcome = { readonly isDone: true } | { readonly isDone: false; readonly why: string };

/** The applications of a server; outlives its sites. */
export interface Apps {
  /**
   * A process for one request: at once where one is ready, the least busy of them. Else the application is started,
   * once for all who ask, and the request waits for up to `hold` milliseconds (default: the application's).
   */
  acquire(name: string, hold?: number): AppLease | AppRefusal | AppWait;
  /** Reports on all, in the order of the configuration. Costs a look at the system: not for every request. */
  reports(): readonly AppReport[];
  report(name: string): AppReport | undefined;
  /** Calls `listener` for every process that leaves; answers how to end that. */
  onLeaving(listener: AppLeavingListener): () => void;
  /** Starts it, also from `failed`; settles when it is ready or has failed once. */
  start(name: string): Promise<AppOutcome>;
  /** Drains and stops it; it stays down until `start` or `restart`. */
  stop(name: string): Promise<AppOutcome>;
  /**
   * As a deploy does: new processes beside the old ones, which leave when the new ones are ready, or, where the address
   * is fixed, one after the other with requests held. When the new one does not get ready, the old one goes on if it can.
   */
  restart(name: string): Promise<AppOutcome>;
}
