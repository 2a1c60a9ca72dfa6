// The words of `portico playground`: where the page is served, and what it begins with.

import { isIP } from 'node:net';
import type { Command } from 'commander';
import { UsageError } from '../configuration-options.ts';

export interface PlaygroundOptions {
  /** An address of this machine. */
  readonly host: string;
  /** Undefined: the usual one, or a free one where that is taken. */
  readonly port: number | undefined;
  /** Show the page in the visitor's browser. */
  readonly isOpened: boolean;
  /** What the page begins with. */
  readonly file: string | undefined;
}

interface RawPlayground {
  readonly port?: string;
  readonly host: string;
  readonly open?: true;
}

const EXAMPLES = `
Examples:
  portico playground                      then open the address that it prints
  portico playground --open .htaccess     begin with this file, and with the names of the files around it

The page runs the rules in the browser: nothing that is typed there is sent anywhere.

Exit codes: 0 ended by a signal, 1 the port or the file cannot be used, 2 wrong usage.
`;

export function describePlayground(program: Command, found: (options: PlaygroundOptions) => void): void {
  program
    .command('playground')
    .description('try rules out on a page in the browser')
    .helpOption('-h, --help', 'show this help')
    .argument('[file]', 'a .htaccess file or a configuration to begin with')
    .option('--port <number>', 'where to listen (default: 8099, or a free port where that is taken)')
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option('--open', 'open the page in the browser')
    .addHelpText('after', EXAMPLES)
    .action((file: string | undefined, raw: RawPlayground) => found(playgroundOptions(file, raw)));
}

function playgroundOptions(
  file: string | undefined,
  { port: portText, host: hostText, open }: RawPlayground,
): PlaygroundOptions {
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (!/^\d+$/.test(portText ?? '') || port < 1 || port > 65535))
    throw new UsageError(`--port ${portText}: not a port`, 'playground');
  const host = hostText === 'localhost' ? '127.0.0.1' : hostText.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0)
    throw new UsageError(`--host ${hostText}: not an address of this machine`, 'playground');
  return { host, port, isOpened: open === true, file };
}
