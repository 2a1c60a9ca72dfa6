// The error log: one line per event, in Apache's format or ErrorLogFormat's, at the level that LogLevel sets per module.
// Everything an operator needs to know goes here once; nothing of it goes to the client.

import type { Server } from '../conf/server.ts';
import type { LogLevelName } from './core-config.ts';
import { coreServer, LOG_LEVELS, logLevelOf } from './core-config.ts';
import type { Exchange, LiveSite } from './exchange.ts';
import type { ErrorLogFormat, LogEvent } from './log-event.ts';
import { nameConnection, nameRequest } from './log-id.ts';
import { logTime } from './log-time.ts';

const LEVEL_NUMBER: ReadonlyMap<string, number> = new Map(LOG_LEVELS.map((name, number) => [name, number]));

const NOTICE = LEVEL_NUMBER.get('notice')!;
const DEBUG = LEVEL_NUMBER.get('debug')!;

/** Apache's MAX_STRING_LEN: what is longer is cut. */
const LONGEST_LINE = 8190;

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
  '\v': '\\v',
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
  const { rehearsal } = x.site;
  if (rehearsal !== undefined) {
    rehearsal.note(x, { kind: 'log', module, level, text });
    return;
  }
  if (!isLogged(x, module, level)) return;
  const { site, server, transport } = x;
  writeEvent({ ...levelled(module, level), site, server, transport, x, text: escapeLog(text) });
}

/**
 * Logs an event that belongs to no exchange. As in Apache, LogLevel hides no notice of the server itself from a log that
 * is kept; a terminal has other ways to learn of it.
 */
export function logServer(
  site: LiveSite,
  server: Server,
  module: string,
  level: LogLevelName,
  text: string,
): void {
  const number = LEVEL_NUMBER.get(level)!;
  const isForced = number === NOTICE && isFile(site, server);
  if (!isForced && number > logLevelOf(server.defaults, module)) return;
  writeEvent({ ...levelled(module, level), site, server, text: escapeLog(text) });
}

/** Logs a line of another program's, which LogLevel does not hide: nobody else would keep it. */
export function logPrinted(
  site: LiveSite,
  server: Server,
  module: string,
  level: LogLevelName,
  text: string,
): void {
  writeEvent({ ...levelled(module, level), site, server, text: escapeLog(text) });
}

function levelled(module: string, level: LogLevelName): Pick<LogEvent, 'module' | 'level' | 'levelNumber'> {
  return { module, level, levelNumber: LEVEL_NUMBER.get(level)! };
}

/** Once for each connection and each request, what ErrorLogFormat says of them; then the line itself. */
function writeEvent(event: LogEvent): void {
  const { x, site, server } = event;
  const core = coreServer(server);
  if (x !== undefined) {
    const { transport } = x;
    if (nameConnection(x))
      for (const format of core.connectionLogFormats ?? [])
        writeLine({ site, server, transport, text: '' }, format);
    const main = x.main ?? x;
    if (nameRequest(main))
      for (const format of core.requestLogFormats ?? [])
        writeLine({ site, server, transport, x: main, text: '' }, format);
  }
  writeLine(event, core.errorLogFormat ?? defaultFormat);
}

function writeLine(event: LogEvent, format: ErrorLogFormat): void {
  const line = format(event);
  if (line === '') return;
  const target = targetOf(event.site, event.server);
  const mark = isSyslog(target) ? `<${Math.min(event.levelNumber ?? DEBUG, DEBUG)}>` : '';
  event.site.io.openLog(target).write(mark + line.slice(0, LONGEST_LINE));
}

/** The log is neither the system's nor what stands in for a missing ErrorLog. */
function isFile(site: LiveSite, server: Server): boolean {
  const target = coreServer(server).errorLog ?? coreServer(site.main).errorLog;
  return target !== undefined && !isSyslog(target);
}

function targetOf(site: LiveSite, server: Server): string {
  return coreServer(server).errorLog ?? coreServer(site.main).errorLog ?? 'stderr';
}

/** The system's log has a time of its own. */
export function isSyslog(target: string): boolean {
  return target === 'syslog' || target.startsWith('syslog:');
}

function clientOf({ x, transport }: LogEvent): string {
  if (transport === undefined) return '';
  const address = x?.clientAddress ?? transport.remoteAddress;
  const port = x?.clientPort ?? transport.remotePort;
  return `[client ${port > 0 ? `${address}:${port}` : address}] `;
}

/** `[time] [module:level] [pid N] [client ADDRESS] text, referer: URL`. */
function defaultFormat(event: LogEvent): string {
  const { site, server, x, module, level, text } = event;
  const time = isSyslog(targetOf(site, server)) ? '' : `[${logTime(site.io.now(), WITH_MICROS)}] `;
  const referer = x?.headers.get('referer');
  const behind = referer === undefined || referer === '' ? '' : `, referer: ${escapeLog(referer)}`;
  return `${time}[${module}:${level}] [pid ${site.io.pid}] ${clientOf(event)}${text}${behind}`;
}

const WITH_MICROS = { compact: false, micros: true, offset: false };

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
