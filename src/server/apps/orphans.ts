// What a server that was killed leaves running: every server keeps a file of the processes it started, and clears the
// files of those that are gone. A number alone proves nothing, since numbers are used again: with it go the time when
// the process began and the run of the system.
//
// The folder is the user's own, and closed to others: what stands in it decides who is killed.

import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, systemCode } from '../start-error.ts';
import { signalGroup } from './process.ts';
import type { ProcessTable } from './process-table.ts';

/** A process, and what tells it from later ones with its number. */
interface KnownProcess {
  readonly pid: number;
  readonly startTime: string;
}

interface KnownGroup extends KnownProcess {
  readonly app: string;
}

/** The text of a file. */
interface OrphanRecord {
  readonly bootId: string;
  readonly server: KnownProcess;
  /** `NAME=value` in the environment of all of them. */
  readonly mark: string;
  readonly groups: readonly KnownGroup[];
}

/** Between SIGTERM and SIGKILL for what an earlier server left. */
const PATIENCE_MS = 5000;
const LOOK_MS = 50;
/** What cleans temporary folders takes files that nobody touches for days. */
const TOUCH_MS = 6 * 3600 * 1000;

export interface OrphansOptions {
  /** What makes it the same server at its next start: nothing that a user of it may change. */
  readonly identity: string;
  readonly mark: string;
  readonly table: ProcessTable;
  log(level: 'notice' | 'warn', text: string): void;
  /** Where the folder is made. Default: what the environment names, or the folder for temporary files. */
  readonly parent?: string;
}

export class Orphans {
  readonly #options: OrphansOptions;
  readonly #prefix: string;
  readonly #groups: Map<number, KnownGroup> = new Map();
  #folder: string | undefined = undefined;
  #file: string | undefined = undefined;
  #touchAt = 0;

  constructor(options: OrphansOptions) {
    this.#options = options;
    this.#prefix = createHash('sha256').update(options.identity).digest('hex').slice(0, 16);
  }

  /** Prepares the folder and ends what earlier servers left; settles when all of it is gone. Never rejects. */
  async clear(): Promise<void> {
    try {
      this.#folder = makeFolder(this.#options.parent);
      const names = readdirSync(this.#folder).filter((name) => name.startsWith(`${this.#prefix}-`));
      await Promise.all(names.map((name) => this.#clearFile(join(this.#folder!, name))));
    } catch (error) {
      this.#options.log(
        'warn',
        `processes that a killed server leaves cannot be found later: ${messageOf(error)}`,
      );
    }
  }

  async #clearFile(path: string): Promise<void> {
    const record = readRecord(path);
    const { table, log } = this.#options;
    if (record !== undefined && record.bootId === table.bootId) {
      if (table.startTimeOf(record.server.pid) === record.server.startTime) return;
      for (const group of record.groups.filter((known) => this.#isStillThat(known, record.mark))) {
        log(
          'notice',
          `app ${group.app}: process ${group.pid} was left by a server that was killed: it is ended`,
        );
        await endGroup(group.pid, table);
      }
    }
    remove(path);
  }

  /**
   * The group's first process is the same; or it is gone, and one that is left was started by that server. A group's
   * number is not given to a new process while anybody is in it.
   */
  #isStillThat({ pid, startTime }: KnownGroup, mark: string): boolean {
    const found = this.#options.table.startTimeOf(pid);
    if (found !== undefined) return found === startTime;
    return signalGroup(pid, 0) && this.#options.table.hasMark(pid, mark);
  }

  /** A process was started: written down before anything else happens. */
  add(app: string, pid: number): void {
    const startTime = this.#options.table.startTimeOf(pid);
    if (startTime === undefined) return;
    this.#groups.set(pid, { app, pid, startTime });
    this.#write();
  }

  /** Its whole group is gone. */
  delete(pid: number): void {
    if (this.#groups.delete(pid)) this.#write();
  }

  /** Called now and then: keeps the file young. */
  touch(): void {
    if (this.#file === undefined || performance.now() < this.#touchAt) return;
    this.#touchAt = performance.now() + TOUCH_MS;
    try {
      utimesSync(this.#file, new Date(), new Date());
    } catch {
      this.#write();
    }
  }

  #write(): void {
    if (this.#folder === undefined) return;
    const { table, mark } = this.#options;
    const server = { pid: process.pid, startTime: table.startTimeOf(process.pid) ?? '' };
    this.#file ??= join(this.#folder, `${this.#prefix}-${process.pid}-${Date.now()}.json`);
    if (this.#groups.size === 0) {
      remove(this.#file);
      return;
    }
    const record: OrphanRecord = { bootId: table.bootId, server, mark, groups: [...this.#groups.values()] };
    try {
      const fresh = `${this.#file}.new`;
      writeFileSync(fresh, JSON.stringify(record), { mode: 0o600 });
      renameSync(fresh, this.#file);
      this.#touchAt = performance.now() + TOUCH_MS;
    } catch (error) {
      this.#options.log('warn', `${this.#file} cannot be written: ${messageOf(error)}`);
    }
  }
}

async function endGroup(group: number, table: ProcessTable): Promise<void> {
  signalGroup(group, 'SIGTERM');
  const killAt = performance.now() + PATIENCE_MS;
  const giveUpAt = killAt + PATIENCE_MS;
  while (signalGroup(group, 0) && table.membersOf(group).length > 0 && performance.now() < giveUpAt) {
    if (performance.now() >= killAt) signalGroup(group, 'SIGKILL');
    await sleep(LOOK_MS, undefined, { ref: false });
  }
}

/** The first folder that is, or can be made, this user's own. Throws where there is none. */
function makeFolder(parent: string | undefined): string {
  const problems: string[] = [];
  for (const place of placesOf(parent)) {
    const problem = ownFolder(place);
    if (problem === undefined) return place;
    problems.push(`${place} ${problem}`);
  }
  throw new Error(problems.join('; '));
}

function placesOf(parent: string | undefined): readonly string[] {
  if (parent !== undefined) return [join(parent, 'portico-apps')];
  const runtime = process.env.XDG_RUNTIME_DIR;
  const common = join(tmpdir(), `portico-apps-${process.geteuid?.() ?? 0}`);
  return runtime?.startsWith('/') ? [join(runtime, 'portico-apps'), common] : [common];
}

/** Has a server of this user ever kept anything there? */
export function hasOrphansFolder(parent?: string): boolean {
  return placesOf(parent).some((place) => existsSync(place));
}

function ownFolder(path: string): string | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') return `cannot be made: ${messageOf(error)}`;
  }
  const facts = lstatSync(path);
  if (!facts.isDirectory()) return 'is no directory';
  if (facts.uid !== process.geteuid?.()) return 'belongs to somebody else';
  return (facts.mode & 0o077) === 0 ? undefined : 'is open to others: chmod 700 it';
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was removed already.
  }
}

function readRecord(path: string): OrphanRecord | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRecord(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is OrphanRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { bootId, server, mark, groups } = value as Partial<OrphanRecord>;
  return (
    typeof bootId === 'string' &&
    typeof mark === 'string' &&
    isKnown(server) &&
    Array.isArray(groups) &&
    groups.every((group: unknown) => isKnown(group) && 'app' in group && typeof group.app === 'string')
  );
}

/** 1 is the system's own: its group is never asked to end. */
function isKnown(value: unknown): value is KnownProcess {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTime } = value as Partial<KnownProcess>;
  return Number.isSafeInteger(pid) && pid! > 1 && typeof startTime === 'string' && startTime !== '';
}
