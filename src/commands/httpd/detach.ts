// Leaving the terminal: httpd goes on in a process of its own session, and the one that was started ends when the other
// serves or cannot. The two talk over a channel that is closed then.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { redirectTerminal } from '../terminal.ts';

/** Tells a process that another one has started it to serve in its place. */
const MARK = 'PORTICO_DETACHED';

type Message = { readonly say: string } | { readonly ready: true };

/** Starts the server in the background; answers the exit code once it serves or has failed. */
export function serveDetached(words: readonly string[], errorLog: string | undefined): Promise<number> {
  const log = openLog(errorLog);
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, 'httpd', ...words], {
    detached: true,
    stdio: ['ignore', 'ignore', log ?? 'ignore', 'ipc'],
    env: { ...process.env, [MARK]: '1' },
  });
  if (log !== undefined) closeSync(log);
  return new Promise((resolve) => {
    child.on('message', (message: Message) => {
      if ('say' in message) {
        process.stderr.write(Buffer.from(message.say, 'latin1'));
        return;
      }
      child.disconnect();
      child.unref();
      resolve(0);
    });
    child.once('error', (error) => {
      process.stderr.write(`portico: cannot start a process: ${error.message}\n`);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code || 1));
  });
}

/** What a server without a terminal prints (a defect's stack, a script's complaint) belongs into its log. */
function openLog(path: string | undefined): number | undefined {
  if (path === undefined) return undefined;
  try {
    return openSync(Buffer.from(path, 'latin1'), 'a');
  } catch {
    // The server itself says why it cannot be opened.
    return undefined;
  }
}

/** The background process's end of the channel. */
export interface Parent {
  /** From now on nobody waits. */
  ready(): void;
}

/** In the process that `serveDetached` started: what it says goes to the one that waits. Undefined in any other. */
export function attachToParent(): Parent | undefined {
  if (process.env[MARK] === undefined || process.send === undefined) return undefined;
  delete process.env[MARK];
  const send = (message: Message): void => {
    if (process.connected) process.send?.(message, undefined, {}, () => undefined);
  };
  redirectTerminal((text) => send({ say: text }));
  return {
    ready() {
      redirectTerminal(undefined);
      process.chdir('/');
      send({ ready: true });
    },
  };
}
