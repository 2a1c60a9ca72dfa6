// `portico serve`: a server in the foreground, from the configuration to the last signal.

import { printTree } from '../conf/print.ts';
import { hasError, type Site } from '../conf/site.ts';
import { modules } from '../modules/index.ts';
import { type ServerInstance, startServer } from '../server/instance.ts';
import { Machine } from '../server/machine.ts';
import { AppProcess } from './app-process.ts';
import { latin1 } from './bytes.ts';
import { type ConfigurationOptions, readConfiguration } from './configuration.ts';
import { frontConfiguration } from './front.ts';
import { say, sayWarning, showFailure, showFindings } from './terminal.ts';

export interface ServeOptions extends ConfigurationOptions {
  /** Print the configuration in force and end. */
  readonly printConfig: boolean;
  /** Command and port of the application to start. */
  readonly app?: { readonly command: string; readonly port: number };
}

/** Serves until a signal ends it. Answers the exit code. */
export async function runServe(options: ServeOptions): Promise<number> {
  if (options.printConfig) return printConfiguration(options);
  const machine = new Machine(sayWarning);
  process.on('exit', () => machine.flushLogs());
  // A terminal or a reader that has gone must not take the server with it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const signals = new SignalQueue();
  let instance: ServerInstance;
  try {
    instance = await startServer({
      read: () => readConfiguration(options, machine),
      modules,
      machine,
      tell: sayWarning,
      tellFindings: showFindings,
    });
  } catch (error) {
    showFailure(error);
    return 1;
  }
  process.on('uncaughtException', (error) =>
    say(`a defect was met, serving goes on: ${error.stack ?? error}`),
  );
  const app = options.app === undefined ? undefined : new AppProcess(options.app.command, options.app.port);
  process.stdout.write(`portico: ready on ${instance.urls.join(', ')}\n`);
  await signals.serve(instance, () => app?.kill());
  await app?.stop();
  // What still holds the process (a log program that hangs) does not count.
  setTimeout(() => process.exit(0), EXIT_MS).unref();
  return 0;
}

const EXIT_MS = 1000;

/** Signals from the first moment on: those that come while the server starts wait until it has. */
class SignalQueue {
  #instance: ServerInstance | undefined = undefined;
  readonly #early: NodeJS.Signals[] = [];
  #end: (() => void) | undefined = undefined;
  #hurry: (() => void) | undefined = undefined;
  #isStopping = false;

  constructor() {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1'] as const)
      process.on(signal, () => this.#on(signal));
  }

  /** Settles when a signal has stopped the server. `hurry` is called when a second one comes meanwhile. */
  serve(instance: ServerInstance, hurry: () => void): Promise<void> {
    this.#instance = instance;
    this.#hurry = hurry;
    return new Promise((resolve) => {
      this.#end = resolve;
      for (const signal of this.#early) this.#on(signal);
    });
  }

  #on(signal: NodeJS.Signals): void {
    const instance = this.#instance;
    if (instance === undefined) {
      // A second wish to stop does not wait for a start that takes its time.
      if (this.#early.includes(signal) && isStop(signal)) process.exit(0);
      this.#early.push(signal);
    } else if (isStop(signal)) this.#stop(instance);
    else void reload(instance);
  }

  #stop(instance: ServerInstance): void {
    if (this.#isStopping) {
      instance.cut();
      this.#hurry?.();
      this.#end?.();
      return;
    }
    this.#isStopping = true;
    instance.stop().then(
      () => this.#end?.(),
      (error: unknown) => {
        showFailure(error);
        this.#end?.();
      },
    );
  }
}

function isStop(signal: NodeJS.Signals): boolean {
  return signal === 'SIGTERM' || signal === 'SIGINT';
}

async function reload(instance: ServerInstance): Promise<void> {
  try {
    await instance.reload();
    say('the configuration was read again');
  } catch (error) {
    showFailure(error);
    say('the new configuration cannot be used: the old one stays in force');
  }
}

function printConfiguration(options: ServeOptions): number {
  const { site, diagnostics } = readConfiguration(options, new Machine(sayWarning));
  showFindings(diagnostics);
  if (site === undefined || hasError(diagnostics)) return 1;
  process.stdout.write(Buffer.from(configurationText(options, site), 'latin1'));
  return 0;
}

/** What --to builds is shown as it was built, with its comments; anything else as it was read. */
function configurationText({ front, before, after }: ServeOptions, site: Site): string {
  if (front === undefined) return printTree(site.tree);
  const lines = (directives: readonly string[]): string =>
    directives.map((directive) => `${latin1(directive)}\n`).join('');
  return lines(before) + frontConfiguration(front) + lines(after);
}
