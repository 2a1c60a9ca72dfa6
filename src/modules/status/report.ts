// The page for programs (`?auto`): Apache's keys, one a line, as monitoring reads them.

import { type Figures, writeNumber, writeTime, writeUptime } from './figures.ts';

type Line = readonly [string, string | number];

export function writeReport(figures: Figures): string {
  const lines: Line[] = [
    ...identity(figures),
    ...(figures.isExtended ? sums(figures) : []),
    ...workers(figures),
  ];
  const text = lines.map(([key, value]) => `${key}: ${value}\n`).join('');
  // Apache: the value brings its own blank.
  return `${figures.name}\n${text.replace('ServerUptime:  ', 'ServerUptime: ')}`;
}

function identity(figures: Figures): Line[] {
  const { software, platform, now, startedAt, generation, uptimeSeconds, load } = figures;
  return [
    ['ServerVersion', software],
    ['ServerMPM', 'portico'],
    ['Server Built', platform],
    ['CurrentTime', writeTime(now)],
    ['RestartTime', writeTime(startedAt)],
    ['ParentServerConfigGeneration', generation + 1],
    ['ParentServerMPMGeneration', generation],
    ['ServerUptimeSeconds', uptimeSeconds],
    ['ServerUptime', writeUptime(uptimeSeconds)],
    ['Load1', (load[0] ?? 0).toFixed(2)],
    ['Load5', (load[1] ?? 0).toFixed(2)],
    ['Load15', (load[2] ?? 0).toFixed(2)],
  ];
}

function sums({ sums: { accesses, bytes, duration }, cpu, uptimeSeconds }: Figures): Line[] {
  const used = cpu.user + cpu.system + cpu.childrenUser + cpu.childrenSystem;
  const lines: Line[] = [
    ['Total Accesses', accesses],
    ['Total kBytes', Math.floor(bytes / 1024)],
    ['Total Duration', duration],
    ['CPUUser', writeNumber(cpu.user)],
    ['CPUSystem', writeNumber(cpu.system)],
    ['CPUChildrenUser', writeNumber(cpu.childrenUser)],
    ['CPUChildrenSystem', writeNumber(cpu.childrenSystem)],
  ];
  if (used > 0 && uptimeSeconds > 0) lines.push(['CPULoad', writeNumber((used / uptimeSeconds) * 100)]);
  lines.push(['Uptime', uptimeSeconds]);
  if (uptimeSeconds > 0) {
    lines.push(['ReqPerSec', writeNumber(accesses / uptimeSeconds)]);
    lines.push(['BytesPerSec', writeNumber(bytes / uptimeSeconds)]);
  }
  if (accesses > 0) {
    lines.push(['BytesPerReq', writeNumber(bytes / accesses)]);
    lines.push(['DurationPerReq', writeNumber(duration / accesses)]);
  }
  return lines;
}

function workers({ busy, idle, isStopping, connections, counts, scoreboard }: Figures): Line[] {
  return [
    ['BusyWorkers', busy],
    ['GracefulWorkers', 0],
    ['IdleWorkers', idle],
    ['Processes', 1],
    ['Stopping', isStopping ? 1 : 0],
    ['ConnsTotal', connections.length],
    ['ConnsAsyncWaitIO', counts.waiting],
    ['ConnsAsyncWriting', 0],
    ['ConnsAsyncKeepAlive', counts.keepalive],
    ['ConnsAsyncClosing', counts.closing],
    ['Scoreboard', scoreboard],
  ];
}
