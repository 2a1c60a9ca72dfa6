// The words of `portico apps`, and of its two shorthands `portico restart` and `portico start`.

import type { Command } from 'commander';
import {
  configurationOptions,
  type RawOptions,
  UsageError,
  withConfiguration,
} from '../configuration-options.ts';
import type { AppsAction, AppsOptions } from './run.ts';

interface RawApps extends RawOptions {
  readonly control?: string;
  readonly json?: true;
}

const EXAMPLES = `
Without -f or --control every portico of this user is asked. restart exchanges an application without a
failed request where its address is auto; start also lets one begin anew that has been given up.

Examples:
  portico apps
  portico apps restart shop               (or: portico restart shop)
  portico apps stop shop -f /etc/portico/site.conf
`;

const ACTIONS: readonly AppsAction[] = ['list', 'start', 'stop', 'restart'];

export function describeApps(program: Command, found: (options: AppsOptions) => void): void {
  withControl(
    program
      .command('apps')
      .description('show, start, stop and restart the applications of a running portico'),
  )
    .argument('[action]', 'list, start, stop or restart', 'list')
    .argument('[names...]', 'which applications')
    .option('--json', 'as JSON, with all that is known')
    .addHelpText('after', EXAMPLES)
    .action((action: string, names: readonly string[], raw: RawApps) =>
      found(appsOptions(action, names, raw)),
    );
  for (const action of ['restart', 'start'])
    withControl(program.command(action).description(`the same as apps ${action}`))
      .argument('<names...>', 'which applications')
      .action((names: readonly string[], raw: RawApps) => found(appsOptions(action, names, raw)));
}

function withControl(command: Command): Command {
  return withConfiguration(command).option(
    '--control <path>',
    'the control channel of the server (AppControl), instead of -f',
  );
}

function appsOptions(word: string, names: readonly string[], raw: RawApps): AppsOptions {
  const action = ACTIONS.find((one) => one === word);
  if (action === undefined)
    throw new UsageError(`apps ${word}: an action is one of ${ACTIONS.join(', ')}`, 'apps');
  if ((action === 'list') !== (names.length === 0))
    throw new UsageError(
      action === 'list' ? 'apps list takes no names' : `apps ${action} needs the name of an application`,
      'apps',
    );
  return {
    ...configurationOptions(raw, 'apps'),
    ...(raw.control === undefined ? {} : { control: raw.control }),
    action,
    names: names.map((name) => name.toLowerCase()),
    isJson: raw.json === true,
  };
}
