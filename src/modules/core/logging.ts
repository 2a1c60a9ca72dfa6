// ErrorLog, ErrorLogFormat and LogLevel.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { type CoreDirConfig, type CoreServerConfig, LOG_LEVELS } from '../../request/core-config.ts';
import { isSyslog } from '../../request/log.ts';
import { serverFiles, servers } from '../contexts.ts';
import { compileErrorLogFormat, type FormatKind } from './error-log-format.ts';

type CoreCommand = Command<CoreServerConfig, CoreDirConfig>;

const BAD_LEVEL =
  'Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8';

/** `mod_rewrite.c`, `rewrite_module` and `rewrite` are one module. */
function plainModuleName(name: string): string {
  return name
    .replace(/\.c$/, '')
    .replace(/^mod_/, '')
    .replace(/_module$/, '');
}

function isModule(cmd: CoreCommand, name: string): boolean {
  return (
    name === 'core' ||
    cmd.hasModule(`${name}_module`) ||
    cmd.hasModule(`mod_${name}.c`) ||
    cmd.hasModule(`${name}.c`)
  );
}

/** `LogLevel info` speaks of all modules, those named before in the same section included. */
function setLogLevel(cmd: CoreCommand, word: string): DirectiveError | undefined {
  const colon = word.lastIndexOf(':');
  const level = (LOG_LEVELS as readonly string[]).indexOf(lowerAscii(word.slice(colon + 1)));
  if (colon < 0) {
    if (level < 0) return BAD_LEVEL;
    cmd.dir.logLevels = new Map([['', level]]);
    return undefined;
  }
  if (colon === word.length - 1)
    return `Module specifier '${word.slice(0, colon)}' must be followed by a log level keyword`;
  if (level < 0) return `${word}: ${BAD_LEVEL}`;
  const module = plainModuleName(word.slice(0, colon));
  if (!isModule(cmd, module)) return `Cannot find module ${word.slice(0, colon)}`;
  cmd.dir.logLevels = new Map([...(cmd.dir.logLevels ?? []), [module, level]]);
  return undefined;
}

/** `ErrorLogFormat request "…"`: a line that is written once for each request; the empty string adds none. */
function setErrorLogFormat(cmd: CoreCommand, first: string, second: string | undefined): string | undefined {
  const kind: FormatKind | undefined = second === undefined ? 'main' : formatKind(first);
  if (kind === undefined) return 'ErrorLogFormat type must be one of request, connection';
  const format = compileErrorLogFormat(second ?? first, kind);
  if (typeof format !== 'function') return format.message;
  const { config } = cmd;
  const added = second === '' ? [] : [format];
  if (kind === 'main') config.errorLogFormat = format;
  else if (kind === 'request') config.requestLogFormats = [...(config.requestLogFormats ?? []), ...added];
  else config.connectionLogFormats = [...(config.connectionLogFormats ?? []), ...added];
  return undefined;
}

function formatKind(word: string): FormatKind | undefined {
  const kind = lowerAscii(word);
  return kind === 'request' || kind === 'connection' ? kind : undefined;
}

export const loggingDirectives: readonly Directive<CoreServerConfig, CoreDirConfig>[] = [
  {
    name: 'ErrorLog',
    args: 'take1',
    contexts: servers,
    default: 'logs/error_log',
    help: 'The filename of the error log',
    example: 'ErrorLog logs/error.log',
    set(cmd, target = '') {
      const isPath = !target.startsWith('|') && target !== 'stderr' && !isSyslog(target);
      cmd.config.errorLog = isPath ? cmd.resolve(target) : target;
      return undefined;
    },
  },
  {
    name: 'ErrorLogFormat',
    args: 'take12',
    contexts: servers,
    help: 'Format string for the ErrorLog',
    example: 'ErrorLogFormat "[%t] [%l] %M"',
    set: (cmd, first = '', second?: string) => setErrorLogFormat(cmd, first, second),
  },
  {
    name: 'LogLevel',
    args: 'iterate',
    contexts: serverFiles,
    default: 'warn',
    help: 'Level of verbosity in error logging',
    example: 'LogLevel warn rewrite:trace3',
    set: (cmd, word = '') => setLogLevel(cmd, word),
  },
];
