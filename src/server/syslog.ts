// `ErrorLog syslog`: lines go to the system's log through the program `logger`, since Node has no datagram sockets of
// the file system. Each line begins with `<level>`.

import { accessSync, constants } from 'node:fs';
import type { LogCommand, LogCommandFault } from './log-program.ts';

/** In Apache's order: a facility may be shortened, and the first that begins so is meant. */
const FACILITIES: readonly string[] = [
  'auth',
  'authpriv',
  'cron',
  'daemon',
  'ftp',
  'kern',
  'lpr',
  'mail',
  'news',
  'syslog',
  'user',
  'uucp',
  ...Array.from({ length: 8 }, (_, n) => `local${n}`),
];

const LOGGERS: readonly string[] = ['/usr/bin/logger', '/bin/logger'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program for `syslog`, `syslog:facility` or `syslog:facility:tag`. */
export function findSyslogCommand(
  target: string,
  pid: number,
  loggers: readonly string[] = LOGGERS,
): LogCommand | LogCommandFault {
  const [, wanted = '', tag = ''] = /^syslog:?([^:]*):?(.*)$/s.exec(target) ?? [];
  const facility =
    wanted === '' ? 'local7' : FACILITIES.find((name) => name.startsWith(wanted.toLowerCase()));
  if (facility === undefined) return { problem: `AH10036: could not open syslog error log ${wanted}.` };
  const file = loggers.find(isExecutable);
  if (file === undefined)
    return { problem: 'the system log is reached through the program logger, which is not installed' };
  const words = [
    '--prio-prefix',
    '-t',
    tag === '' ? 'portico' : tag,
    '-p',
    `${facility}.notice`,
    `--id=${pid}`,
  ];
  return { file, words, directory: '/', text: `${file} ${words.join(' ')}` };
}
