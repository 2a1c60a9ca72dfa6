// `serve --to`: the configuration of a front door for one application, as text that anybody may print and change.

import { quoteWord } from '../conf/words.ts';

export interface FrontOptions {
  /** URL of the application, with a trailing slash; undefined for one that is started on a free port. */
  readonly to?: string;
  /** The command line that starts the application, one line. */
  readonly app?: string;
  /** Absolute path of files that are served without asking the application. */
  readonly staticDir?: string;
  readonly port: number;
}

/** `8000`, `host:8000`, `:8000`, `unix:/path` or an http URL → the URL of ProxyPass; undefined for anything else. */
export function applicationUrl(text: string): string | undefined {
  if (/^:?[0-9]+$/.test(text)) return portUrl('127.0.0.1', text.replace(':', ''));
  if (/^unix:\/[^|\s"]+$/.test(text)) return `${text}|http://localhost/`;
  const address = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):([0-9]+)$/.exec(text);
  if (address !== null) return portUrl(address[1]!, address[2]!);
  if (!/^https?:\/\/[^\s"?#]+$/.test(text)) return undefined;
  return text.endsWith('/') ? text : `${text}/`;
}

function portUrl(host: string, digits: string): string | undefined {
  const port = Number(digits);
  return port >= 1 && port <= 65535 ? `http://${host}:${port}/` : undefined;
}

/** The port of an application on this machine, which is what PORT tells it. */
export function localPort(url: string): number | undefined {
  const port = /^http:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):([0-9]+)\/$/.exec(url)?.[1];
  return port === undefined ? undefined : Number(port);
}

/** The AppAddress of an application that can be started here; undefined for one that is somewhere else. */
export function startableAddress(url: string): string | undefined {
  const socket = /^unix:([^|]+)\|http:\/\/localhost\/$/.exec(url)?.[1];
  if (socket !== undefined) return `unix:${socket}`;
  return localPort(url) === undefined ? undefined : url.slice(0, -1);
}

/** The whole configuration. */
export function frontConfiguration(front: FrontOptions): string {
  const url = front.app === undefined ? quoteWord(front.to ?? '') : 'app://app/';
  return [
    `Listen ${front.port}`,
    'ServerName localhost',
    '',
    ...(front.app === undefined ? [] : appLines(front.app, front.to)),
    ...(front.staticDir === undefined ? [] : staticLines(quoteWord(front.staticDir))),
    '# Paths reach the application as the client spelled them.',
    'AllowEncodedSlashes NoDecode',
    'ProxyPreserveHost On',
    `ProxyPass "/" ${url} nocanon${front.app === undefined ? ' upgrade=websocket' : ''}`,
    `ProxyPassReverse "/" ${url}`,
    '',
  ].join('\n');
}

function appLines(command: string, to: string | undefined): string[] {
  const address = to === undefined ? 'auto' : (startableAddress(to) ?? 'auto');
  return [
    '# Started with portico and again when it fails; PORT in its environment says where to listen.',
    '<App app>',
    `    AppCommand ${commandWords(command)}`,
    `    AppAddress ${quoteWord(address)}`,
    '    AppStart boot',
    '    AppLog stderr',
    '</App>',
    'LogLevel warn app:notice',
    '',
  ];
}

/** What needs no shell does without one: signals then reach the program itself. */
function commandWords(command: string): string {
  if (/^(?:[\w@%+=:,./ -]|\$PORT\b)+$/.test(command) && !/^\s*\w+=/.test(command))
    return `"${command.trim()}"`;
  return `/bin/sh -c ${quoteWord(command)}`;
}

function staticLines(directory: string): string[] {
  return [
    '# Files that are there are served here, all but those whose names begin with a dot.',
    `DocumentRoot ${directory}`,
    `<Directory ${directory}>`,
    '    Options FollowSymLinks',
    '    AllowOverride None',
    '    Require all granted',
    '</Directory>',
    'RewriteEngine On',
    'RewriteCond "%{REQUEST_METHOD}" "^(GET|HEAD)$"',
    'RewriteCond "%{REQUEST_URI}" "!/\\."',
    'RewriteCond "%{DOCUMENT_ROOT}%{REQUEST_URI}" -f',
    'RewriteRule "^" "-" [E=no-proxy:1]',
    '',
  ];
}
