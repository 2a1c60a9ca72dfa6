// The error log: one line per event, in Apache's default format, at the level that LogLevel sets per module.
// Everything an operator needs to know goes here once; nothing of it goes to the client.

import type { Server } from '../conf/server.ts';
import type { LogLevelName } from './core-config.ts';
import { coreServer, LOG_LEVELS, logLevelOf } from './core-config.ts';
import type { Exchange, LiveSite } from './exchange.ts';

const LEVEL_NUMBER: ReadonlyMap<string, number> = new Map(LOG_LEVELS.map((name, number) => [name, number]));

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(n: number): string {
  return n < 10 ? `0${n}` : `${n}`;
}

/** `Sun Nov 22 09:15:02.123000 2026`, local time (Apache's `%{u}t`). */
function logTime(now: number): string {
  const t = new Date(now);
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  const micros = String(t.getMilliseconds()).padStart(3, '0');
  return `${DAYS[t.getDay()]} ${MONTHS[t.getMonth()]} ${two(t.getDate())} ${clock}.${micros}000 ${t.getFullYear()}`;
}

/** Control bytes, quotes excepted, as `\xhh` or `\n`: what a client sent cannot forge or hide a line. */
export function escapeLog(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\xff\\]/g, (byte) => {
    const named = LOG_ESCAPES[byte];
    return named ?? `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

const LOG_ESCAPES: { readonly [byte: string]: string } = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\\': '\\\\',
};

/** Is this level logged for this module, here? Ask before building an expensive text. */
export function isLogged(x: Exchange, module: string, level: LogLevelName): boolean {
  return LEVEL_NUMBER.get(level)! <= logLevelOf(x.dirConfig, module);
}

/**
 * Logs an event of an exchange. `text` begins with Apache's number (`AH01276: …`) where it has one; bytes from the
 * client in it are escaped here.
 */
export function logEvent(x: Exchange, module: string, level: LogLevelName, text: string): void {
  if (!isLogged(x, module, level)) return;
  const client = x.clientPort > 0 ? `${x.clientAddress}:${x.clientPort}` : x.clientAddress;
  writeLine(x.site, x.server, module, level, `[client ${client}] ${escapeLog(text)}`);
}

/** Logs an event that belongs to no exchange. */
export function logServer(
  site: LiveSite,
  server: Server,
  module: string,
  level: LogLevelName,
  text: string,
): void {
  if (LEVEL_NUMBER.get(level)! > logLevelOf(server.defaults, module)) return;
  writeLine(site, server, module, level, escapeLog(text));
}

function writeLine(site: LiveSite, server: Server, module: string, level: LogLevelName, text: string): void {
  const target = coreServer(server).errorLog ?? coreServer(site.main).errorLog ?? 'stderr';
  const line = `[${logTime(site.io.now())}] [${module}:${level}] [pid ${site.io.pid}] ${text}`;
  site.io.openLog(target).write(line);
}

/** Logs an exception with its stack on one line: a defect of portico's, answered with 500. */
export function logException(x: Exchange, module: string, error: unknown): void {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  logEvent(
    x,
    module,
    'error',
    `exception while answering "${x.requestLine}": ${stack.replace(/\n\s*/g, ' | ')}`,
  );
}
