// mod_log_config: access logs. Directives, and which line is written when; what it says is format.ts.

import type { Command } from '../../conf/command.ts';
import type { DirectiveError } from '../../conf/directive.ts';
import { startsWithIgnoreCase } from '../../kit/ascii.ts';
import { compileExpr, ExprSyntaxError } from '../../kit/expr/index.ts';
import { type Soon, settle, type Waiting } from '../../kit/wait.ts';
import { holds } from '../../request/evaluate.ts';
import type { Exchange, LiveSite } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import { mainServer, servers } from '../contexts.ts';
import { compileLogFormat } from './format.ts';
import { formatOf, type LogServer, mergeLogs, NO_LOGS, type OpenLog, type Wanted } from './log.ts';

/** While it is read, a server's configuration grows. */
type Growing = { -readonly [key in keyof LogServer]: LogServer[key] };

/** Logs by the server configuration they were set in. */
type Opened = Map<LogServer, readonly OpenLog[]>;

interface Fault {
  readonly message: string;
}

function readWanted(text: string): Wanted | Fault {
  if (startsWithIgnoreCase(text, 'env=')) {
    const absent = text[4] === '!';
    const name = text.slice(absent ? 5 : 4);
    return name === '' ? { message: 'missing environment variable name' } : { kind: 'env', name, absent };
  }
  if (!startsWithIgnoreCase(text, 'expr=')) return { message: 'error in condition clause' };
  if (text.length === 5) return { message: 'missing condition' };
  try {
    return { kind: 'expr', expr: compileExpr(text.slice(5), { kind: 'condition' }) };
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return { message: error.message };
  }
}

function addLog(
  cmd: Command<Growing>,
  line: { target: string; text?: string | undefined; condition?: string | undefined; isGlobal?: boolean },
): DirectiveError | undefined {
  const { target, text, condition, isGlobal = false } = line;
  const wanted = condition === undefined ? undefined : readWanted(condition);
  if (wanted !== undefined && 'message' in wanted) return wanted.message;
  const format = text === undefined ? undefined : compileLogFormat(text);
  if (typeof format === 'object') return format.message;
  // What stands behind a pipe is a command line.
  const resolved = target.startsWith('|') ? target : cmd.resolve(target);
  cmd.config.lines = [...cmd.config.lines, { target: resolved, text, wanted, isGlobal }];
  return undefined;
}

/** Opened now: a log that cannot be written is better known at the start than with the first request. */
function openLogs(site: LiveSite): Opened {
  const opened: Opened = new Map();
  for (const server of site.servers) {
    const config = logConfig.serverOf(server);
    opened.set(
      config,
      config.lines.map(({ target, text, wanted }) => ({
        sink: site.io.openLog(target),
        format: formatOf(config, text),
        wanted,
      })),
    );
  }
  return opened;
}

/** Writes the lines from `at` on; only an expression may have to wait. */
function writeLogs(x: Exchange, logs: readonly OpenLog[], at: number): Soon<Verdict> {
  for (let i = at; i < logs.length; i++) {
    const { wanted, sink, format } = logs[i]!;
    if (wanted?.kind === 'expr') return settle(writeConditionally(x, logs, i));
    if (wanted === undefined || (x.hasEnv() && x.env.has(wanted.name)) !== wanted.absent)
      sink.write(format(x));
  }
  return OK;
}

function* writeConditionally(x: Exchange, logs: readonly OpenLog[], at: number): Waiting<Verdict> {
  for (const { wanted, sink, format } of logs.slice(at)) {
    const isWanted =
      wanted === undefined ||
      (wanted.kind === 'expr'
        ? (yield* holds(x, wanted.expr)) === true
        : (x.hasEnv() && x.env.has(wanted.name)) !== wanted.absent);
    if (isWanted) sink.write(format(x));
  }
  return OK;
}

function logRequest(x: Exchange): Soon<Verdict> {
  const logs = (logConfig.state(x.site) as Opened).get(logConfig.server(x));
  return logs === undefined ? OK : writeLogs(x, logs, 0);
}

export const logConfig: Module<Growing> = defineModule<Growing>({
  name: 'log_config',
  builtIn: true,
  directives: [
    {
      name: 'LogFormat',
      args: 'take12',
      contexts: servers,
      help: 'a log format string (see docs) and an optional format name',
      example: 'LogFormat "%h %l %u %t \\"%r\\" %>s %b" common',
      default: 'LogFormat "%h %l %u %t \\"%r\\" %>s %b"',
      set(cmd, text = '', nickname?: string) {
        const format = compileLogFormat(text);
        if (typeof format !== 'function') return format.message;
        if (nickname === undefined) cmd.config.fallback = text;
        else cmd.config.formats = new Map([...cmd.config.formats, [nickname.toLowerCase(), text]]);
        return undefined;
      },
    },
    {
      name: 'CustomLog',
      args: 'take23',
      contexts: servers,
      help: 'a file name, a custom log format string or format name, and an optional "env=" or "expr=" clause (see docs)',
      example: 'CustomLog "logs/access_log" combined',
      set: (cmd, target = '', text?: string, condition?: string) => addLog(cmd, { target, text, condition }),
    },
    {
      name: 'GlobalLog',
      args: 'take23',
      contexts: mainServer,
      help: 'Same as CustomLog, but forces virtualhosts to inherit the log',
      example: 'GlobalLog "logs/all_log" combined',
      set: (cmd, target = '', text?: string, condition?: string) =>
        addLog(cmd, { target, text, condition, isGlobal: true }),
    },
    {
      name: 'TransferLog',
      args: 'take1',
      contexts: servers,
      help: 'the filename of the access log',
      example: 'TransferLog "logs/access_log"',
      set: (cmd, target = '') => addLog(cmd, { target }),
    },
    {
      // Lines are gathered in any case.
      name: 'BufferedLogs',
      args: 'flag',
      contexts: servers,
      default: 'Off',
      help: 'Enable Buffered Logging (experimental)',
      example: 'BufferedLogs On',
      set: () => undefined,
    },
  ],
  serverConfig: { create: () => ({ ...NO_LOGS }), merge: mergeLogs },
  logs: (server) => logConfig.serverOf(server).lines.map((line) => line.target),
  open: openLogs,
  hooks: { logTransaction: logRequest },
});
