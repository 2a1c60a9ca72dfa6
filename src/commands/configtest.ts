// `portico configtest`: reads a configuration and says what is wrong with it. Opens no port.

import { hasError } from '../conf/site.ts';
import { Machine } from '../server/machine.ts';
import { type ConfigurationOptions, readConfiguration, takeSettingsOf } from './configuration.ts';
import { sayWarning, showEveryFinding, showFindings } from './terminal.ts';

export interface ConfigtestOptions extends ConfigurationOptions {
  /** Show what `serve` leaves out or gathers. */
  readonly isVerbose: boolean;
}

/** Answers the exit code: 0 when the configuration can be used, else 1. */
export function runConfigtest(options: ConfigtestOptions): number {
  takeSettingsOf(options);
  const { diagnostics } = readConfiguration(options, new Machine(sayWarning));
  if (options.isVerbose) showEveryFinding(diagnostics);
  else showFindings(diagnostics);
  if (hasError(diagnostics)) return 1;
  process.stderr.write('Syntax OK\n');
  return 0;
}
