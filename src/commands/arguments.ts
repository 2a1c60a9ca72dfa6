// The command line: words → what is to be done. Changes nothing; looks only whether named directories are there.

import { resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { modules } from '../modules/index.ts';
import { PORTICO_VERSION } from '../request/software.ts';
import { latin1 } from '../tools/bytes.ts';
import { describeApps } from './apps/arguments.ts';
import type { AppsOptions } from './apps/run.ts';
import type { ConfigtestOptions } from './configtest.ts';
import {
  configurationOptions,
  isDirectory,
  type RawOptions,
  UsageError,
  withConfiguration,
} from './configuration-options.ts';
import { type DiffOptions, describeDiff } from './diff/arguments.ts';
import { directiveList, drawDirectives, drawJson } from './directives.ts';
import { describeExplain, type ExplainOptions } from './explain/arguments.ts';
import { applicationUrl, type FrontOptions, localPort, startableAddress } from './front.ts';
import { HTTPD_USAGE } from './httpd/switches.ts';
import { describeLint, type LintOptions } from './lint/arguments.ts';
import { describePlayground, type PlaygroundOptions } from './playground/arguments.ts';
import type { ServeOptions } from './serve.ts';
import { describeTest, type TestOptions } from './test/arguments.ts';

/** What the words come to. `say` is a text for standard output, `usage` one for standard error. */
export type Task =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'usage'; readonly text: string }
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'configtest'; readonly options: ConfigtestOptions }
  | { readonly kind: 'apps'; readonly options: AppsOptions }
  | { readonly kind: 'lint'; readonly options: LintOptions }
  | { readonly kind: 'explain'; readonly options: ExplainOptions }
  | { readonly kind: 'diff'; readonly options: DiffOptions }
  | { readonly kind: 'test'; readonly options: TestOptions }
  | { readonly kind: 'playground'; readonly options: PlaygroundOptions }
  | { readonly kind: 'httpd'; readonly words: readonly string[] };

interface RawListOptions {
  readonly json?: true;
  readonly module?: string;
}

interface RawTestOptions extends RawOptions {
  readonly verbose?: true;
}

interface RawServeOptions extends RawOptions {
  readonly to?: string;
  readonly static?: string;
  readonly app?: string;
  readonly port?: string;
  readonly printConfig?: true;
}

/** `portico`, or `portico serve`, with the option that shows what there is. */
function helpLine(command: string): string {
  return `(portico ${command === '' ? '' : `${command} `}--help shows what there is)`;
}

/** Reads `process.argv` without its first two words. */
export function parseArguments(words: readonly string[]): Task {
  // Its switches are Apache's: they are read as getopt does.
  if (words[0] === 'httpd') return { kind: 'httpd', words: words.slice(1) };
  let task: Task | undefined;
  let printed = '';
  const program = describeCommands((found) => {
    task = found;
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => {
        printed += text;
      },
      writeErr: (text) => {
        printed += text;
      },
      outputError: (text, write) => write(text.replace(/^error: /, 'portico: ')),
    });
    command.showHelpAfterError(helpLine(command === program ? '' : command.name()));
  }
  try {
    program.parse(words[0] === '--directives' ? ['directives', ...words.slice(1)] : words, { from: 'user' });
  } catch (error) {
    if (error instanceof UsageError)
      return { kind: 'usage', text: `portico: ${error.message}\n${helpLine(error.command)}\n` };
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.excessArguments')
      return { kind: 'usage', text: EXCESS_OF[words[0] ?? ''] ?? EXCESS };
    return { kind: error.exitCode === 0 ? 'say' : 'usage', text: printed };
  }
  return task ?? { kind: 'usage', text: program.helpInformation() };
}

function describeCommands(found: (task: Task) => void): Command {
  const program = new Command('portico')
    .description('An Apache-compatible front door for application servers.')
    .version(`portico ${PORTICO_VERSION}`, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .enablePositionalOptions()
    .option('--directives', 'the same as the command directives')
    .addHelpText('after', EXAMPLES);
  withConfiguration(program.command('serve').description('serve in the foreground'))
    .option('--to <target>', 'no file: pass requests to an application: a port, host:port, unix:/path or URL')
    .option(
      '--static <dir>',
      'with --to or --app: serve the files of this directory without asking the application',
    )
    .option(
      '--app <command>',
      'start the application, PORT in its environment, keep it running, and stop it again',
    )
    .option('--port <number>', 'with --to or --app: where to listen (default: 8080)')
    .option('--print-config', 'print the configuration in force and end')
    .addHelpText('after', SERVE_EXAMPLES)
    .action((raw: RawServeOptions) => found({ kind: 'serve', options: serveOptions(raw) }));
  withConfiguration(program.command('configtest').description('check a configuration and end'))
    .option('-v, --verbose', 'show every finding by itself, and what has no effect here')
    .addHelpText('after', '\nExample:\n  portico configtest -f /etc/apache2/apache2.conf\n')
    .action((raw: RawTestOptions) => found({ kind: 'configtest', options: testOptions(raw) }));
  describeApps(program, (options) => found({ kind: 'apps', options }));
  describeLint(program, (options) => found({ kind: 'lint', options }));
  describeExplain(program, (options) => found({ kind: 'explain', options }));
  describeDiff(program, (options) => found({ kind: 'diff', options }));
  describeTest(program, (options) => found({ kind: 'test', options }));
  describePlayground(program, (options) => found({ kind: 'playground', options }));
  program
    .command('httpd')
    .description("serve as Apache's httpd does, with its own switches (portico httpd -h)")
    .helpOption(false)
    .addHelpText('after', `\n${HTTPD_USAGE}`);
  program
    .command('directives')
    .description('list every directive with its module and the places where it may stand')
    .helpOption('-h, --help', 'show this help')
    .option('--json', 'as JSON, with argument shape, default and example')
    .option('--module <name>', 'those of one module: rewrite, core …')
    .addHelpText('after', '\nExample:\n  portico directives --module rewrite\n')
    .action((raw: RawListOptions) => found({ kind: 'say', text: directives(raw) }));
  program
    .command('help')
    .description('show the help of a command')
    .argument('[command]')
    .action((name?: string) => helpOf(program, name).help());
  return program;
}

function directives({ json, module }: RawListOptions): string {
  const list = directiveList(modules);
  const name = module?.replace(/^mod_/, '').replace(/_module$/, '');
  const wanted = name === undefined ? list : list.filter((entry) => entry.module === name);
  if (wanted.length === 0) throw new UsageError(`no directives of a module ${module}`, 'directives');
  return json ? drawJson(wanted) : drawDirectives(wanted);
}

function helpOf(program: Command, name: string | undefined): Command {
  if (name === undefined) return program;
  const command = program.commands.find((candidate) => candidate.name() === name);
  if (command === undefined) throw new UsageError(`unknown command '${name}'`);
  return command;
}

const EXCESS =
  'portico: there are options only, and a configuration goes with -f: portico serve -f httpd.conf\n';

const EXCESS_OF: Readonly<Record<string, string>> = {
  diff: 'portico: diff takes two configurations, the old one and the new one\n(portico diff --help shows what there is)\n',
  playground: 'portico: playground begins with one file\n(portico playground --help shows what there is)\n',
};

const EXAMPLES = `
Examples:
  portico serve -f httpd.conf             run a configuration of Apache httpd
  portico serve --to 8000                 a front door on port 8080 for the application on port 8000
  portico configtest -f httpd.conf        check it first
  portico lint -f httpd.conf              find the traps in it
  portico explain -f httpd.conf URL       what happens to a request, rule by rule
  portico test -f httpd.conf rules.txt    do requests come to what they should?
  portico playground                      try rules out on a page in the browser
  portico httpd -k start                  stand in httpd's place, with its switches
  portico apps                            what the applications of a running portico do

Signals: SIGTERM and SIGINT finish what is running and end (a second one ends at once);
SIGHUP and SIGUSR1 read the configuration again.
Exit codes: 0 done, 1 what was asked for failed, 2 wrong usage.
`;

const SERVE_EXAMPLES = `
Examples:
  portico serve -f /etc/apache2/apache2.conf -D STAGING
  portico serve -f site.conf -c 'Listen 8080'
  portico serve --to 8000 --static ./public --port 80
  portico serve --app 'npm start'
  portico serve --to 8000 --print-config > site.conf
`;

function testOptions(raw: RawTestOptions): ConfigtestOptions {
  if (raw.file === undefined) throw new UsageError('configtest needs a configuration: -f FILE', 'configtest');
  return { ...configurationOptions(raw, 'configtest'), isVerbose: raw.verbose === true };
}

function serveOptions(raw: RawServeOptions): ServeOptions {
  const options = { ...configurationOptions(raw, 'serve'), printConfig: raw.printConfig === true };
  if (raw.to === undefined && (raw.app === undefined || raw.file !== undefined)) {
    if (raw.file === undefined)
      throw new UsageError(
        "serve needs a configuration (-f FILE) or an application (--to 8000, --app 'npm start')",
        'serve',
      );
    if (raw.static !== undefined || raw.app !== undefined || raw.port !== undefined)
      throw new UsageError('--static, --app and --port go with --to; with -f the file says it all', 'serve');
    return options;
  }
  if (raw.file !== undefined) throw new UsageError('-f and --to exclude each other', 'serve');
  return { ...options, front: frontOptions(raw) };
}

function frontTarget({ to: target, app }: RawServeOptions): Pick<FrontOptions, 'to' | 'app'> {
  const to = target === undefined ? undefined : applicationUrl(target);
  if (target !== undefined && to === undefined)
    throw new UsageError(`--to ${target}: not a port, host:port, unix:/path or http URL`, 'serve');
  if (app === undefined) return to === undefined ? {} : { to };
  if (to !== undefined && startableAddress(to) === undefined)
    throw new UsageError('--app needs --to with a port of this machine, such as --to 8000, or none', 'serve');
  if (app.trim() === '' || /[\n\r\0]/.test(app))
    throw new UsageError('--app needs a command of one line', 'serve');
  return { ...(to === undefined ? {} : { to }), app: latin1(app) };
}

function frontOptions(raw: RawServeOptions): FrontOptions {
  const target = frontTarget(raw);
  const { to } = target;
  const port = Number(raw.port ?? 8080);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new UsageError(`--port ${raw.port}: not a port`, 'serve');
  if (to !== undefined && port === localPort(to))
    throw new UsageError(`--port ${port} is the port of the application itself`, 'serve');
  if (raw.static === undefined) return { ...target, port };
  const directory = resolve(raw.static);
  if (!isDirectory(directory)) throw new UsageError(`--static ${raw.static}: not a directory`, 'serve');
  return { ...target, port, staticDir: latin1(directory) };
}
