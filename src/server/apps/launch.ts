// From what a configuration says to what the system is asked for: words, environment, user and limits of one process.
// No shell ever reads a word of them.

import { statSync } from 'node:fs';
import type { AppEndpoint, AppLimits, AppSpec } from '../../request/apps.ts';
import { native } from '../../request/native.ts';
import type { Accounts } from '../accounts.ts';
import { isRoot } from '../privileges.ts';

/** Everything that a process is started with. */
export interface Launch {
  readonly file: string;
  readonly words: readonly string[];
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
}

export interface LaunchPlace {
  readonly endpoint: AppEndpoint;
  /** Number of the process among those side by side, from 0. */
  readonly index: number;
  /** `NAME=value` that tells processes of this server from others. */
  readonly mark: string;
  readonly accounts: Accounts;
}

/** Words are positional parameters: they are read by nobody. dash calls `-p` what others call `-u`. */
const LIMITER = `
if [ -n "$1" ]; then ulimit -d "$1" || exit 126; fi
if [ -n "$2" ]; then ulimit -n "$2" || exit 126; fi
if [ -n "$3" ]; then ulimit -u "$3" 2>/dev/null || ulimit -p "$3" || exit 126; fi
shift 3
exec "$@"
`;

/** Throws an Error, for people, where the user is not there. */
export function planLaunch(spec: AppSpec, place: LaunchPlace): Launch {
  const fill = portFiller(place.endpoint);
  const [program = '', ...rest] = spec.command.map(native);
  const words = [program, ...rest.map(fill)];
  const user = spec.user === undefined ? undefined : findAppUser(spec.user, place.accounts);
  return {
    ...limited(words, spec.limits),
    directory: native(spec.directory),
    env: environmentOf(spec, place, fill, user),
    ...(user === undefined || user.isOwn ? {} : { uid: user.uid, gid: user.gid }),
  };
}

function limited(words: readonly string[], limits: AppLimits): { file: string; words: readonly string[] } {
  const { memory, openFiles, processes } = limits;
  const kilobytes = memory === undefined ? undefined : Math.max(1, Math.floor(memory / 1024));
  const bounds = [kilobytes, openFiles, processes].map((bound) => (bound === undefined ? '' : String(bound)));
  if (bounds.every((bound) => bound === '')) return { file: words[0] ?? '', words: words.slice(1) };
  return { file: '/bin/sh', words: ['-c', LIMITER, 'portico-limits', ...bounds, ...words] };
}

/** `$PORT` and `${PORT}`, where a name does not go on behind them. */
function portFiller(endpoint: AppEndpoint): (text: string) => string {
  if (endpoint.kind !== 'tcp') return (text) => text;
  const port = String(endpoint.port);
  return (text) => text.replace(/\$(?:\{PORT\}|PORT(?![A-Za-z0-9_]))/g, port);
}

/** What belongs to the server's own process, not to those it starts. */
const NOT_INHERITED = [
  'NODE_CHANNEL_FD',
  'NODE_CHANNEL_SERIALIZATION_MODE',
  'LISTEN_FDS',
  'LISTEN_PID',
  'NOTIFY_SOCKET',
];

function environmentOf(
  spec: AppSpec,
  { endpoint, index, mark }: LaunchPlace,
  fill: (text: string) => string,
  user: AppUser | undefined,
): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !NOT_INHERITED.includes(name)),
  );
  const own = Object.entries(spec.env).map(([name, value]) => [native(name), fill(native(value))]);
  const [markName = '', markValue = ''] = mark.split('=');
  return {
    // Else what Python prints is seen when its buffer is full.
    PYTHONUNBUFFERED: '1',
    ...inherited,
    ...(user?.name === undefined ? {} : { USER: user.name, LOGNAME: user.name, HOME: user.home }),
    ...(endpoint.kind === 'tcp' ? { PORT: String(endpoint.port) } : {}),
    ...Object.fromEntries(own),
    PORTICO_APP: spec.name,
    PORTICO_APP_INDEX: String(index),
    [markName]: markValue,
  };
}

export interface AppUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string | undefined;
  readonly home: string | undefined;
  /** The server is that user already. */
  readonly isOwn: boolean;
}

/** The user of an application. Throws an Error, for people, where there is none, or the server may not become it. */
export function findAppUser(text: string, accounts: Accounts): AppUser {
  const number = /^#([0-9]{1,9})$/.exec(text)?.[1];
  const account = number === undefined ? accounts.user(text) : accounts.userById(Number(number));
  if (account === undefined)
    throw new Error(`there is no user ${text} on this machine; change the AppUser line`);
  const { uid, gid, name, home } = account;
  const isOwn = uid === process.geteuid?.() && gid === process.getegid?.();
  if (!isOwn && !isRoot())
    throw new Error(
      `AppUser ${text} needs a server that runs as root, and this one runs as user ${process.geteuid?.() ?? '?'}; ` +
        'leave the AppUser line out, or start as root without a User line',
    );
  return { uid, gid, name, home, isOwn };
}

/** Why the system could not start it, where it can be told better than by ENOENT. */
export function describeStartError(error: NodeJS.ErrnoException, { file, directory, env }: Launch): string {
  if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'ENOTDIR') {
    const folder = statSync(directory, { throwIfNoEntry: false });
    if (folder === undefined) return `its directory ${directory} does not exist`;
    if (!folder.isDirectory()) return `its directory ${directory} is a file`;
  }
  if (error.code === 'ENOENT')
    return file.includes('/')
      ? `there is no program ${file}`
      : `the program ${file} is in no folder of PATH=${env.PATH ?? ''}`;
  if (error.code === 'EACCES') return `${file} may not be run, or ${directory} may not be entered`;
  return error.message;
}
