// `portico serve`: a server in the foreground, from the configuration to the last signal.

import { printTree } from '../conf/print.ts';
import { hasError, type Site } from '../conf/site.ts';
import { Machine } from '../server/machine.ts';
import { latin1 } from '../tools/bytes.ts';
import { type ConfigurationOptions, nameOf, readConfiguration, takeSettingsOf } from './configuration.ts';
import { frontConfiguration } from './front.ts';
import { exitSoon, runServer } from './running.ts';
import type { SignalRules } from './signals.ts';
import { sayWarning, showFindings } from './terminal.ts';

export interface ServeOptions extends ConfigurationOptions {
  /** Print the configuration in force and end. */
  readonly printConfig: boolean;
}

/** SIGINT is Ctrl-C; the others are Apache's. A stop finishes what is under way. */
const SIGNALS: SignalRules = {
  wishes: { SIGTERM: 'stop', SIGINT: 'stop', SIGHUP: 'reload', SIGUSR1: 'reload' },
};

/** Serves until a signal ends it. Answers the exit code. */
export async function runServe(options: ServeOptions): Promise<number> {
  takeSettingsOf(options);
  if (options.printConfig) return printConfiguration(options);
  if (!(await serveUntilSignal(options))) return 1;
  exitSoon();
  return 0;
}

/**
 * Serves until a signal ends it, in a process that may go on afterwards. Answers whether it could start.
 * @public called by test/support/warm-host.mjs
 */
export function serveUntilSignal(options: ServeOptions): Promise<boolean> {
  const machine = new Machine(sayWarning);
  return runServer({
    machine,
    signals: SIGNALS,
    configuration: nameOf(options),
    read: () => readConfiguration(options, machine),
    started(instance) {
      process.stdout.write(`portico: ready on ${instance.urls.join(', ')}\n`);
    },
  });
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
