// A running server: configuration, listeners, connections and the site in force, tied together.
// Owns the order in which they start, change and stop; signals and the terminal are the command's.

import type { Socket } from 'node:net';
import { hasError, type Site, type SiteResult } from '../conf/site.ts';
import type { Diagnostic } from '../kit/diagnostic.ts';
import { Ticker } from '../kit/ticker.ts';
import type { RequestSums, ServerActivity } from '../request/activity.ts';
import type { AppSpec } from '../request/apps.ts';
import { type CoreServerConfig, coreServer, type Listen } from '../request/core-config.ts';
import type { LiveSite } from '../request/exchange.ts';
import { logPrinted, logServer } from '../request/log.ts';
import type { Module } from '../request/module.ts';
import { Supervisor } from './apps/index.ts';
import { type Capacity, capacityFor, freeDescriptors } from './capacity.ts';
import { Connection } from './connection.ts';
import type { ConnectionOwner, OwnedConnection, ServingSite } from './connection-owner.ts';
import { ConnectionSet } from './connection-set.ts';
import { type ControlChannel, openChannel } from './control/channel.ts';
import type { ControlledServer } from './control/message.ts';
import { announce, controlPath } from './control/place.ts';
import { carryOut, hasApps } from './control/server-control.ts';
import { HeadBudget } from './head-budget.ts';
import type { ListenerUser } from './listen.ts';
import { Machine } from './machine.ts';
import { Overload } from './overload.ts';
import { paceFor } from './pace.ts';
import { type PidFile, writePidFile } from './pid-file.ts';
import { becomeUser, findIdentity, isRoot } from './privileges.ts';
import { Listeners } from './reload.ts';
import { type OpenedSite, openServingSite } from './serving-site.ts';
import { messageOf, StartError } from './start-error.ts';
import { Turns } from './turns.ts';

/** The configuration cannot be used; `diagnostics` say why. */
export class ConfigurationError extends Error {
  /** All findings, warnings included. */
  readonly diagnostics: readonly Diagnostic[];

  /** `diagnostics`: the findings, at least one of them an error. */
  constructor(diagnostics: readonly Diagnostic[]) {
    super('the configuration has errors');
    this.diagnostics = diagnostics;
  }
}

/** What a server is made of. */
export interface ServerOptions {
  /** Reads the configuration; called again for every reload. */
  read(): SiteResult;
  /** Every module there is, in the order in which they run. */
  readonly modules: readonly Module[];
  /** Files, logs, users and clock; where none is given, one whose troubles with logs go to `tell`. */
  readonly machine?: Machine;
  /** Told, in one line each, what an operator should know. Default: nobody. */
  tell?(text: string): void;
  /** Findings of a configuration that is used all the same. */
  tellFindings?(diagnostics: readonly Diagnostic[]): void;
  /** Where to listen, instead of the Listen lines. Port 0 is any free port. */
  readonly listens?: readonly Listen[];
  /** What the configuration is called; without it the server has no control channel. */
  readonly configuration?: string;
}

/** A server that accepts connections. */
export interface ServerInstance {
  /** `http://host:port` of every listener. */
  readonly urls: readonly string[];
  /** The ports of the same, in the same order. */
  readonly ports: readonly number[];
  /** The site that answers new requests. */
  readonly live: LiveSite;
  /** Reads the configuration again. Rejects, with everything as it was, when the new one cannot be used. */
  reload(): Promise<void>;
  /** Lets running exchanges finish, up to `deadlineMs` (30 seconds), then ends. Later calls wait for the first. */
  stop(deadlineMs?: number): Promise<void>;
  /** Cuts every connection; a `stop` under way settles soon after. */
  cut(): void;
}

const STOP_DEADLINE_MS = 30_000;

/** Starts to serve; settles when every listener accepts. Rejects with ConfigurationError or StartError. */
export async function startServer(options: ServerOptions): Promise<ServerInstance> {
  const instance = new Instance(options);
  try {
    await instance.start();
  } catch (error) {
    await instance.undo();
    throw error;
  }
  return instance;
}

class Instance implements ServerInstance, ConnectionOwner, ListenerUser {
  readonly #options: ServerOptions;
  readonly #machine: Machine;
  #capacity: Capacity = { connections: Number.POSITIVE_INFINITY, requests: Number.POSITIVE_INFINITY };
  readonly #overload: Overload = new Overload((text) => this.#logError(text));
  readonly #connections: ConnectionSet = new ConnectionSet();
  readonly #listeners: Listeners;
  #opened: OpenedSite | undefined = undefined;
  #pidFile: PidFile | undefined = undefined;
  #control: ControlChannel | undefined = undefined;
  #unannounce: (() => void) | undefined = undefined;
  /** Sockets that came while the site was not open yet. */
  #waiting: Socket[] = [];
  #reloading: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined = undefined;
  readonly clock: Ticker = new Ticker();
  readonly turns: Turns = new Turns(() => this.#onTurnsTaken());
  readonly heads: HeadBudget = new HeadBudget();
  isDraining = false;
  readonly #apps: Supervisor;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#machine = options.machine ?? new Machine((text) => options.tell?.(text));
    this.#listeners = new Listeners(this);
    this.#apps = new Supervisor({
      accounts: this.#machine.accounts,
      log: (level, text) => logServer(this.live, this.live.main, 'app', level, text),
      logOutput: (target, { level, prefix, line }) => {
        if (target !== undefined) this.#machine.openLog(target).write(line);
        else logPrinted(this.live, this.live.main, 'app', level, prefix + line);
      },
    });
  }

  readonly #startedAt: number = Date.now();
  #reloads = 0;
  readonly #sums: RequestSums = { accesses: 0, bytes: 0, duration: 0 };

  /** What it is doing, as the status page of every site sees it. */
  #activity(): ServerActivity {
    const instance = this;
    return {
      startedAt: this.#startedAt,
      reloads: this.#reloads,
      sums: this.#sums,
      get most() {
        return instance.turns.most;
      },
      get isStopping() {
        return instance.isDraining;
      },
      connections: () => this.#connections.reports(),
    };
  }

  get site(): ServingSite {
    return this.#opened!;
  }

  get live(): LiveSite {
    return this.#opened!.live;
  }

  get urls(): readonly string[] {
    return this.#listeners.all.map((listener) => listener.url);
  }

  get ports(): readonly number[] {
    return this.#listeners.all.map((listener) => listener.port);
  }

  /** Root's work first: ports and logs; then modules, which may start programs, as the configured user. */
  async start(): Promise<void> {
    const site = this.#read();
    const core = coreServer(site.main);
    const listens = this.#listensOf(core);
    this.#writePid(core.pidFile);
    await this.#listeners.open(listens, core.listenBacklog);
    this.#openLogs(site);
    await this.#openControl(site);
    this.#becomeUser(core);
    const opened = await this.#open(site);
    this.#capacity = capacityFor(freeDescriptors());
    this.#connections.most = this.#capacity.connections;
    this.#take(opened);
    logServer(this.live, this.live.main, 'core', 'notice', 'configured -- resuming normal operations');
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const socket of waiting) this.onSocket(socket);
  }

  /** Leaves nothing behind of a start that failed. */
  async undo(): Promise<void> {
    for (const socket of this.#waiting) socket.destroy();
    await this.#end();
  }

  #read(): Site {
    const { site, diagnostics } = this.#options.read();
    if (site === undefined || hasError(diagnostics)) throw new ConfigurationError(diagnostics);
    this.#options.tellFindings?.(diagnostics);
    return site;
  }

  #listensOf(core: CoreServerConfig): readonly Listen[] {
    const listens = this.#options.listens ?? core.listens;
    if (listens.length > 0) return listens;
    throw new StartError(
      'no listening sockets available, shutting down',
      'Add a line such as `Listen 8080`.',
    );
  }

  #writePid(path: string | undefined): void {
    if (path === undefined || path.includes('${')) return;
    this.#pidFile = writePidFile(path);
  }

  /** Where there are applications to talk about. That it cannot be had keeps nobody from serving. */
  async #openControl(site: Site): Promise<void> {
    const { configuration, modules } = this.#options;
    if (this.#control !== undefined || configuration === undefined || !hasApps(site, modules)) return;
    try {
      const path = controlPath(coreServer(site.main), configuration);
      if (path === undefined) return;
      this.#control = await openChannel(path, (request) =>
        carryOut({ apps: this.#opened?.live.apps, facts: () => this.#facts(configuration) }, request),
      );
      this.#unannounce = announce(path, configuration);
    } catch (error) {
      this.#options.tell?.(`\`portico apps\` cannot ask this server: ${messageOf(error)}`);
    }
  }

  #facts(configuration: string): ControlledServer {
    return { pid: process.pid, configuration, startedAt: this.#startedAt, urls: this.urls };
  }

  #openLogs(site: Site): void {
    const targets: string[] = [];
    for (const server of [site.main, ...site.vhosts]) {
      const { errorLog } = coreServer(server);
      if (errorLog !== undefined) targets.push(errorLog);
      for (const module of this.#options.modules)
        if (site.modules.includes(module)) targets.push(...(module.logs?.(server) ?? []));
    }
    this.#machine.serverRoot = site.serverRoot;
    const problems = this.#machine.openLogs(targets);
    if (problems.length === 0) return;
    throw new StartError(
      `AH00015: Unable to open logs: ${problems.join('; ')}`,
      'Make the directory, or change the line that names it.',
    );
  }

  #becomeUser(core: CoreServerConfig): void {
    if (!isRoot()) return;
    const identity = findIdentity(core, this.#machine.accounts);
    if (identity !== undefined) becomeUser(identity);
    if (core.user === undefined)
      this.#options.tell?.('running as root: add User and Group lines; until then CGI scripts are refused');
  }

  async #open(site: Site): Promise<OpenedSite> {
    this.#apps.check(this.#appsOf(site));
    try {
      return await openServingSite(
        site,
        this.#options.modules,
        this.#machine,
        (error) => this.#options.tell?.(`a module failed while it was closed: ${messageOf(error)}`),
        {
          activity: this.#activity(),
          apps: this.#apps,
          ...(this.#opened === undefined ? {} : { before: this.#opened.live }),
        },
      );
    } catch (error) {
      throw new StartError(messageOf(error), undefined, error);
    }
  }

  /** What a virtual host takes over from the main server is described once. */
  #appsOf(site: Site): readonly AppSpec[] {
    const described = new Map<string, AppSpec>();
    for (const server of [site.main, ...site.vhosts])
      for (const module of this.#options.modules)
        if (site.modules.includes(module))
          for (const spec of module.apps?.(server) ?? [])
            if (!described.has(spec.name)) described.set(spec.name, spec);
    return [...described.values()];
  }

  onSocket(socket: Socket): void {
    // One that was reset meanwhile has no address any more: rules on addresses could not hold for what it has sent.
    if (socket.remoteAddress === undefined) {
      socket.destroy();
    } else if (this.#opened === undefined) {
      socket.on('error', () => undefined);
      this.#waiting.push(socket);
    } else if (this.#connections.makeRoom()) {
      const connection = new Connection(socket, this);
      this.#connections.add(connection);
      this.clock.add(connection);
    } else {
      this.#overload.clientRefused(this.#connections.size);
      socket.destroy();
    }
  }

  onAcceptFailed(error: Error): void {
    this.#overload.acceptFailed(error);
  }

  #onTurnsTaken(): void {
    this.#overload.requestsWait(this.turns.most, this.turns.most < this.#capacity.requests);
  }

  #logError(text: string): void {
    if (this.#opened === undefined) return;
    logServer(this.live, this.live.main, 'core', 'error', text);
  }

  connectionClosed(connection: OwnedConnection): void {
    this.#connections.delete(connection);
    this.clock.delete(connection);
  }

  reload(): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#reloadNow());
    this.#reloading = reloaded.catch((error: unknown) => this.#logRefusal(error));
    return reloaded;
  }

  /** Who reads the log must see that the files and the server differ, and why. Standard error is the command's to use. */
  #logRefusal(error: unknown): void {
    if (coreServer(this.live.main).errorLog === undefined) return;
    if (error instanceof ConfigurationError) {
      for (const { severity, place, message } of error.diagnostics) {
        if (severity !== 'error') continue;
        const where =
          place === undefined ? '' : `AH00526: Syntax error on line ${place.line} of ${place.file}: `;
        this.#logError(`${where}${message}`);
      }
    } else this.#logError(messageOf(error));
    this.#logError('the new configuration cannot be used: the old one stays in force');
  }

  async #reloadNow(): Promise<void> {
    if (this.isDraining) throw new StartError('the server is stopping');
    const site = this.#read();
    const core = coreServer(site.main);
    const change = await this.#listeners.change(this.#listensOf(core), core.listenBacklog);
    let opened: OpenedSite;
    this.#reloads += 1;
    try {
      this.#openLogs(site);
      this.#becomeUser(core);
      opened = await this.#open(site);
    } catch (error) {
      this.#reloads -= 1;
      await change.undo();
      throw error;
    }
    this.#take(opened);
    await change.finish();
    await this.#openControl(site);
    this.#machine.reopenLogs();
    logServer(
      this.live,
      this.live.main,
      'core',
      'notice',
      'configuration read again -- resuming normal operations',
    );
  }

  /** New requests are the new site's; an old one closes when its last exchange is over. */
  #take(opened: OpenedSite): void {
    const old = this.#opened;
    this.#opened = opened;
    const { servers, main } = opened.live;
    const { maxRequestWorkers = this.#capacity.requests } = coreServer(main);
    this.turns.setMost(Math.min(maxRequestWorkers, this.#capacity.requests));
    this.clock.setPace(paceFor(servers.map(coreServer)));
    const { conf } = opened.live;
    const identity = `${conf.serverRoot}\n${conf.files[0]?.path ?? ''}`;
    this.#apps.apply(this.#appsOf(conf), identity, old?.retire());
  }

  stop(deadlineMs: number = STOP_DEADLINE_MS): Promise<void> {
    this.#stopped ??= this.#stopNow(deadlineMs);
    return this.#stopped;
  }

  async #stopNow(deadlineMs: number): Promise<void> {
    this.isDraining = true;
    await this.#reloading;
    await this.#listeners.close();
    const left = await this.#connections.drain(deadlineMs);
    if (left > 0 && deadlineMs > 0)
      this.#options.tell?.(`${left} connections were cut after ${deadlineMs / 1000} seconds`);
    logServer(this.live, this.live.main, 'core', 'notice', 'shutting down');
    await this.#apps.shutDown();
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.#listeners.close();
    await this.#opened?.closeNow();
    this.#unannounce?.();
    this.#control?.close();
    this.#pidFile?.remove();
    await this.#machine.closeLogs();
  }

  cut(): void {
    this.#connections.destroyAll();
    this.#apps.kill();
  }
}
