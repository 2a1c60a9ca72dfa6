// The words of `portico test`: a configuration, files of expectations, and how the results are to look.

import type { Command } from 'commander';
import type { ConfigurationOptions } from '../configuration.ts';
import {
  configurationOptions,
  type RawOptions,
  UsageError,
  withConfiguration,
} from '../configuration-options.ts';
import { checkSource } from '../explain/arguments.ts';

export interface TestOptions extends ConfigurationOptions {
  readonly files: readonly string[];
  readonly htaccess?: string;
  readonly root?: string;
  readonly format: 'text' | 'tap' | 'junit';
  readonly showsCoverage: boolean;
  readonly watches: boolean;
  /** --record: a file of URLs; what they come to is printed as expectations. */
  readonly record?: string;
}

interface RawTest extends RawOptions {
  readonly htaccess?: string;
  readonly root?: string;
  readonly tap?: true;
  readonly junit?: true;
  readonly coverage?: true;
  readonly watch?: true;
  readonly record?: string;
}

const EXAMPLES = `
Examples:
  portico test -f httpd.conf rules.txt
  portico test --htaccess .htaccess --coverage rules.txt
  portico test -f httpd.conf --record urls.txt > rules.txt

A file of expectations:
  GET https://www.example.test/old/page?x=1
    -> 301 https://example.test/new/page?x=1
  GET /app/users  Host: shop.test
    -> proxy http://127.0.0.1:8000/users  X-Forwarded-Host: shop.test
`;

export function describeTest(program: Command, found: (options: TestOptions) => void): void {
  withConfiguration(
    program.command('test').description('check what requests come to against a file of expectations'),
  )
    .argument('[file...]', 'files of expectations')
    .option('--htaccess <file>', 'test this .htaccess file without a server configuration')
    .option('--root <dir>', 'with --htaccess: the folder that stands for / (default: where the file is)')
    .option('--coverage', 'also say which rules and conditions are never exercised')
    .option('--record <urls>', 'print expectations for these URLs (one a line) as they are met today')
    .option('--tap', 'results in the Test Anything Protocol')
    .option('--junit', 'results as JUnit XML')
    .option('--watch', 'test again whenever a file changes, until Ctrl-C')
    .addHelpText('after', EXAMPLES)
    .action((files: readonly string[], raw: RawTest) => found(testOptions(files, raw)));
}

function testOptions(files: readonly string[], raw: RawTest): TestOptions {
  const { htaccess, root, record } = raw;
  checkSource(raw, 'test');
  if ((files.length === 0) === (record === undefined))
    throw new UsageError('test needs files of expectations, or --record URLS', 'test');
  if (raw.tap === true && raw.junit === true)
    throw new UsageError('--tap and --junit exclude each other', 'test');
  if (raw.watch === true && (raw.tap === true || raw.junit === true || record !== undefined))
    throw new UsageError('--watch goes with neither --tap, --junit nor --record', 'test');
  return {
    ...configurationOptions(raw, 'test'),
    files,
    ...(htaccess === undefined ? {} : { htaccess }),
    ...(root === undefined ? {} : { root }),
    ...(record === undefined ? {} : { record }),
    format: raw.tap === true ? 'tap' : raw.junit === true ? 'junit' : 'text',
    showsCoverage: raw.coverage === true,
    watches: raw.watch === true,
  };
}
