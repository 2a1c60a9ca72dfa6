// The words of `portico lint`: what is to be looked at, and how findings are shown.

import { type Command, Option } from 'commander';
import type { Severity } from '../../tools/lint/index.ts';
import type { ConfigurationOptions } from '../configuration.ts';
import {
  configurationOptions,
  isDirectory,
  type RawOptions,
  UsageError,
  withConfiguration,
} from '../configuration-options.ts';

/** How findings are written. */
export type LintFormat = 'text' | 'json' | 'sarif';

export interface LintOptions extends ConfigurationOptions {
  /** Files, directories, or `-` for standard input. */
  readonly paths: readonly string[];
  /** What files are, whatever their names say. */
  readonly as?: 'htaccess' | 'config';
  readonly documentRoot?: string;
  readonly format: LintFormat;
  /** The least severe findings that are shown and count. */
  readonly severity: Severity;
  readonly isList: boolean;
  readonly explain?: string;
}

interface RawLint extends RawOptions {
  readonly as?: 'htaccess' | 'config';
  readonly documentRoot?: string;
  readonly format: LintFormat;
  readonly severity: Severity;
  readonly list?: true;
  readonly explain?: string;
}

const EXAMPLES = `
Examples:
  portico lint .htaccess                  one file
  portico lint public/                    every .htaccess file beneath; public/ stands for /
  portico lint -f httpd.conf              a whole configuration, with what it includes
  portico lint --format sarif . > lint.sarif
  portico lint --explain rewrite-loop

A comment switches a check off:
  # portico-lint-disable-next-line ID     for the line below
  # portico-lint-disable-file ID          for the file

Exit codes: 0 nothing found, 1 findings, 2 wrong usage.
`;

export function describeLint(program: Command, found: (options: LintOptions) => void): void {
  withConfiguration(program.command('lint').description('find known traps in rules and configurations'))
    .argument(
      '[paths...]',
      'configurations, .htaccess files, directories of such files, or - for standard input',
    )
    .addOption(
      new Option('--as <kind>', 'what the files are (default: .htaccess files by their name)').choices([
        'htaccess',
        'config',
      ]),
    )
    .option(
      '--document-root <dir>',
      'the directory that stands for /, for .htaccess files (default: their own)',
    )
    .addOption(
      new Option('--format <format>', 'how findings are written')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .addOption(
      new Option('--severity <least>', 'the least severe findings that are shown')
        .choices(['error', 'warning', 'note'])
        .default('warning'),
    )
    .option('--list', 'list every check')
    .option('--explain <id>', 'what a check is about, with examples')
    .addHelpText('after', EXAMPLES)
    .action((paths: readonly string[], raw: RawLint) => found(lintOptions(paths, raw)));
}

function lintOptions(paths: readonly string[], raw: RawLint): LintOptions {
  const { as, documentRoot, format, severity, list, explain } = raw;
  if (documentRoot !== undefined && !isDirectory(documentRoot))
    throw new UsageError(`--document-root ${documentRoot}: not a directory`, 'lint');
  const isQuestion = list === true || explain !== undefined;
  if (!isQuestion && paths.length === 0 && raw.file === undefined)
    throw new UsageError('lint needs something to look at: files, directories, - or -f FILE', 'lint');
  return {
    ...configurationOptions(raw, 'lint'),
    paths,
    ...(as === undefined ? {} : { as }),
    ...(documentRoot === undefined ? {} : { documentRoot }),
    format,
    severity,
    isList: list === true,
    ...(explain === undefined ? {} : { explain }),
  };
}
