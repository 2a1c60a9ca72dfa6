// The real machine behind SiteIo: its files, clock, users and logs.

import { lookup } from 'node:dns/promises';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import type { FileFacts } from '../conf/io.ts';
import type { LogSink, SiteIo } from '../request/io.ts';
import { isSyslog } from '../request/log.ts';
import type { BodyContent } from '../wire/body.ts';
import { Accounts } from './accounts.ts';
import { openFileBody, readWholeFile } from './file-body.ts';
import { FactsCache, factsOf } from './file-facts.ts';
import { HotFiles } from './hot-files.ts';
import { FileLog, type Log, type ReportLogTrouble, StandardLog } from './log-file.ts';
import { PipedLog, parseLogCommand } from './log-program.ts';
import { findSyslogCommand } from './syslog.ts';

const LINK_OPTIONS = { bigint: true, throwIfNoEntry: false } as const;
const NON_ASCII = /[^\x01-\x7f]/;

/** Names of the streams that the process has already: a socket cannot be opened by name, nor anything after setuid. */
const STANDARD_OUTPUT: ReadonlySet<string> = new Set(['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']);
const STANDARD_ERROR: ReadonlySet<string> = new Set([
  'stderr',
  '/dev/stderr',
  '/dev/fd/2',
  '/proc/self/fd/2',
]);

/** File names are bytes; only plain ones may go to the system as JavaScript strings. */
function systemPath(path: string): string | Buffer {
  return NON_ASCII.test(path) ? Buffer.from(path, 'latin1') : path;
}

/** The real machine: its files, clock, users and logs. */
export class Machine implements SiteIo {
  readonly pid: number = process.pid;
  /** Users and groups, from /etc/passwd and /etc/group. */
  readonly accounts: Accounts = new Accounts();
  /** ServerRoot: where the programs of piped logs run. */
  serverRoot = '/';
  readonly #logs: Map<string, Log> = new Map();
  readonly #facts: FactsCache = new FactsCache();
  readonly #hot: HotFiles = new HotFiles();
  readonly #report: ReportLogTrouble;

  /** `report` is told of logs that cannot be written. */
  constructor(report: ReportLogTrouble) {
    this.#report = report;
  }

  now(): number {
    return Date.now();
  }

  read(path: string): string {
    return readFileSync(systemPath(path), 'latin1');
  }

  stat(path: string, link: boolean = false): FileFacts | undefined {
    if (path.includes('\0')) return undefined;
    const name = systemPath(path);
    try {
      if (!link) return this.#facts.stat(path, name);
      const stats = lstatSync(name, LINK_OPTIONS);
      return stats === undefined ? undefined : factsOf(stats);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
      throw error;
    }
  }

  list(path: string): readonly string[] {
    return readdirSync(systemPath(path), 'latin1');
  }

  env(name: string): string | undefined {
    const value = process.env[name];
    return value === undefined ? undefined : Buffer.from(value, 'utf8').toString('latin1');
  }

  /** From /etc/hosts alone: reading a configuration asks no network. */
  lookup(host: string): readonly string[] {
    const wanted = host.toLowerCase();
    let text: string;
    try {
      text = readFileSync('/etc/hosts', 'latin1');
    } catch {
      return [];
    }
    const rows = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
    return rows
      .filter(([, ...names]) => names.some((name) => name.toLowerCase() === wanted))
      .map(([address = '']) => address);
  }

  async resolve(host: string): Promise<readonly string[]> {
    const found = await lookup(host, { all: true, verbatim: true });
    return found.map(({ address }) => address);
  }

  openLog(target: string): LogSink {
    let log = this.#logs.get(target);
    if (log === undefined) {
      log = this.#newLog(target);
      this.#logs.set(target, log);
      if (log.problem !== undefined) this.#report(`a log cannot be opened: ${log.problem}`);
    }
    return log;
  }

  /** Opens all of them or, where one cannot be opened, none that is not open yet; answers the system's reasons. */
  openLogs(targets: readonly string[]): readonly string[] {
    const added = new Map<string, Log>();
    for (const target of new Set(targets))
      if (!this.#logs.has(target)) added.set(target, this.#newLog(target));
    const problems = [...added.values()].map((log) => log.problem).filter((problem) => problem !== undefined);
    for (const [target, log] of added) {
      if (problems.length === 0) this.#logs.set(target, log);
      else void log.close();
    }
    return problems;
  }

  #newLog(target: string): Log {
    const report: ReportLogTrouble = (text) => this.#report(`${target}: ${text}`);
    if (STANDARD_ERROR.has(target)) return new StandardLog(2, () => undefined);
    if (STANDARD_OUTPUT.has(target)) return new StandardLog(1, report);
    if (target.startsWith('|')) return new PipedLog(parseLogCommand(target, this.serverRoot), report);
    if (isSyslog(target)) return new PipedLog(findSyslogCommand(target, this.pid), report);
    return new FileLog(systemPath(target), report);
  }

  /** After rotation: files are opened again under their names. */
  reopenLogs(): void {
    for (const log of this.#logs.values()) log.reopen();
  }

  /** Writes what is gathered at once; for the last moment of the process. */
  flushLogs(): void {
    for (const log of this.#logs.values()) log.flushNow();
  }

  /** Writes what is gathered, and closes all logs. */
  async closeLogs(): Promise<void> {
    const logs = [...this.#logs.values()];
    this.#logs.clear();
    await Promise.all(logs.map((log) => log.close()));
  }

  openFile(path: string, start: number, length: number, facts: FileFacts): BodyContent {
    const hot = this.#hot.open(path, start, length, facts);
    if (hot !== undefined) return hot;
    const name = systemPath(path);
    if (!this.#hot.wants(path, facts, this.now())) return openFileBody(name, start, length);
    // It was sent a moment ago: the system has it in memory.
    const bytes = readWholeFile(name, facts.size);
    if (bytes === undefined) return openFileBody(name, start, length);
    this.#hot.keep(path, facts, bytes);
    return this.#hot.open(path, start, length, facts) ?? openFileBody(name, start, length);
  }

  userHome(name: string): string | undefined {
    return this.accounts.user(name)?.home;
  }

  userName(uid: number): string | undefined {
    return this.accounts.userById(uid)?.name;
  }

  groupName(gid: number): string | undefined {
    return this.accounts.groupById(gid)?.name;
  }
}
