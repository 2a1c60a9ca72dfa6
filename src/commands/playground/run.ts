// `portico playground`: serves the page on this machine until a signal ends it.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { readSite } from '../../conf/site.ts';
import { modules } from '../../modules/index.ts';
import { Machine } from '../../server/machine.ts';
import { latin1 } from '../../tools/bytes.ts';
import { exitSoon, runServer } from '../running.ts';
import type { SignalRules } from '../signals.ts';
import { say, sayWarning } from '../terminal.ts';
import type { PlaygroundOptions } from './arguments.ts';
import { readGiven } from './given.ts';
import { PageMachine } from './page-machine.ts';
import { authorityOf, playgroundConfiguration } from './site.ts';

const USUAL_PORT = 8099;

const SIGNALS: SignalRules = { wishes: { SIGTERM: 'stop', SIGINT: 'stop' } };

/** Answers the exit code. */
export async function runPlayground(options: PlaygroundOptions): Promise<number> {
  const folder = pageFolder();
  if (folder === undefined) {
    say('the page is not there: npm run build makes it');
    return 1;
  }
  const machine = openMachine(options, latin1(join(folder, 'index.html')));
  if (machine === undefined) return 1;
  const { host } = options;
  const port = options.port ?? ((await isFree(host, USUAL_PORT)) ? USUAL_PORT : await freePort(host));
  const site = { host, port, folder: latin1(folder) };
  const isStarted = await runServer({
    machine,
    signals: SIGNALS,
    configuration: 'playground',
    read: () =>
      readSite({
        sources: [{ name: 'playground', text: playgroundConfiguration(site) }],
        modules,
        io: machine,
        serverRoot: site.folder,
      }),
    started() {
      const url = `http://${authorityOf(site)}/`;
      process.stdout.write(`portico: playground on ${url}\n`);
      if (options.isOpened) openBrowser(url);
    },
  });
  if (!isStarted) return 1;
  exitSoon();
  return 0;
}

/** Beside the one file of the command line; two folders up from this one, where that is not bundled. */
function pageFolder(): string | undefined {
  const { dirname } = import.meta;
  const places = [join(dirname, 'playground'), join(dirname, '../../playground')];
  return places.find((place) => existsSync(join(place, 'index.html')));
}

/** Undefined where the file to begin with cannot be used. */
function openMachine({ file }: PlaygroundOptions, index: string): Machine | undefined {
  if (file === undefined) return new Machine(sayWarning);
  try {
    return new PageMachine(index, () => readGiven(file), readGiven(file));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/** The usual one where there is none: the server then says what is wrong. */
function freePort(host: string): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(USUAL_PORT));
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? (address?.port ?? USUAL_PORT) : USUAL_PORT));
    });
  });
}

/** The desktop's own way to open an address. Without one, the line that was printed has to do. */
function openBrowser(url: string): void {
  const child = spawn(process.platform === 'darwin' ? 'open' : 'xdg-open', [url], {
    stdio: 'ignore',
    detached: true,
  });
  child.once('error', () => sayWarning('no browser can be opened from here: open the address yourself'));
  child.unref();
}
