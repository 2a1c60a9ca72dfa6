// `-M`, `-l`, `-D DUMP_INCLUDES`, `-D DUMP_RUN_CFG` and `-V`: what httpd tells of itself, in the shape that tools read.

import { statSync } from 'node:fs';
import { resolvePath } from '../../conf/path.ts';
import type { Site } from '../../conf/site.ts';
import { coreServer } from '../../request/core-config.ts';
import { PORTICO_VERSION } from '../../request/software.ts';
import { Accounts } from '../../server/accounts.ts';
import { DEFAULT_ERROR_LOG, DEFAULT_PID_FILE, findLayout } from './layout.ts';

/** What portico stands in for; tools ask for this name and number. */
const APACHE_VERSION = 'Apache/2.4.71';
const MODULE_MAGIC_NUMBER = '20120211:142';

/** `Server version`, `Server built`. */
export function showVersion(): string {
  return `Server version: ${APACHE_VERSION} (portico ${PORTICO_VERSION})\nServer built:   ${buildTime()}\n`;
}

function buildTime(): string {
  const built = statSync(process.argv[1] ?? '', { throwIfNoEntry: false })?.mtime;
  return (built ?? new Date(0)).toISOString().replace(/\.\d+Z$/, '');
}

export function showSettings(): string {
  const { serverRoot, confFile } = findLayout();
  return [
    showVersion().trimEnd(),
    `Server's Module Magic Number: ${MODULE_MAGIC_NUMBER}`,
    `Server loaded:  Node.js ${process.version}`,
    `Architecture:   ${/64|s390x/.test(process.arch) ? 64 : 32}-bit`,
    'Server MPM:     event',
    '  threaded:     no',
    '    forked:     no',
    'Server compiled with....',
    ' -D APR_HAVE_IPV6 (IPv4-mapped addresses enabled)',
    ` -D HTTPD_ROOT="${serverRoot}"`,
    ` -D DEFAULT_PIDLOG="${DEFAULT_PID_FILE}"`,
    ` -D DEFAULT_ERRORLOG="${DEFAULT_ERROR_LOG}"`,
    ' -D AP_TYPES_CONFIG_FILE="mime.types"',
    ` -D SERVER_CONFIG_FILE="${confFile}"`,
    '',
  ].join('\n');
}

/** `-M` */
export function dumpModules(site: Site): string {
  const lines = [
    ...site.loaded.statics().map(({ identifier }) => ` ${identifier} (static)`),
    ...site.loaded.shared().map((identifier) => ` ${identifier} (shared)`),
  ];
  return `${['Loaded Modules:', ...lines].join('\n')}\n`;
}

/** `-l`: what needs no LoadModule line whatever the configuration says. */
export function showCompiledIn(files: readonly string[]): string {
  return `${['Compiled in modules:', ...files.map((file) => `  ${file}`)].join('\n')}\n`;
}

export function dumpIncludes(site: Site): string {
  const lines = site.files.map(
    ({ path, depth, line }) => `${'  '.repeat(depth + 1)}(${line ?? '*'}) ${path}`,
  );
  return `${['Included configuration files:', ...lines].join('\n')}\n`;
}

export function dumpRunSettings(site: Site): string {
  const core = coreServer(site.main);
  const errorLog = core.errorLog ?? DEFAULT_ERROR_LOG;
  const shownLog = /^(\||syslog(:|$))/.test(errorLog) ? errorLog : resolvePath(site.serverRoot, errorLog);
  return `${[
    `ServerRoot: "${site.serverRoot}"`,
    `Main DocumentRoot: "${core.documentRoot ?? resolvePath(site.serverRoot, findLayout().documentRoot)}"`,
    `Main ErrorLog: "${shownLog}"`,
    `PidFile: "${resolvePath(site.serverRoot, core.pidFile ?? DEFAULT_PID_FILE)}"`,
    ...[...site.defines].map(([name, value]) => `Define: ${name}${value === undefined ? '' : `=${value}`}`),
    ...identityLines(core),
  ].join('\n')}\n`;
}

function identityLines({ user, group }: { user?: string; group?: string }): string[] {
  const accounts = new Accounts();
  const unused = process.geteuid?.() === 0 ? '' : ' not_used';
  const uid = user === undefined ? undefined : idOf(user, (name) => accounts.user(name)?.uid);
  const gid = group === undefined ? undefined : idOf(group, (name) => accounts.group(name)?.gid);
  return [
    ...(user === undefined ? [] : [`User: name="${user}" id=${uid}${unused}`]),
    ...(group === undefined ? [] : [`Group: name="${group}" id=${gid}${unused}`]),
  ];
}

function idOf(text: string, find: (name: string) => number | undefined): string {
  return text.startsWith('#') ? text.slice(1) : String(find(text) ?? '?');
}
