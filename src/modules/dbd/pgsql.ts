// DBDriver pgsql: PostgreSQL through the pg package, which is loaded when a configuration asks for it.
// A pool keeps connections; each statement is prepared on each of them when it is first asked.

import type { Pool, QueryArrayResult } from 'pg';
import { readConninfo } from './conninfo.ts';
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
import { bindKey, readStatement, type Statement } from './statement.ts';

/** How long a statement may take, milliseconds: a request waits for it. */
const ANSWER_TIMEOUT = 10_000;

/** The types that APR's driver gives its parameters, by their words; anything else is text. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['hhd', 'smallint'],
  ['hhu', 'smallint'],
  ['hd', 'smallint'],
  ['hu', 'smallint'],
  ['d', 'integer'],
  ['u', 'integer'],
  ['ld', 'integer'],
  ['lu', 'integer'],
  ['lld', 'bigint'],
  ['llu', 'bigint'],
  ['f', 'real'],
  ['lf', 'double precision'],
  ['s', 'varchar'],
]);

const typeOf = (word: string): string => TYPES.get(word) ?? 'text';

/** Values as PostgreSQL writes them. */
const asText = { getTypeParser: () => (value: string | Buffer) => value };

export const pgsql: DbdDriver = {
  package: 'pg',
  async connect(target) {
    const pool = await openPool(target);
    try {
      await probe(pool);
      await checkStatements(pool, target.statements);
      return new PgsqlConnection(pool, target.statements);
    } catch (error) {
      await pool.end();
      throw error;
    }
  },
};

async function openPool(target: DbdTarget): Promise<Pool> {
  try {
    const { default: pg } = await import('pg');
    const pool = new pg.Pool({
      ...readConninfo(native(target.params)),
      min: target.keep,
      max: target.max,
      idleTimeoutMillis: target.exptime * 1000,
      query_timeout: ANSWER_TIMEOUT,
    });
    // The pool replaces a connection that breaks while it is idle.
    pool.on('error', (error) => target.report(`AH00639: DBD [pgsql] Error: ${reasonOf(error)}`));
    pool.on('connect', (client) => {
      for (const sql of target.initSql)
        client
          .query(native(sql))
          .catch((error: unknown) => target.report(`AH00639: DBD [pgsql] Error: ${reasonOf(error)}`));
    });
    return pool;
  } catch (error) {
    throw notConnected(error);
  }
}

function notConnected(error: unknown): DbdError {
  return new DbdError('AH00629', `Can't connect to pgsql: ${reasonOf(error)}`, error);
}

async function probe(pool: Pool): Promise<void> {
  try {
    (await pool.connect()).release();
  } catch (error) {
    throw notConnected(error);
  }
}

/** Asks the database about each statement, as Apache does before it takes the first request. */
async function checkStatements(pool: Pool, statements: ReadonlyMap<string, string>): Promise<void> {
  const client = await pool.connect();
  try {
    for (const text of statements.values()) {
      const { sql, parameters } = readStatement(native(text), (position) => `$${position}`);
      const types = parameters.length === 0 ? '' : ` (${parameters.map(typeOf).join(', ')})`;
      await client.query(`PREPARE portico_check${types} AS ${sql}`);
      await client.query('DEALLOCATE portico_check');
    }
  } catch (error) {
    throw new DbdError('AH00632', `failed to prepare SQL statements: ${reasonOf(error)}`, error);
  } finally {
    client.release();
  }
}

function native(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

interface NamedStatement extends Statement {
  readonly name: string;
}

class PgsqlConnection implements DbdConnection {
  readonly #pool: Pool;
  readonly #statements: ReadonlyMap<string, NamedStatement>;

  constructor(pool: Pool, statements: ReadonlyMap<string, string>) {
    this.#pool = pool;
    this.#statements = new Map(
      [...statements].map(([label, text], at) => [label, namedStatement(text, `portico_${at}`)]),
    );
  }

  async select(label: string, key: string): Promise<DbdRows> {
    const statement = this.#statements.get(label);
    const text = decodeKey(key);
    if (statement === undefined || text === undefined) return [];
    const { rows } = await this.#query(statement, text);
    // Apache's driver gives NULL as an empty text.
    return rows.map(([first]) => encodeValue(first ?? ''));
  }

  /** Asks a second time where the connection turned out to be gone: the server was restarted, say. */
  async #query(statement: NamedStatement, key: string): Promise<QueryArrayResult<(string | null)[]>> {
    const question = {
      name: statement.name,
      text: statement.sql,
      values: bindKey(statement, key),
      rowMode: 'array',
      types: asText,
    } as const;
    try {
      return await this.#pool.query<(string | null)[]>(question);
    } catch (error) {
      if (!isLost(error)) throw error;
      return this.#pool.query<(string | null)[]>(question);
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/** The casts make the parameters what APR's driver declares them to be. */
function namedStatement(text: string, name: string): NamedStatement {
  return { name, ...readStatement(native(text), (position, type) => `$${position}::${typeOf(type)}`) };
}

/** SQLSTATE classes 08 and 57P, and errors of the socket, which have no SQLSTATE. */
function isLost(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string'
    ? /^(?:08|57P|ECONN|EPIPE)/.test(code)
    : reasonOf(error).startsWith('Connection terminated');
}
