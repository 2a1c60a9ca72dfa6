// What may be said of scripts: how long one may be silent. The debugging log of Apache and the socket of its cgid daemon
// are taken for what they are, so that a stock configuration can be used.

import type { Directive } from '../../conf/directive.ts';
import { serverFiles, servers } from '../contexts.ts';
import { parseDuration } from '../core/index.ts';

export interface ScriptDir {
  /** Milliseconds that a script may be silent; undefined: as Timeout says. */
  timeout?: number;
}

type ScriptDirective = Directive<undefined, ScriptDir>;

function scriptTimeout(name: string): ScriptDirective {
  return {
    name,
    args: 'take1',
    contexts: serverFiles,
    help: 'The amount of time to wait between successful reads from the CGI script, in seconds.',
    example: `${name} 20`,
    set(cmd, text = '') {
      const time = parseDuration(text);
      if (time === undefined) return `${name} has wrong format`;
      cmd.dir.timeout = time;
      return undefined;
    },
  };
}

function withoutEffect(name: string, help: string, noEffect: string, example: string): ScriptDirective {
  return { name, args: 'take1', contexts: servers, help, noEffect, example, set: () => undefined };
}

const LOGGED = 'what goes wrong with a script, and what it says of it, goes to the error log';

export const scriptDirectives: readonly ScriptDirective[] = [
  scriptTimeout('CGIScriptTimeout'),
  scriptTimeout('CGIDScriptTimeout'),
  withoutEffect('ScriptLog', 'the name of a log for script debugging info', LOGGED, 'ScriptLog logs/cgi_log'),
  withoutEffect(
    'ScriptLogLength',
    'the maximum length (in bytes) of the script debug log',
    LOGGED,
    'ScriptLogLength 10385760',
  ),
  withoutEffect(
    'ScriptLogBuffer',
    'the maximum size (in bytes) to record of a POST request',
    LOGGED,
    'ScriptLogBuffer 1024',
  ),
  withoutEffect(
    'ScriptSock',
    'the name of the socket to use for communication with the cgi daemon.',
    'portico starts scripts itself',
    'ScriptSock logs/cgisock',
  ),
];
