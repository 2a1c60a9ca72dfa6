// `portico configtest`: reads a configuration and says what is wrong with it. Opens no port.

import { dirname } from 'node:path';
import type { Site } from '../conf/site.ts';
import { hasError } from '../conf/site.ts';
import { modules } from '../modules/index.ts';
import { coreServer } from '../request/core-config.ts';
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
  const machine = new Machine(sayWarning);
  const { site, diagnostics } = readConfiguration(options, machine);
  if (options.isVerbose) showEveryFinding(diagnostics);
  else showFindings(diagnostics);
  if (hasError(diagnostics)) return 1;
  const missing = site === undefined ? undefined : findMissingFolder(site, machine);
  if (missing !== undefined) {
    process.stderr.write(
      `AH02297: Cannot access directory '${dirname(missing)}/' for log file '${missing}'\n`,
    );
    return 1;
  }
  process.stderr.write('Syntax OK\n');
  return 0;
}

/** The first log whose folder is not there: the server would not start with it. */
function findMissingFolder(site: Site, machine: Machine): string | undefined {
  const targets = [site.main, ...site.vhosts].flatMap((server) => [
    coreServer(server).errorLog ?? '',
    ...modules.flatMap((module) => (site.modules.includes(module) ? (module.logs?.(server) ?? []) : [])),
  ]);
  return targets.find(
    (target) => target.startsWith('/') && machine.stat(dirname(target))?.kind !== 'directory',
  );
}
