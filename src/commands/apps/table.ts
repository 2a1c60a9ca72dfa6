// The table of `portico apps`: a row for each application, one more for each process where there are several.

import type { AppEndpoint, AppInstanceReport, AppReport } from '../../request/apps.ts';
import type { FoundServer } from './servers.ts';

const HEADINGS = [
  'NAME',
  'STATE',
  'PID',
  'UPTIME',
  'REQUESTS',
  'BUSY',
  'WAITING',
  'RESTARTS',
  'MEMORY',
  'ADDRESS',
];

/** Columns of numbers stand to the right. */
const TO_THE_RIGHT: ReadonlySet<number> = new Set([2, 3, 4, 5, 6, 7, 8]);

/** `now` in milliseconds since 1970. */
export function drawServers(servers: readonly FoundServer[], now: number): string {
  return servers
    .map((found) => {
      const { configuration, pid, urls } = found.server;
      return `${configuration} (pid ${pid}, ${urls.join(', ')})\n${drawApps(found.apps, now)}`;
    })
    .join('\n');
}

function drawApps(apps: readonly AppReport[], now: number): string {
  const rows = apps.flatMap((app) => rowsOf(app, now));
  const notes = apps.flatMap(noteOf);
  return [...drawTable([HEADINGS, ...rows]), ...notes].map((line) => `${line}\n`).join('');
}

function rowsOf(app: AppReport, now: number): string[][] {
  const { name, state, requests, busy, waiting, restarts, isHeldDown } = app;
  const live = app.instances.filter((instance) => instance.state !== 'gone');
  const [only] = live;
  const shown = state === 'stopped' && isHeldDown ? 'stopped (by command)' : state;
  const counts = [String(requests), String(busy), String(waiting), String(restarts)];
  if (live.length < 2) {
    const own = only === undefined ? ['-', '-'] : [pidOf(only), uptimeOf(only, now)];
    return [[name, shown, ...own, ...counts, memoryOf(only?.memory), addressOf(only?.endpoint)]];
  }
  const memory = live.reduce((sum, instance) => sum + (instance.memory ?? 0), 0);
  const first = [name, shown, '-', '-', ...counts, memoryOf(memory === 0 ? undefined : memory), '-'];
  return [first, ...live.map((instance) => instanceRow(instance, now))];
}

function instanceRow(instance: AppInstanceReport, now: number): string[] {
  const { id, state, requests, busy, memory, endpoint } = instance;
  return [
    `  #${id}`,
    state,
    pidOf(instance),
    uptimeOf(instance, now),
    String(requests),
    String(busy),
    '-',
    '-',
    memoryOf(memory),
    addressOf(endpoint),
  ];
}

/** Why an application is not as it should be. */
function noteOf({ name, state, failure }: AppReport): string[] {
  return failure === undefined || state === 'ready' ? [] : [`${name}: ${plain(failure.why)}`];
}

/** What an application prints may hold anything. */
function plain(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ');
}

function pidOf({ pid }: AppInstanceReport): string {
  return pid === undefined ? '-' : String(pid);
}

function uptimeOf({ startedAt }: AppInstanceReport, now: number): string {
  const seconds = Math.max(0, Math.floor((now - startedAt) / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, '0')}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${String(minutes % 60).padStart(2, '0')}m`;
  return `${Math.floor(hours / 24)}d${String(hours % 24).padStart(2, '0')}h`;
}

function memoryOf(bytes: number | undefined): string {
  if (bytes === undefined) return '-';
  const mega = bytes / 2 ** 20;
  return mega < 1024 ? `${mega.toFixed(1)}M` : `${(mega / 1024).toFixed(2)}G`;
}

function addressOf(endpoint: AppEndpoint | undefined): string {
  if (endpoint === undefined) return '-';
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  return endpoint.host.includes(':')
    ? `[${endpoint.host}]:${endpoint.port}`
    : `${endpoint.host}:${endpoint.port}`;
}

function drawTable(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (TO_THE_RIGHT.has(at) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}
