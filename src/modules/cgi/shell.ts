// Commands of documents (`<!--#exec cmd="…" -->`): a shell runs what the document says, its output is the body.

import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import type { BodySource } from '../../wire/body.ts';
import { BufferSource } from '../../wire/buffer-source.ts';
import { isRootByAccident } from './root.ts';
import { Script, ScriptBody } from './script.ts';

/** Timeout's default, milliseconds. */
const DEFAULT_TIMEOUT = 60_000;

export interface ShellCommand {
  readonly text: string;
  /** `$0`, `$1` … of the shell. */
  readonly parameters: readonly string[];
  readonly environment: ReadonlyMap<string, string>;
}

/** Starts the command in the document's folder; undefined, and logged, where it may not run. */
export function runShell(x: Exchange, command: ShellCommand): BodySource | undefined {
  if (x.site.rehearsal !== undefined) return rehearseShell(x, command);
  if (isRootByAccident(x)) {
    logEvent(x, 'cgi', 'error', 'portico runs as root, and a command would too: add User and Group lines');
    return undefined;
  }
  const file = x.filename ?? '/';
  const body = new ScriptBody(() => script);
  const script: Script = new Script(
    {
      file: '/bin/sh',
      words: ['-c', command.text, ...command.parameters],
      directory: file.slice(0, file.lastIndexOf('/')) || '/',
      environment: command.environment,
      patience: coreServer(x.server).timeout ?? DEFAULT_TIMEOUT,
    },
    {
      output(chunk) {
        body.push(chunk);
      },
      complaint(line) {
        logEvent(x, 'cgi', 'error', `AH01215: stderr from ${file}: ${line}`);
      },
      // It is given up, as Apache gives up its pipe.
      silent: () => script.kill(),
      over(error) {
        if (error !== undefined)
          logEvent(x, 'cgi', 'error', `AH01227: couldn't spawn child process: ${file}: ${error.message}`);
        body.finish();
      },
    },
  );
  script.feed(undefined);
  return body;
}

/** The command is not run: its output is empty. */
function rehearseShell(x: Exchange, { text, parameters, environment }: ShellCommand): BodySource {
  const deed = { kind: 'program', file: '/bin/sh', words: ['-c', text, ...parameters], environment } as const;
  x.site.rehearsal?.note(x, { kind: 'deed', deed });
  return new BufferSource(Buffer.alloc(0));
}
