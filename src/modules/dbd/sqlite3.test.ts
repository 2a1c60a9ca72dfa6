import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DbdConnection, DbdTarget } from './driver.ts';
import { sqlite3 } from './sqlite3.ts';

let folder: string;
let file: string;
let connection: DbdConnection | undefined;
let reports: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-sqlite-'));
  file = join(folder, 'site.db');
  reports = [];
  change("CREATE TABLE r(k, v); INSERT INTO r VALUES ('a', 'A1'), ('two', 'x'), ('two', 'y')");
});

afterEach(() => {
  connection?.close();
  connection = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function change(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

async function connect(sql: string, more: Partial<DbdTarget> = {}): Promise<DbdConnection> {
  connection = await sqlite3.connect({
    params: file,
    initSql: [],
    statements: new Map([['m', sql]]),
    keep: 1,
    max: 1,
    exptime: 1,
    report: (text) => reports.push(text),
    ...more,
  });
  return connection;
}

const BY_KEY = 'SELECT v FROM r WHERE k = %s';

describe('DBDriver sqlite3', () => {
  it('answers with the first column of every row', async () => {
    const { select } = bound(await connect(BY_KEY));
    expect(select('m', 'a')).toEqual(['A1']);
    expect(select('m', 'two')).toEqual(['x', 'y']);
    expect(select('m', 'missing')).toEqual([]);
    expect(select('other', 'a')).toEqual([]);
  });

  it('sees what others change', async () => {
    const { select } = bound(await connect(BY_KEY));
    change("UPDATE r SET v = 'A2' WHERE k = 'a'");
    expect(select('m', 'a')).toEqual(['A2']);
  });

  it('waits for who has locked the file', async () => {
    const { select } = bound(await connect(BY_KEY));
    const other = new DatabaseSync(file);
    other.exec("BEGIN EXCLUSIVE; UPDATE r SET v = 'A2' WHERE k = 'a'");
    const answer = select('m', 'a');
    expect(answer).toBeInstanceOf(Promise);
    other.exec('COMMIT');
    other.close();
    expect(await answer).toEqual(['A2']);
  });

  it('binds whatever the key is', async () => {
    const { select } = bound(await connect("SELECT %s || '!'"));
    for (const key of ["' OR '1'='1", '%s', '?', '"; DROP TABLE r', '\xc3\xa9', ''])
      expect(select('m', key)).toEqual([`${key}!`]);
  });

  it('binds bytes that are no UTF-8', async () => {
    const { select } = bound(await connect("SELECT 'found' WHERE CAST(%s AS BLOB) = x'e9'"));
    expect([select('m', '\xe9'), select('m', '\xc3\xa9')]).toEqual([['found'], []]);
  });

  it('does not make a file that is not there', async () => {
    await expect(connect(BY_KEY, { params: join(folder, 'missing.db') })).rejects.toMatchObject({
      code: 'AH00629',
      message: "Can't connect to sqlite3: unable to open database file",
    });
  });

  it('does not connect when a statement cannot be prepared', async () => {
    await expect(connect('SELECT v FROM nowhere')).rejects.toMatchObject({
      code: 'AH00632',
      message: 'failed to prepare SQL statements: no such table: nowhere',
    });
  });

  it('runs SQL for new connections first, and goes on when that fails', async () => {
    const initSql = ['nonsense', "CREATE TEMP TABLE t AS SELECT 'here' v"];
    const { select } = bound(await connect('SELECT v FROM t', { initSql }));
    expect(select('m', '')).toEqual(['here']);
    expect(reports.join()).toContain('AH00639: DBD [sqlite3] Error: near "nonsense": syntax error');
  });

  // As Apache 2.4.71 with SQLite 3.40 writes them.
  it.each([
    ['5', '5'],
    ['9223372036854775807', '9223372036854775807'],
    ['1.0', '1.0'],
    ['1e20', '1.0e+20'],
    ['0.00001234', '1.234e-05'],
    ['1.0/3', '0.333333333333333'],
    ['-1234.5', '-1234.5'],
    ['123456789012345.0', '123456789012345.0'],
    ["x'4142'", 'AB'],
    ["''", ''],
  ])('gives %s as text', async (sql, text) => {
    expect(bound(await connect(`SELECT ${sql}`)).select('m', '')).toEqual([text]);
  });

  it('gives NULL as no value', async () => {
    expect(bound(await connect('SELECT NULL')).select('m', '')).toEqual([null]);
  });
});

function bound(made: DbdConnection): { select: DbdConnection['select'] } {
  return { select: (label, key) => made.select(label, key) };
}
