// `portico apps`: what the applications of a running server do, and starting, stopping and restarting them.

import type { AppInstanceReport } from '../../request/apps.ts';
import { say } from '../terminal.ts';
import { askFor, type FoundServer, findServers, type ServerChoice } from './servers.ts';
import { drawServers } from './table.ts';

export type AppsAction = 'list' | 'start' | 'stop' | 'restart';

export interface AppsOptions extends ServerChoice {
  readonly action: AppsAction;
  /** In lower case; none for `list`. */
  readonly names: readonly string[];
  readonly isJson: boolean;
}

const DONE = { start: 'started', stop: 'stopped', restart: 'restarted' } as const;

/** Answers the exit code. */
export async function runApps(options: AppsOptions): Promise<number> {
  try {
    const servers = await findServers(options);
    return options.action === 'list'
      ? list(servers, options)
      : await act(servers, options.action, options.names);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

function list(servers: readonly FoundServer[], { isJson }: AppsOptions): number {
  const shown = servers.map(({ server, apps }) => ({ server, apps }));
  process.stdout.write(isJson ? `${JSON.stringify(shown, null, 2)}\n` : drawServers(servers, Date.now()));
  return 0;
}

function isReady({ state }: AppInstanceReport): boolean {
  return state === 'ready';
}

async function act(
  servers: readonly FoundServer[],
  action: Exclude<AppsAction, 'list'>,
  names: readonly string[],
): Promise<number> {
  let exit = 0;
  for (const name of names) {
    const answer = await askFor(servers, action, name);
    if (answer.ok) {
      // Old ones may still be finishing their requests.
      const ready = answer.apps.find((app) => app.name === name)?.instances.filter(isReady) ?? [];
      const shown = ready.length === 0 ? '' : ` (pid ${ready.map(({ pid }) => pid).join(', ')})`;
      process.stdout.write(`${name}: ${DONE[action]}${shown}\n`);
    } else {
      say(answer.why);
      exit = 1;
    }
  }
  return exit;
}
