// The database of a server: connected when the site opens, again when that failed, for every question with
// DBDPersist Off. What goes wrong is told in Apache's sentences.

import type { DbdServer } from './config.ts';
import type { DbdConnection, DbdDriver, DbdRows } from './driver.ts';
import { DbdError, reasonOf } from './driver.ts';

/** How the trouble of a database gets into the log. */
export type DbdLog = (level: 'error' | 'crit', text: string) => void;

/** mod_dbd's defaults. */
const KEEP = 2;
const MAX = 10;
const EXPTIME = 300;

export class Database {
  readonly #config: DbdServer;
  readonly #driver: DbdDriver;
  readonly #log: DbdLog;
  #connection: DbdConnection | undefined = undefined;
  #connecting: Promise<DbdConnection | undefined> | undefined = undefined;
  #closed = false;

  constructor(config: DbdServer, driver: DbdDriver, log: DbdLog) {
    this.#config = config;
    this.#driver = driver;
    this.#log = log;
  }

  /** Connects. A site serves without its database, too: what asks for it is answered with undefined. */
  async start(): Promise<void> {
    if (this.#config.persist === false) return;
    const connection = await this.#acquire();
    if (connection === undefined) this.#log('crit', 'AH00636: child init failed!');
  }

  /** The rows for a key; undefined when there is no connection, with the reason in the log. Throws the database's error. */
  select(label: string, key: string): DbdRows | undefined | Promise<DbdRows | undefined> {
    return this.#connection === undefined
      ? this.#selectLater(label, key)
      : this.#connection.select(label, key);
  }

  async #selectLater(label: string, key: string): Promise<DbdRows | undefined> {
    if (this.#config.persist !== false) return (await this.#acquire())?.select(label, key);
    const connection = await this.#connect();
    try {
      return await connection?.select(label, key);
    } finally {
      await connection?.close();
    }
  }

  /** The connection that is kept. Requests that come meanwhile wait for the same attempt. */
  #acquire(): Promise<DbdConnection | undefined> {
    this.#connecting ??= this.#connect().then((connection) => {
      this.#connecting = undefined;
      if (connection === undefined) this.#log('error', 'AH00633: failed to initialise');
      else if (this.#closed) connection.close();
      else this.#connection = connection;
      return this.#connection;
    });
    return this.#connecting;
  }

  async #connect(): Promise<DbdConnection | undefined> {
    const { params = '', initSql, statements, keep = KEEP, max = MAX, exptime = EXPTIME } = this.#config;
    try {
      return await this.#driver.connect({
        params,
        initSql,
        statements: new Map([...statements].filter(([, sql]) => sql !== '')),
        keep: Math.min(Math.max(keep, this.#config.min ?? 0), max),
        max: Math.max(max, 1),
        exptime,
        report: (text) => this.#log('error', text),
      });
    } catch (error) {
      const code = error instanceof DbdError ? `${error.code}: ` : '';
      this.#log('error', code + reasonOf(error));
      return undefined;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connecting;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}
