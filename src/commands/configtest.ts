// `portico configtest`: reads a configuration and says what is wrong with it. Opens no port.

import { hasError } from '../conf/site.ts';
import { Machine } from '../server/machine.ts';
import { type ConfigurationOptions, readConfiguration } from './configuration.ts';
import { sayWarning, showFindings } from './terminal.ts';

/** Answers the exit code: 0 when the configuration can be used, else 1. */
export function runConfigtest(options: ConfigurationOptions): number {
  const { diagnostics } = readConfiguration(options, new Machine(sayWarning));
  showFindings(diagnostics);
  if (hasError(diagnostics)) return 1;
  process.stderr.write('Syntax OK\n');
  return 0;
}
