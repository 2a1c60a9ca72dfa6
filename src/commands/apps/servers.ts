// Which running servers `portico apps` talks to: the one of a named channel, the one of a configuration, or all of this
// user.

import { resolve } from 'node:path';
import { hasError } from '../../conf/site.ts';
import type { AppReport } from '../../request/apps.ts';
import { coreServer } from '../../request/core-config.ts';
import { askServer, NobodyThere } from '../../server/control/ask.ts';
import type { ControlAnswer, ControlledServer } from '../../server/control/message.ts';
import { fixedPlace, knownPlaces } from '../../server/control/place.ts';
import { Machine } from '../../server/machine.ts';
import { type ConfigurationOptions, nameOf, readConfiguration, takeSettingsOf } from '../configuration.ts';
import { sayWarning, showFindings } from '../terminal.ts';

export interface ServerChoice extends ConfigurationOptions {
  /** The path of a channel. */
  readonly control?: string;
}

/** A server that answered. */
export interface FoundServer {
  readonly path: string;
  readonly server: ControlledServer;
  readonly apps: readonly AppReport[];
}

/** Why there is nobody to talk to, in words for the terminal. */
class NoServer extends Error {}

/** Servers that answer, the named one or all; rejects with NoServer where there is none. */
export async function findServers(choice: ServerChoice): Promise<readonly FoundServer[]> {
  const named = choice.control === undefined ? placesOf(choice) : [resolve(choice.control)];
  const found: FoundServer[] = [];
  const problems: string[] = [];
  for (const path of named) {
    try {
      const answer = await askServer(path, { do: 'apps' });
      if (answer.ok) found.push({ path, server: answer.server, apps: answer.apps });
      else problems.push(`${path}: ${answer.why}`);
    } catch (error) {
      // What servers have left behind that are gone is nobody's trouble.
      if (!(error instanceof NobodyThere))
        problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (found.length > 0) return found;
  if (problems.length > 0) throw new NoServer(problems.join('\n'));
  throw new NoServer(nobody(choice));
}

function nobody({ file, control }: ServerChoice): string {
  if (control !== undefined) return `no portico listens at ${control}`;
  if (file !== undefined) return `no portico with applications runs on ${file}`;
  return (
    'no portico with applications of this user runs here\n' +
    '  (one that another user started, or with another TMPDIR, is found with -f FILE or --control PATH)'
  );
}

function placesOf(choice: ServerChoice): readonly string[] {
  if (choice.file === undefined) return knownPlaces();
  takeSettingsOf(choice);
  const { site, diagnostics } = readConfiguration(choice, new Machine(sayWarning));
  if (site === undefined || hasError(diagnostics)) {
    showFindings(diagnostics);
    throw new NoServer(`${choice.file} cannot be read: say --control PATH`);
  }
  const place = fixedPlace(coreServer(site.main));
  if (place === 'off') throw new NoServer(`${choice.file} says AppControl off`);
  return place === undefined ? knownPlaces(nameOf(choice)) : [place];
}

/** Lets the one server that has this application do something with it. */
export async function askFor(
  servers: readonly FoundServer[],
  what: 'start' | 'stop' | 'restart',
  app: string,
): Promise<ControlAnswer> {
  const having = servers.filter(({ apps }) => apps.some(({ name }) => name === app));
  if (having.length > 1) {
    const list = having.map(({ server }) => `  ${server.configuration} (pid ${server.pid})`).join('\n');
    return { ok: false, why: `several servers have an application ${app}; say which with -f FILE:\n${list}` };
  }
  const [chosen] = having;
  if (chosen !== undefined) return askServer(chosen.path, { do: what, app });
  const names = servers.flatMap(({ apps }) => apps.map(({ name }) => name));
  return { ok: false, why: `there is no application ${app}; there is ${names.join(', ') || 'none at all'}` };
}
