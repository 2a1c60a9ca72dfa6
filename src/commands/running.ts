// A server of the command line, from its start to the signal that ends it: what `serve` and `httpd` have in common.

import type { SiteResult } from '../conf/site.ts';
import { modules } from '../modules/index.ts';
import { type ServerInstance, startServer } from '../server/instance.ts';
import type { Machine } from '../server/machine.ts';
import { SignalQueue, type SignalRules } from './signals.ts';
import { say, sayWarning, showFailure, showFindings } from './terminal.ts';

export interface RunOptions {
  readonly machine: Machine;
  readonly signals: SignalRules;
  /** What the configuration is called. */
  readonly configuration: string;
  /** Reads the configuration, for the start and for every reload. */
  read(): SiteResult;
  /** Every listener accepts. */
  started(instance: ServerInstance): void;
  /** A second wish to stop came while the first was carried out. */
  hurry?(): void;
}

/** Serves until a signal ends it. Answers whether it could start. */
export async function runServer(options: RunOptions): Promise<boolean> {
  const { machine } = options;
  process.on('exit', () => machine.flushLogs());
  // A terminal or a reader that has gone must not take the server with it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const signals = new SignalQueue(options.signals);
  let instance: ServerInstance;
  try {
    instance = await startServer({
      read: () => options.read(),
      modules,
      machine,
      tell: sayWarning,
      tellFindings: showFindings,
      configuration: options.configuration,
    });
  } catch (error) {
    showFailure(error);
    return false;
  }
  process.on('uncaughtException', (error) =>
    say(`a defect was met, serving goes on: ${error.stack ?? error}`),
  );
  options.started(instance);
  await signals.serve(instance, () => options.hurry?.());
  return true;
}

const EXIT_MS = 1000;

/** What still holds the process when all is done (a log program that hangs) does not count. */
export function exitSoon(): void {
  setTimeout(() => process.exit(), EXIT_MS).unref();
}
