// The options that say which configuration is meant, the same for every command that reads one; and wrong usage.

import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { ConfigurationOptions } from './configuration.ts';

/** As commander hands them over. */
export interface RawOptions {
  readonly file?: string;
  readonly serverRoot?: string;
  readonly define?: readonly string[];
  readonly before?: readonly string[];
  readonly after?: readonly string[];
  readonly skipUnknownModules?: true;
}

/** Wrong usage that only a second look can see, of a command or of the program itself. */
export class UsageError extends Error {
  readonly command: string;

  constructor(message: string, command: string = '') {
    super(message);
    this.command = command;
  }
}

/** Gives a command these options. */
export function withConfiguration(command: Command): Command {
  command
    .helpOption('-h, --help', 'show this help')
    .option('-f, --file <file>', 'the configuration file; with -d a relative name stands there');
  return withSurroundings(command);
}

/** The same without the file, for commands that name theirs otherwise. */
export function withSurroundings(command: Command): Command {
  return command
    .helpOption('-h, --help', 'show this help')
    .option('-d, --server-root <dir>', 'ServerRoot: where relative paths stand (default: beside the file)')
    .option(
      '-D, --define <name>',
      'define NAME or NAME=VALUE, for <IfDefine> and variables; repeatable',
      collect,
    )
    .option('-C, --before <directive>', 'read this directive before the file; repeatable', collect)
    .option('-c, --after <directive>', 'read this directive after the file; repeatable', collect)
    .option('--skip-unknown-modules', "pass over LoadModule of modules that are not Apache's own");
}

/** For options that may be given several times. */
export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value];
}

/** What they come to; throws UsageError. `command` is whose help is offered then. */
export function configurationOptions(raw: RawOptions, command: string): ConfigurationOptions {
  const { file, serverRoot } = raw;
  if (serverRoot !== undefined && !isDirectory(serverRoot))
    throw new UsageError(`-d ${serverRoot}: not a directory`, command);
  return {
    ...(file === undefined ? {} : { file }),
    ...(serverRoot === undefined ? {} : { serverRoot }),
    defines: raw.define ?? [],
    before: raw.before ?? [],
    after: raw.after ?? [],
    ...(raw.skipUnknownModules === true ? { skipUnknownModules: true } : {}),
  };
}

export function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
