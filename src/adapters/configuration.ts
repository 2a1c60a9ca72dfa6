// From options to a read configuration: the lines that `root` stands for, then the program's own.

import { hasError, readSite, type Site } from '../conf/site.ts';
import { quoteWord } from '../conf/words.ts';
import { type Diagnostic, drawDiagnostic } from '../kit/diagnostic.ts';
import { modules } from '../modules/index.ts';
import { coreServer } from '../request/core-config.ts';
import type { SiteIo } from '../request/io.ts';
import type { Module } from '../request/module.ts';
import { handOver } from './hand-over.ts';
import type { Settings } from './options.ts';

/** Every module of a server, and what hands requests over to the program. */
export const adapterModules: readonly Module[] = [handOver, ...modules];

/** The rules cannot be used: the message shows each mistake with its file and line. */
export class RulesError extends Error {
  /** All findings, warnings included. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    super(`the configuration has errors\n${errors.map((each) => drawDiagnostic(each)).join('\n')}`);
    this.name = 'RulesError';
    this.diagnostics = diagnostics;
  }
}

/** Reads the configuration. Throws RulesError where it has mistakes. */
export function readConfiguration(settings: Settings, io: SiteIo): Site {
  const { configuration, configurationFile } = settings;
  const { site, diagnostics } = readSite({
    sources: [
      { name: 'options', text: linesOf(settings) },
      ...(configurationFile === undefined ? [] : [{ file: latin1(configurationFile) }]),
      ...(configuration === undefined ? [] : [{ name: 'configuration', text: latin1(configuration) }]),
    ],
    modules: adapterModules,
    io,
    serverRoot: latin1(settings.root ?? process.cwd()),
  });
  if (site === undefined || hasError(diagnostics)) throw new RulesError(diagnostics);
  refuseApps(site);
  return site;
}

/** Configurations are bytes, held as latin1. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function linesOf({ root, allowOverride, fallthrough }: Settings): string {
  // A path with %2F in it may be one of the program's.
  const first = fallthrough ? ['AllowEncodedSlashes NoDecode'] : [];
  if (root === undefined) return [...first, ''].join('\n');
  const folder = quoteWord(latin1(root));
  return [
    ...first,
    // What no line opens is the machine's, not the world's.
    '<Directory />',
    'AllowOverride None',
    'Require all denied',
    '</Directory>',
    `DocumentRoot ${folder}`,
    `<Directory ${folder}>`,
    `AllowOverride ${allowOverride}`,
    'Options FollowSymLinks',
    'Require all granted',
    '</Directory>',
    '',
  ].join('\n');
}

/** Whether there is a folder of documents. */
export function hasDocuments({ main, vhosts }: Site): boolean {
  return [main, ...vhosts].some((server) => coreServer(server).documentRoot !== undefined);
}

/** Processes belong to a server, which survives reloads and cleans up behind them. */
function refuseApps({ main, vhosts }: Site): void {
  for (const server of [main, ...vhosts])
    for (const module of modules)
      for (const { name } of module.apps?.(server) ?? [])
        throw new RulesError([
          {
            code: 'adapters/app',
            severity: 'error',
            message: `<App ${name}> cannot be started from inside another program`,
            hint: 'Let `portico serve` start it, and proxy to its address here.',
          },
        ]);
}
