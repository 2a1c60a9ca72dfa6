// The words of `portico explain`: what is asked, of which configuration, and how the answer is to look.

import { isIP } from 'node:net';
import type { Command } from 'commander';
import { ERAS } from '../../kit/era.ts';
import type { ConfigurationOptions } from '../configuration.ts';
import {
  collect,
  configurationOptions,
  isDirectory,
  type RawOptions,
  UsageError,
  withConfiguration,
} from '../configuration-options.ts';

/** Words as they were given: text, not yet bytes. */
export interface ExplainOptions extends ConfigurationOptions {
  readonly urls: readonly string[];
  /** --htaccess and --root */
  readonly htaccess?: string;
  readonly root?: string;
  readonly method?: string;
  readonly host?: string;
  /** Name and value. */
  readonly headers: readonly (readonly [string, string])[];
  readonly environment: ReadonlyMap<string, string>;
  readonly data?: string;
  readonly remote?: string;
  /** --request: a file with requests. */
  readonly requests?: string;
  /** --log: an access log to replay. */
  readonly log?: string;
  /** --apache: the release to answer as. */
  readonly version?: string;
  readonly format: 'story' | 'json' | 'trace';
  readonly isVerbose: boolean;
}

interface RawExplain extends RawOptions {
  readonly htaccess?: string;
  readonly root?: string;
  readonly method?: string;
  readonly host?: string;
  readonly header?: readonly string[];
  readonly env?: readonly string[];
  readonly data?: string;
  readonly remote?: string;
  readonly request?: string;
  readonly log?: string;
  readonly apache?: string;
  readonly json?: true;
  readonly trace?: true;
  readonly verbose?: true;
}

const EXAMPLES = `
Examples:
  portico explain -f httpd.conf http://www.example.test/old/page
  portico explain --htaccess .htaccess /blog/hello
  portico explain -f httpd.conf -H 'Cookie: a=1' -X POST https://shop.test/cart
  portico explain -f httpd.conf --request saved.har
  portico explain -f httpd.conf --log access.log
  portico explain -f httpd.conf --apache 2.4.54 'http://www.example.test/find/a%20b'
`;

export function describeExplain(program: Command, found: (options: ExplainOptions) => void): void {
  withConfiguration(
    program.command('explain').description('say what happens to a request, rule by rule; nothing is served'),
  )
    .argument('[url...]', 'http://host/path?query, or a path alone')
    .option('--htaccess <file>', 'explain this .htaccess file without a server configuration')
    .option('--root <dir>', 'with --htaccess: the folder that stands for / (default: where the file is)')
    .option('--host <name>', 'the Host field, in the place of the host in the URL')
    .option('-H, --header <field>', "a header field: 'Name: value'; repeatable", collect)
    .option('-X, --method <name>', 'the method (default: GET)')
    .option('--data <text>', 'content of the request')
    .option('--remote <address>', "the client's address (default: 127.0.0.1)")
    .option('--env <name=value>', 'a variable of the request, as SetEnvIf sets them; repeatable', collect)
    .option('--request <file>', 'take the requests from a HAR file, or one request from a file of its bytes')
    .option(
      '--log <file>',
      'replay an access log, gzipped or not: which lines fire how often, and which never',
    )
    .option(
      '--apache <version>',
      `answer as this release: ${[...ERAS.keys()].join(', ')}; and what an upgrade breaks`,
    )
    .option('--json', 'the whole story as JSON')
    .option('--trace', "the rules' steps in the words of Apache's LogLevel rewrite:trace8")
    .option('-v, --verbose', 'every rule by itself, subrequests and the log, too')
    .addHelpText('after', EXAMPLES)
    .action((urls: readonly string[], raw: RawExplain) => found(explainOptions(urls, raw)));
}

function explainOptions(urls: readonly string[], raw: RawExplain): ExplainOptions {
  const { htaccess, root, method, host, data, remote, request, log, apache } = raw;
  checkSource(raw, 'explain');
  const asked = [urls.length > 0, request !== undefined, log !== undefined].filter(Boolean).length;
  if (asked === 0)
    throw new UsageError('explain needs a URL, a request (--request FILE) or a log (--log FILE)', 'explain');
  if (asked > 1) throw new UsageError('a URL, --request and --log exclude each other', 'explain');
  if (apache !== undefined && !ERAS.has(apache))
    throw new UsageError(`--apache ${apache}: one of ${[...ERAS.keys()].join(', ')}`, 'explain');
  if (log !== undefined && raw.trace === true) throw new UsageError('--trace goes with a URL', 'explain');
  if (raw.json === true && raw.trace === true)
    throw new UsageError('--json and --trace exclude each other', 'explain');
  return {
    ...configurationOptions(raw, 'explain'),
    urls,
    ...(htaccess === undefined ? {} : { htaccess }),
    ...(root === undefined ? {} : { root }),
    ...(method === undefined ? {} : { method }),
    ...(host === undefined ? {} : { host }),
    ...(data === undefined ? {} : { data }),
    ...(remote === undefined ? {} : { remote: readAddress(remote) }),
    ...(request === undefined ? {} : { requests: request }),
    ...(log === undefined ? {} : { log }),
    ...(apache === undefined ? {} : { version: apache }),
    headers: (raw.header ?? []).map(readField),
    environment: new Map((raw.env ?? []).map(readVariable)),
    format: raw.json === true ? 'json' : raw.trace === true ? 'trace' : 'story',
    isVerbose: raw.verbose === true,
  };
}

/** Throws unless there is exactly one configuration. */
export function checkSource(
  { file, htaccess, root }: Pick<RawExplain, 'file' | 'htaccess' | 'root'>,
  command: string,
): void {
  if (file === undefined && htaccess === undefined)
    throw new UsageError(`${command} needs a configuration: -f FILE, or --htaccess FILE`, command);
  if (file !== undefined && htaccess !== undefined)
    throw new UsageError('-f and --htaccess exclude each other', command);
  if (root === undefined) return;
  if (htaccess === undefined) throw new UsageError('--root goes with --htaccess', command);
  if (!isDirectory(root)) throw new UsageError(`--root ${root}: not a directory`, command);
}

function readField(text: string): readonly [string, string] {
  const found = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([^\r\n\0]*?)[ \t]*$/.exec(text);
  if (found === null) throw new UsageError(`--header '${text}': write 'Name: value'`, 'explain');
  return [found[1]!, found[2]!];
}

function readVariable(text: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals === 0 || text === '') throw new UsageError(`--env '${text}': write NAME=VALUE`, 'explain');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

function readAddress(text: string): string {
  if (/^[0-9.]+$|:/.test(text) && isIP(text) > 0) return text;
  throw new UsageError(`--remote ${text}: not an IP address`, 'explain');
}
