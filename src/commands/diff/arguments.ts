// The words of `portico diff`: two configurations, and the requests that are put to both.

import type { Command } from 'commander';
import type { ConfigurationOptions } from '../configuration.ts';
import {
  configurationOptions,
  isDirectory,
  type RawOptions,
  UsageError,
  withSurroundings,
} from '../configuration-options.ts';

export interface DiffOptions extends Omit<ConfigurationOptions, 'file'> {
  readonly old: string;
  readonly new: string;
  /** Both are .htaccess files. */
  readonly isHtaccess: boolean;
  readonly root?: string;
  /** Exactly one of both is there. */
  readonly urls?: string;
  readonly log?: string;
  readonly host?: string;
  readonly isAll: boolean;
  readonly isJson: boolean;
}

interface RawDiff extends Omit<RawOptions, 'file'> {
  readonly htaccess?: true;
  readonly root?: string;
  readonly urls?: string;
  readonly log?: string;
  readonly host?: string;
  readonly all?: true;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  portico diff httpd.conf httpd.conf.new --log access.log
  portico diff --htaccess .htaccess new.htaccess --urls urls.txt

Exit codes: 0 nothing differs, 1 something does (or a configuration cannot be read), 2 wrong usage.
`;

export function describeDiff(program: Command, found: (options: DiffOptions) => void): void {
  withSurroundings(
    program.command('diff').description('list the requests that an edit of a configuration changes'),
  )
    .argument('<old>', 'the configuration as it is')
    .argument('<new>', 'the configuration as it is to be')
    .option('--urls <file>', 'the requests: a URL a line, with a method before it or without')
    .option('--log <file>', 'the requests: an access log, gzipped or not')
    .option('--htaccess', 'both are .htaccess files')
    .option('--root <dir>', 'with --htaccess: the folder that stands for / (default: where the old one is)')
    .option('--host <name>', 'the host of requests that name none (default: ServerName)')
    .option('--all', 'show every difference, and not only the first hundred')
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action((before: string, after: string, raw: RawDiff) => found(diffOptions(before, after, raw)));
}

function diffOptions(before: string, after: string, raw: RawDiff): DiffOptions {
  const { root, urls, log, host } = raw;
  if ((urls === undefined) === (log === undefined))
    throw new UsageError('diff needs requests: --urls FILE or --log FILE', 'diff');
  if (root !== undefined && raw.htaccess !== true)
    throw new UsageError('--root goes with --htaccess', 'diff');
  if (root !== undefined && !isDirectory(root))
    throw new UsageError(`--root ${root}: not a directory`, 'diff');
  return {
    ...configurationOptions(raw, 'diff'),
    old: before,
    new: after,
    isHtaccess: raw.htaccess === true,
    ...(root === undefined ? {} : { root }),
    ...(urls === undefined ? {} : { urls }),
    ...(log === undefined ? {} : { log }),
    ...(host === undefined ? {} : { host }),
    isAll: raw.all === true,
    isJson: raw.json === true,
  };
}
