// From the options of a command line to a read configuration.

import { dirname, resolve } from 'node:path';
import type { ConfIo } from '../conf/io.ts';
import { readSite, type SiteResult } from '../conf/site.ts';
import { modules } from '../modules/index.ts';
import type { Machine } from '../server/machine.ts';
import { latin1 } from '../tools/bytes.ts';
import { takeSettings } from './envvars.ts';
import { type FrontOptions, frontConfiguration } from './front.ts';
import { sayWarning } from './terminal.ts';

/** Apache's own options. */
export interface ConfigurationOptions {
  /** -f; as in Apache, a relative name stands under -d where that is given. */
  readonly file?: string;
  /** -d: where relative paths stand until a ServerRoot line says otherwise; default: beside the file. */
  readonly serverRoot?: string;
  /** -D: NAME or NAME=VALUE */
  readonly defines: readonly string[];
  /** -C */
  readonly before: readonly string[];
  /** -c */
  readonly after: readonly string[];
  /** --to and its kin, in the place of a file. */
  readonly front?: FrontOptions;
  /** --skip-unknown-modules: LoadModule lines of modules that are not Apache's own are passed over. */
  readonly skipUnknownModules?: boolean;
  /** A configuration that is no file. */
  readonly text?: string;
  /** False for -T: DocumentRoots may be missing. */
  readonly checksDocumentRoots?: boolean;
}

/** Whose file stands where: the configuration's path as the system knows it. */
function confPath({ file, serverRoot }: ConfigurationOptions): string | undefined {
  return file === undefined ? undefined : resolve(serverRoot ?? '', file);
}

/** What a running server's configuration is called: its path, or what stands in for a file. */
export function nameOf(options: ConfigurationOptions): string {
  return confPath(options) ?? `serve --port ${options.front?.port ?? ''}`;
}

/** Reads the envvars file beside the configuration, once and before it. */
export function takeSettingsOf(options: ConfigurationOptions): void {
  const path = confPath(options);
  if (path !== undefined) takeSettings(path, sayWarning);
}

/** Reads the configuration that the options describe. */
export function readConfiguration(options: ConfigurationOptions, machine: Machine): SiteResult {
  const { front, before, after, skipUnknownModules = false, checksDocumentRoots = true } = options;
  const file = confPath(options);
  const path = file === undefined ? undefined : latin1(file);
  const fallback = path === undefined ? latin1(process.cwd()) : dirname(path);
  const serverRoot = options.serverRoot === undefined ? fallback : latin1(resolve(options.serverRoot));
  const given = options.text === undefined ? undefined : { name: 'standard input', text: options.text };
  const source =
    path === undefined
      ? (given ?? { name: '--to', text: front === undefined ? '' : frontConfiguration(front) })
      : { file: path };
  return readSite({
    sources: [source],
    modules,
    io: checksDocumentRoots ? machine : withoutChecks(machine),
    serverRoot,
    defines: options.defines.map((text) => readDefine(latin1(text))),
    before: before.map(latin1),
    after: after.map(latin1),
    skipUnknownModules,
  });
}

function withoutChecks(io: ConfIo): ConfIo {
  return {
    read: (path) => io.read(path),
    stat: (path, link) => io.stat(path, link),
    list: (path) => io.list(path),
    env: (name) => io.env(name),
    lookup: (host) => io.lookup?.(host) ?? [],
    assumesDocumentRoots: true,
  };
}

function readDefine(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}
