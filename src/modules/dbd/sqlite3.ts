// DBDriver sqlite3: SQLite in this process, through the same interface as Node's own node:sqlite.
// Questions are answered at once; a database that somebody else has locked is asked again a little later.

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DbdConnection,
  type DbdDriver,
  DbdError,
  type DbdRows,
  type DbdTarget,
  decodeKey,
  encodeValue,
  reasonOf,
} from './driver.ts';
import { bindKey, readStatement } from './statement.ts';

const PACKAGE = '@photostructure/sqlite';

/** As often, and with such pauses, as APR asks a locked database. */
const TRIES = 15;
const PAUSE_MS = 100;

const BUSY = 5;
const LOCKED = 6;

/** Asks with a key as it came, a byte string. */
type Select = (key: string) => DbdRows;

type SqliteKey = string | Uint8Array;

/** What is used of a database. */
interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): {
    setReturnArrays(on: boolean): void;
    setReadBigInts(on: boolean): void;
    all(...values: (SqliteKey | null)[]): unknown[];
  };
  close(): void;
}

export const sqlite3: DbdDriver = {
  package: PACKAGE,
  async connect(target) {
    const database = await openFile(target.params);
    try {
      for (const sql of target.initSql) await initialise(database, sql, target);
      return new SqliteConnection(database, await prepareAll(database, target));
    } catch (error) {
      database.close();
      throw new DbdError('AH00632', `failed to prepare SQL statements: ${reasonOf(error)}`, error);
    }
  },
};

/** Opens a file that is there: one by mistake would be empty and hide the mistake. */
async function openFile(params: string): Promise<Sqlite> {
  const path = Buffer.from(params, 'latin1').toString('utf8');
  try {
    const { DatabaseSync } = await import('@photostructure/sqlite');
    if (path !== ':memory:' && !existsSync(path)) throw new Error('unable to open database file');
    return new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw new DbdError('AH00629', `Can't connect to sqlite3: ${reasonOf(error)}`, error);
  }
}

/** As in Apache, SQL for new connections that fails does not keep them from being used. */
async function initialise(database: Sqlite, sql: string, target: DbdTarget): Promise<void> {
  try {
    await patiently(() => database.exec(encodedSql(sql)));
  } catch (error) {
    target.report(`AH00639: DBD [sqlite3] Error: ${reasonOf(error)}`);
  }
}

async function prepareAll(database: Sqlite, { statements }: DbdTarget): Promise<Map<string, Select>> {
  const prepared = new Map<string, Select>();
  for (const [label, text] of statements) prepared.set(label, await patiently(() => prepare(database, text)));
  return prepared;
}

function prepare(database: Sqlite, text: string): Select {
  const asText = prepareMarked(database, text, '?');
  let asBytes: ((key: SqliteKey) => DbdRows) | undefined;
  return (key) => {
    const decoded = decodeKey(key);
    if (decoded !== undefined) return asText(decoded);
    // Bytes that are no UTF-8 cannot be bound as a JavaScript string.
    asBytes ??= prepareMarked(database, text, 'CAST(? AS TEXT)');
    return asBytes(Buffer.from(key, 'latin1'));
  };
}

function prepareMarked(database: Sqlite, text: string, mark: string): (key: SqliteKey) => DbdRows {
  const statement = readStatement(encodedSql(text), () => mark);
  const prepared = database.prepare(statement.sql);
  prepared.setReturnArrays(true);
  prepared.setReadBigInts(true);
  return (key) => prepared.all(...bindKey(statement, key)).map((row) => columnText((row as unknown[])[0]));
}

function encodedSql(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

class SqliteConnection implements DbdConnection {
  readonly #database: Sqlite;
  readonly #statements: ReadonlyMap<string, Select>;

  constructor(database: Sqlite, statements: ReadonlyMap<string, Select>) {
    this.#database = database;
    this.#statements = statements;
  }

  select(label: string, key: string): DbdRows | Promise<DbdRows> {
    const select = this.#statements.get(label);
    if (select === undefined) return [];
    try {
      return select(key);
    } catch (error) {
      if (!isBusy(error)) throw error;
      return patiently(() => select(key));
    }
  }

  close(): void {
    this.#database.close();
  }
}

async function patiently<T>(act: () => T): Promise<T> {
  for (let left = TRIES; ; left--) {
    try {
      return act();
    } catch (error) {
      if (!isBusy(error) || left === 0) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number'
    ? (errcode & 0xff) === BUSY || (errcode & 0xff) === LOCKED
    : /\b(?:is|are) locked\b/.test(error.message);
}

/** A value as SQLite's own conversion to text writes it. */
function columnText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return encodeValue(value);
    case 'bigint':
      return String(value);
    case 'number':
      return realText(value);
    default:
      return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : null;
  }
}

/** A REAL with up to 15 digits, and always with a point: `1.0`, `1.0e+20`. */
function realText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  const [mantissa = '0', power = '0'] = value.toExponential(14).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 15) return shortened(value.toFixed(14 - exponent));
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${shortened(mantissa)}e${exponent < 0 ? '-' : '+'}${size}`;
}

function shortened(decimal: string): string {
  const short = decimal.includes('.') ? decimal.replace(/0+$/, '') : `${decimal}.`;
  return short.endsWith('.') ? `${short}0` : short;
}
