// From the options of a command to a site for trying requests out.

import { dirname, resolve } from 'node:path';
import { readHtaccess } from '../../conf/htaccess.ts';
import type { SiteResult } from '../../conf/site.ts';
import { hasError } from '../../conf/site.ts';
import { coreDir } from '../../request/core-config.ts';
import { Machine } from '../../server/machine.ts';
import { latin1 } from '../../tools/bytes.ts';
import { openRehearsal, type RehearsalOptions, type RehearsedSite } from '../../tools/inject.ts';
import { type LoneHtaccess, placeOfLone, readAround, withLone } from '../../tools/lone-htaccess.ts';
import { type ConfigurationOptions, readConfiguration, takeSettingsOf } from '../configuration.ts';
import { sayWarning, showEveryFinding, showFindings } from '../terminal.ts';
import { shortNames } from './short-names.ts';

/** Which configuration: a file, or a lone .htaccess. */
export interface SourceOptions extends ConfigurationOptions {
  readonly htaccess?: string;
  readonly root?: string;
}

export interface OpenedSource {
  readonly site: RehearsedSite;
  readonly shorten: (file: string) => string;
}

/** Undefined, and said on the terminal, where the configuration cannot be used. */
export async function openSource(
  options: SourceOptions,
  how: RehearsalOptions = {},
): Promise<OpenedSource | undefined> {
  const machine = new Machine(sayWarning);
  if (options.htaccess !== undefined) return openLone(options.htaccess, options.root, machine, how);
  takeSettingsOf(options);
  // A server's configuration may be asked about where its documents are not.
  const result = readConfiguration({ ...options, checksDocumentRoots: false }, machine);
  const { site } = result;
  if (site === undefined || hasError(result.diagnostics)) return refuse(result);
  const base = site.files[0]?.path;
  return { site: await openRehearsal(site, machine, how), shorten: shortNames(base) };
}

function refuse({ diagnostics }: SiteResult): undefined {
  showFindings(diagnostics.filter(({ severity }) => severity === 'error'));
  return undefined;
}

async function openLone(
  file: string,
  root: string | undefined,
  machine: Machine,
  how: RehearsalOptions,
): Promise<OpenedSource | undefined> {
  const path = resolve(file);
  const lone: LoneHtaccess = {
    file: latin1(path),
    root: latin1(root === undefined ? dirname(path) : resolve(root)),
  };
  const io = withLone(lone, machine);
  const result = readAround(lone, io);
  const { site } = result;
  if (site === undefined) return refuse(result);
  // What is wrong with the file is shown with its line, as for a configuration, and not as a 500.
  const { diagnostics } = readHtaccess({
    text: machine.read(lone.file),
    path: latin1(file),
    directory: `${lone.root === '/' ? '' : lone.root}/`,
    server: site.main,
    site,
    allow: { classes: coreDir(site.main.directories.at(-1)!.dir).allowOverride?.classes ?? new Set() },
  });
  if (hasError(diagnostics)) {
    showEveryFinding(diagnostics.filter(({ severity }) => severity === 'error'));
    return undefined;
  }
  const named = new Map([[placeOfLone(lone), latin1(file)]]);
  return { site: await openRehearsal(site, io, how), shorten: shortNames(undefined, named) };
}
