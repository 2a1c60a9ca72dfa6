// The page for people. Everything that came from a client is escaped twice: control bytes as in logs, markup as in HTML.

import type { Activity, ConnectionActivity, RequestActivity } from '../../request/activity.ts';
import { coreServer } from '../../request/core-config.ts';
import { escapeHtml, signature } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import { escapeLog } from '../../request/log.ts';
import { type Figures, writeNumber, writeTime, writeUptime } from './figures.ts';

const KB = 1024;
const MB = KB * KB;
const GB = MB * KB;

function formatBytes(bytes: number): string {
  if (bytes < 5 * KB) return `${Math.floor(bytes)} B`;
  if (bytes < MB / 2) return `${(bytes / KB).toFixed(1)} kB`;
  if (bytes < GB / 2) return `${(bytes / MB).toFixed(1)} MB`;
  return `${(bytes / GB).toFixed(1)} GB`;
}

function formatTraffic(bytes: number): string {
  const kilo = Math.floor(bytes / KB);
  if (kilo < KB) return `${kilo} kB`;
  return kilo < MB ? `${(kilo / KB).toFixed(1)} MB` : `${(kilo / MB).toFixed(1)} GB`;
}

/** What the page is to be like. */
export interface PageOptions {
  /** Paragraphs in the place of the table. */
  readonly noTable: boolean;
  /** HTML of other modules. */
  readonly more: string;
}

export function drawPage(x: Exchange, figures: Figures, { noTable, more }: PageOptions): string {
  const details = figures.isExtended ? drawDetails(x, figures, noTable) : WITHOUT_DETAILS;
  return (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
    '<html><head>\n<title>Apache Status</title>\n</head><body>\n' +
    `${drawHead(figures)}${drawConnections(figures)}${drawScoreboard(figures)}${details}${more}` +
    `${signature(x)}</body></html>\n`
  );
}

const WITHOUT_DETAILS =
  '<hr />To obtain a full report with current status information you need to use the <code>ExtendedStatus On</code> directive.\n';

function drawHead(figures: Figures): string {
  const { busy, idle, load, startedAt, now, generation } = figures;
  const [one = 0, five = 0, fifteen = 0] = load;
  const items = [
    `Current Time: ${writeTime(now)}`,
    `Restart Time: ${writeTime(startedAt)}`,
    `Parent Server Config. Generation: ${generation + 1}`,
    `Parent Server MPM Generation: ${generation}`,
    `Server uptime: ${writeUptime(figures.uptimeSeconds)}`,
    `Server load: ${one.toFixed(2)} ${five.toFixed(2)} ${fifteen.toFixed(2)}`,
    ...(figures.isExtended ? drawSums(figures) : []),
    `${busy} requests currently being processed, 0 workers gracefully restarting, ${idle} idle workers`,
  ];
  return (
    `<h1>Apache Server Status for ${escapeHtml(figures.name)} (via ${figures.localAddress})</h1>\n\n` +
    `<dl><dt>Server Version: ${figures.software}</dt>\n<dt>Server MPM: portico</dt>\n` +
    `<dt>Server Built: ${escapeHtml(figures.platform)}\n</dt></dl><hr /><dl>\n` +
    `${items.map((item) => `<dt>${item}</dt>\n`).join('')}</dl>`
  );
}

function drawSums({ sums, cpu, uptimeSeconds }: Figures): string[] {
  const { accesses, bytes, duration } = sums;
  const used = cpu.user + cpu.system + cpu.childrenUser + cpu.childrenSystem;
  const load =
    used > 0 && uptimeSeconds > 0 ? ` - ${writeNumber((used / uptimeSeconds) * 100, 3)}% CPU load` : '';
  const rates: string[] = [];
  if (uptimeSeconds > 0) {
    rates.push(`${writeNumber(accesses / uptimeSeconds, 3)} requests/sec`);
    rates.push(`${formatBytes(bytes / uptimeSeconds)}/second`);
  }
  if (accesses > 0) {
    rates.push(`${formatBytes(bytes / accesses)}/request`);
    rates.push(`${writeNumber(duration / accesses)} ms/request`);
  }
  const [user, system] = [writeNumber(cpu.user), writeNumber(cpu.system)];
  const [childUser, childSystem] = [writeNumber(cpu.childrenUser), writeNumber(cpu.childrenSystem)];
  return [
    `Total accesses: ${accesses} - Total Traffic: ${formatTraffic(bytes)} - Total Duration: ${duration}`,
    `CPU Usage: u${user} s${system} cu${childUser} cs${childSystem}${load}`,
    rates.join(' - '),
  ];
}

function drawConnections({ busy, idle, pid, isStopping, connections, counts }: Figures): string {
  const async = `<td>${counts.waiting}</td><td>0</td><td>${counts.keepalive}</td><td>${counts.closing}</td>`;
  const threads = `<td>${busy}</td><td>0</td><td>${idle}</td>`;
  return (
    '\n\n<table rules="all" cellpadding="1%">\n' +
    '<tr><th rowspan="2">Slot</th><th rowspan="2">PID</th><th rowspan="2">Stopping</th>' +
    '<th colspan="2">Connections</th>\n<th colspan="3">Threads</th><th colspan="4">Async connections</th></tr>\n' +
    '<tr><th>total</th><th>accepting</th><th>busy</th><th>graceful</th><th>idle</th>' +
    '<th>wait-io</th><th>writing</th><th>keep-alive</th><th>closing</th></tr>\n' +
    `<tr><td>0</td><td>${pid}</td><td>${isStopping ? 'yes' : 'no'}</td>` +
    `<td>${connections.length}</td><td>${isStopping ? 'no' : 'yes'}</td>${threads}${async}</tr>\n` +
    `<tr><td>Sum</td><td>1</td><td>${isStopping ? 1 : 0}</td>` +
    `<td>${connections.length}</td><td>&nbsp;</td>${threads}${async}</tr>\n</table>\n`
  );
}

const LINE = 64;

function drawScoreboard({ scoreboard }: Figures): string {
  const lines = scoreboard.replace(new RegExp(`.{${LINE}}`, 'g'), '$&\n');
  const key = (letter: string, meaning: string): string => `"<b><code>${letter}</code></b>" ${meaning}`;
  return (
    `<pre>${lines}</pre>\n<p>Scoreboard Key:<br />\n` +
    `${key('_', 'Waiting for Connection')}, \n${key('R', 'Reading Request')},<br />\n` +
    `${key('W', 'Sending Reply')}, \n${key('K', 'Keepalive (read)')}, \n${key('C', 'Closing connection')}<br />\n</p>\n`
  );
}

/** Connections that are listed: a page of all of ten thousand would help nobody. */
const MOST_ROWS = 1000;

const MODES: Readonly<Record<Activity, readonly [string, string]>> = {
  waiting: ['_', 'Ready'],
  reading: ['<b>R</b>', '<b>Read</b>'],
  writing: ['<b>W</b>', '<b>Write</b>'],
  keepalive: ['<b>K</b>', '<b>Keepalive</b>'],
  closing: ['<b>C</b>', '<b>Closing</b>'],
};

function drawDetails(x: Exchange, figures: Figures, noTable: boolean): string {
  const listed = figures.connections.filter(({ request, served }) => request !== undefined || served > 0);
  const rows = listed.slice(0, MOST_ROWS).map((connection, slot) => rowOf(x, figures, connection, slot));
  if (noTable) return `<hr /><h2>Server Details</h2>\n\n${rows.map(drawParagraph).join('')}`;
  return `${TABLE_HEAD}${rows.map(drawRow).join('')}${TABLE_END}`;
}

interface Row {
  readonly slot: string;
  readonly pid: number;
  readonly accesses: string;
  readonly activity: Activity;
  readonly cpu: number;
  readonly seconds: number;
  readonly millis: number;
  readonly duration: number;
  readonly connectionBytes: number;
  readonly allBytes: number;
  /** Escaped. */
  readonly client: string;
  readonly protocol: string;
  readonly vhost: string;
  readonly request: string;
}

function rowOf(x: Exchange, figures: Figures, connection: ConnectionActivity, slot: number): Row {
  const { request, served, activity, bytes, remoteAddress } = connection;
  const { sums, cpu, now } = figures;
  const millis = request === undefined ? 0 : Math.max(0, now.getTime() - request.startedAt);
  return {
    slot: `${slot}-${figures.generation}`,
    pid: figures.pid,
    accesses: `${served}/${sums.accesses}/${sums.accesses}`,
    activity,
    cpu: cpu.user + cpu.system + cpu.childrenUser + cpu.childrenSystem,
    seconds: Math.floor(millis / 1000),
    millis,
    duration: sums.duration,
    connectionBytes: bytes,
    allBytes: sums.bytes,
    client: escapeHtml(request?.clientAddress ?? remoteAddress),
    protocol: request === undefined ? '' : protocolOf(request),
    vhost: request === undefined ? '' : escapeHtml(vhostName(x, request)),
    request: request === undefined ? '' : escapeHtml(escapeLog(cutRequest(x, request.requestLine))),
  };
}

function protocolOf({ protocol }: RequestActivity): string {
  return `http/${Math.floor(protocol / 1000)}.${protocol % 1000}`;
}

function vhostName(x: Exchange, { server, localPort }: RequestActivity): string {
  const { serverName, serverPort } = coreServer(server);
  return `${serverName ?? coreServer(x.site.main).serverName ?? ''}:${serverPort || localPort}`;
}

/** Apache has room for 63 bytes of a request line; which ones, SeeRequestTail says. */
const SHOWN_REQUEST = 63;

function cutRequest(x: Exchange, line: string): string {
  return coreServer(x.site.main).seeRequestTail === true
    ? line.slice(-SHOWN_REQUEST)
    : line.slice(0, SHOWN_REQUEST);
}

function drawParagraph(row: Row): string {
  const traffic = [row.connectionBytes, row.allBytes, row.allBytes].map(formatBytes).join('|');
  return (
    `<b>Server ${row.slot}</b> (${row.pid}): ${row.accesses.replaceAll('/', '|')} [${MODES[row.activity][1]}] ` +
    `u${writeNumber(row.cpu)}\n ${row.seconds} ${row.millis} ${row.duration}(${traffic})\n` +
    ` <i>${row.client} {${row.request}}</i> <i>(${row.protocol})</i> <b>[${row.vhost}]</b><br />\n\n`
  );
}

function drawRow(row: Row): string {
  const all = (row.allBytes / MB).toFixed(2);
  return (
    `<tr><td><b>${row.slot}</b></td><td>${row.pid}</td><td>${row.accesses}</td><td>${MODES[row.activity][0]}\n</td>` +
    `<td>${row.cpu.toFixed(2)}</td><td>${row.seconds}</td><td>${row.millis}</td><td>${row.duration}</td>` +
    `<td>${(row.connectionBytes / KB).toFixed(1)}</td><td>${all}</td><td>${all}\n</td>` +
    `<td>${row.client}</td><td>${row.protocol}</td><td nowrap>${row.vhost}</td><td nowrap>${row.request}</td></tr>\n\n`
  );
}

const COLUMNS: readonly (readonly [string, string])[] = [
  ['Srv', 'Child Server number - generation'],
  ['PID', 'OS process ID'],
  ['Acc', 'Number of accesses this connection / this child / this slot'],
  ['M', 'Mode of operation'],
  ['CPU', 'CPU usage, number of seconds'],
  ['SS', 'Seconds since beginning of most recent request'],
  ['Req', 'Milliseconds required to process most recent request'],
  ['Dur', 'Sum of milliseconds required to process all requests'],
  ['Conn', 'Kilobytes transferred this connection'],
  ['Child', 'Megabytes transferred this child'],
  ['Slot', 'Total megabytes transferred this slot'],
];

const HEADS: readonly string[] = [...COLUMNS.map(([head]) => head), 'Client', 'Protocol', 'VHost', 'Request'];

const TABLE_HEAD = `\n\n<table border="0"><tr>${HEADS.map((head) => `<th>${head}</th>`).join('')}</tr>\n\n`;

const TABLE_END = `</table>\n <hr /> <table>\n${COLUMNS.map(
  ([head, meaning]) => ` <tr><th>${head}</th><td>${meaning}</td></tr>\n`,
).join('')}</table>\n`;
