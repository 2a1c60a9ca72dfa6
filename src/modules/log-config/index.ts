// mod_log_config: access logs. Directives and where lines go; what a line says is format.ts.

import type { Command } from '../../conf/command.ts';
import type { DirectiveError } from '../../conf/directive.ts';
import { compileExpr, type Expr, ExprSyntaxError } from '../../kit/expr/index.ts';
import { settle, type Waiting } from '../../kit/wait.ts';
import { holds } from '../../request/evaluate.ts';
import type { Exchange, LiveSite } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import { servers } from '../contexts.ts';
import { compileLogFormat, type LogFormat } from './format.ts';

/** When a line is written: `env=NAME`, `env=!NAME` or `expr=…`. */
type Wanted =
  | { readonly kind: 'env'; readonly name: string; readonly absent: boolean }
  | { readonly kind: 'expr'; readonly expr: Expr };

interface Log {
  readonly target: string;
  /** A nickname, or a format of its own. */
  readonly text: string | undefined;
  /** What `text` means if no nickname is spelled so. */
  readonly format: LogFormat;
  readonly wanted: Wanted | undefined;
}

interface LogServer {
  readonly formats: Map<string, LogFormat>;
  /** What CustomLog and TransferLog use without a format. */
  fallback: LogFormat | undefined;
  readonly logs: Log[];
}

/** Logs by the server configuration they were set in. */
type Opened = Map<LogServer, readonly Log[]>;

const COMMON = '%h %l %u %t "%r" %>s %b';

function knownFormat(text: string): LogFormat {
  const format = compileLogFormat(text);
  if (typeof format !== 'function') throw new Error(format.message);
  return format;
}

/** Nicknames that Apache knows without LogFormat. */
const BUILT_IN: ReadonlyMap<string, LogFormat> = new Map([
  ['common', knownFormat(COMMON)],
  ['combined', knownFormat(`${COMMON} "%{Referer}i" "%{User-Agent}i"`)],
]);

function readWanted(
  cmd: Command,
  text: string | undefined,
): Wanted | undefined | { readonly message: string } {
  if (text === undefined) return undefined;
  if (text.startsWith('env=')) {
    const absent = text.startsWith('env=!');
    return { kind: 'env', name: text.slice(absent ? 5 : 4), absent };
  }
  if (!text.startsWith('expr=')) return { message: `error in condition clause` };
  try {
    return { kind: 'expr', expr: compileExpr(text.slice(5), { kind: 'condition' }) };
  } catch (error) {
    if (!(error instanceof ExprSyntaxError)) throw error;
    return { message: `Cannot parse expression in ${cmd.name}: ${error.message}` };
  }
}

function addLog(
  cmd: Command<LogServer>,
  target: string,
  text: string | undefined,
  condition: string | undefined,
): DirectiveError | undefined {
  const format = text === undefined ? BUILT_IN.get('common')! : compileLogFormat(text);
  if (typeof format !== 'function') return format.message;
  const wanted = readWanted(cmd, condition);
  if (wanted !== undefined && 'message' in wanted) return wanted.message;
  const program = target.startsWith('|');
  cmd.config.logs.push({ target: program ? target : cmd.resolve(target), text, format, wanted });
  return undefined;
}

/**
 * Nicknames are looked up when everything is read: a LogFormat may stand after the CustomLog that uses it, and a
 * virtual host uses those of the main server.
 */
function resolveLogs({ formats, fallback, logs }: LogServer): readonly Log[] {
  return logs.map((log) => ({
    ...log,
    format:
      log.text === undefined
        ? (fallback ?? log.format)
        : (formats.get(log.text) ?? BUILT_IN.get(log.text) ?? log.format),
  }));
}

function openLogs(site: LiveSite): Opened {
  const opened: Opened = new Map();
  for (const server of site.servers) {
    const config = logConfig.serverOf(server);
    const logs = resolveLogs(config);
    opened.set(config, logs);
    // Opened now: a log that cannot be written is better known at the start than with the first request.
    for (const log of logs) site.io.openLog(log.target);
  }
  return opened;
}

function* isWanted(x: Exchange, wanted: Wanted): Waiting<boolean> {
  if (wanted.kind === 'expr') return (yield* holds(x.last(), wanted.expr)) === true;
  return (x.last().hasEnv() && x.last().env.has(wanted.name)) !== wanted.absent;
}

function* writeLogs(x: Exchange): Waiting<Verdict> {
  const opened = logConfig.state(x.site) as Opened;
  for (const log of opened.get(logConfig.server(x)) ?? [])
    if (log.wanted === undefined || (yield* isWanted(x, log.wanted)))
      x.site.io.openLog(log.target).write(log.format(x));
  return OK;
}

export const logConfig: Module<LogServer> = defineModule<LogServer>({
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
      set(cmd, text: string, nickname?: string) {
        const format = cmd.config.formats.get(text) ?? compileLogFormat(text);
        if (typeof format !== 'function') return format.message;
        if (nickname === undefined) cmd.config.fallback = format;
        else cmd.config.formats.set(nickname, format);
        return undefined;
      },
    },
    {
      name: 'CustomLog',
      args: 'take23',
      contexts: servers,
      help: 'a file name, a custom log format string or format name, and an optional "env=" or "expr=" clause (see docs)',
      example: 'CustomLog "logs/access_log" combined',
      set(cmd, target: string, text: string, condition?: string) {
        return addLog(cmd, target, text, condition);
      },
    },
    {
      name: 'TransferLog',
      args: 'take1',
      contexts: servers,
      help: 'the filename of the access log',
      example: 'TransferLog "logs/access_log"',
      set(cmd, target: string) {
        return addLog(cmd, target, undefined, undefined);
      },
    },
  ],
  serverConfig: {
    create: () => ({ formats: new Map(), fallback: undefined, logs: [] }),
    merge: (base, add) => ({
      formats: new Map([...base.formats, ...add.formats]),
      fallback: add.fallback ?? base.fallback,
      logs: add.logs.length > 0 ? add.logs : base.logs,
    }),
  },
  logs: (server) => logConfig.serverOf(server).logs.map((log) => log.target),
  open: openLogs,
  hooks: { logTransaction: (x) => settle(writeLogs(x)) },
});
