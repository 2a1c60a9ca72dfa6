// The figures of the status page, taken from the running server at one moment.

import { cpus, loadavg } from 'node:os';
import type { Activity, ConnectionActivity, RequestSums } from '../../request/activity.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { serverName } from '../../request/self-url.ts';
import { serverSoftware } from '../../request/software.ts';

/** Seconds of processor time, of this process and of children that have ended. */
export interface CpuTimes {
  readonly user: number;
  readonly system: number;
  readonly childrenUser: number;
  readonly childrenSystem: number;
}

export interface Figures {
  readonly name: string;
  readonly localAddress: string;
  readonly software: string;
  /** The platform that takes the place of Apache's MPM. */
  readonly platform: string;
  readonly now: Date;
  readonly startedAt: Date;
  readonly generation: number;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly load: readonly number[];
  readonly isExtended: boolean;
  readonly sums: RequestSums;
  readonly cpu: CpuTimes;
  readonly busy: number;
  readonly idle: number;
  readonly isStopping: boolean;
  readonly connections: readonly ConnectionActivity[];
  /** How many of them are busy with what. */
  readonly counts: Readonly<Record<Activity, number>>;
  /** A letter for each request under way, `_` for each that there is room for. */
  readonly scoreboard: string;
}

/**
 * Apache shows as many slots as MaxRequestWorkers, by default 400. portico has room for as many requests as the process
 * may have descriptors: those that would make the picture useless are left out.
 */
const MOST_SLOTS = 400;

const LETTERS: Readonly<Record<Activity, string>> = {
  waiting: '',
  reading: 'R',
  writing: 'W',
  keepalive: '',
  closing: '',
};

/** Clock ticks per second in /proc: the same on every Linux. */
const TICKS = 100;

/** Times of children that were waited for, which Node does not tell. */
function childTimes(x: Exchange): readonly [number, number] {
  try {
    const text = x.site.io.read('/proc/self/stat');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return [Number(fields[13]) / TICKS || 0, Number(fields[14]) / TICKS || 0];
  } catch {
    return [0, 0];
  }
}

function cpuTimes(x: Exchange): CpuTimes {
  const { user, system } = process.cpuUsage();
  const [childrenUser, childrenSystem] = childTimes(x);
  return { user: user / 1e6, system: system / 1e6, childrenUser, childrenSystem };
}

const NO_SUMS: RequestSums = { accesses: 0, bytes: 0, duration: 0 };

export function collectFigures(x: Exchange, isExtended: boolean): Figures {
  const { activity, io } = x.site;
  const now = io.now();
  const startedAt = activity?.startedAt ?? now;
  const connections = [...(activity?.connections() ?? [])];
  const counts = countBy(connections);
  const busy = counts.reading + counts.writing;
  const most = Math.min(
    activity?.most ?? 1,
    Math.max(MOST_SLOTS, coreServer(x.site.main).maxRequestWorkers ?? 0),
  );
  const idle = Math.max(0, most - busy);
  return {
    name: serverName(x),
    localAddress: x.transport.localAddress,
    software: serverSoftware(x.site),
    platform: `Node.js ${process.versions.node} on ${cpus().length} processors`,
    now: new Date(now),
    startedAt: new Date(startedAt),
    generation: activity?.reloads ?? 0,
    pid: io.pid,
    uptimeSeconds: Math.floor((now - startedAt) / 1000),
    load: loadavg(),
    isExtended,
    sums: activity?.sums ?? NO_SUMS,
    cpu: cpuTimes(x),
    busy,
    idle,
    isStopping: activity?.isStopping ?? false,
    connections,
    counts,
    scoreboard: connections.map((each) => LETTERS[each.activity]).join('') + '_'.repeat(idle),
  };
}

function countBy(connections: readonly ConnectionActivity[]): Record<Activity, number> {
  const counts = { waiting: 0, reading: 0, writing: 0, keepalive: 0, closing: 0 };
  for (const { activity } of connections) counts[activity] += 1;
  return counts;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(n: number): string {
  return String(n).padStart(2, '0');
}

/** `Sunday, 29-Nov-2026 01:55:00 UTC`, local time. */
export function writeTime(t: Date): string {
  const zone =
    /\(?([A-Za-z0-9+:-]+)\)?$/.exec(t.toLocaleTimeString('en-US', { timeZoneName: 'short' }))?.[1] ?? '';
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return `${DAYS[t.getDay()]}, ${two(t.getDate())}-${MONTHS[t.getMonth()]}-${t.getFullYear()} ${clock} ${zone}`;
}

/** ` 1 day 2 hours 1 second`: what is not nothing, a blank before each. */
export function writeUptime(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'day'],
    [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'],
    [seconds % 60, 'second'],
  ];
  return parts.map(([n, unit]) => (n === 0 ? '' : ` ${n} ${unit}${n === 1 ? '' : 's'}`)).join('');
}

/** C's `%g` with `digits` significant digits. */
export function writeNumber(value: number, digits = 6): string {
  if (!Number.isFinite(value) || value === 0) return '0';
  const exponent = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits)))));
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = '', power = '0'] = value.toExponential(digits - 1).split('e');
    const n = Number(power);
    return `${withoutZeros(mantissa)}e${n < 0 ? '-' : '+'}${two(Math.abs(n))}`;
  }
  return withoutZeros(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
