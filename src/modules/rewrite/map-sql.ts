// `dbd:` and `fastdbd:` maps: a key is bound to a prepared statement, the first column of a row is the value.

import type { Server } from '../../conf/server.ts';
import { type Database, databaseOf, reasonOf } from '../dbd/index.ts';
import type { LiveMap, MapHost } from './live-map.ts';

type Value = string | null;

/** How many answers `fastdbd:` keeps: their keys come from clients. The oldest makes room. */
const MOST_KEPT = 10_000;

export class SqlMap implements LiveMap {
  readonly #label: string;
  readonly #server: Server;
  #database: () => Database | undefined = () => undefined;
  #complain: (text: string) => void = () => {};

  /** `server` is the one whose database has the statement under `label`. */
  constructor(label: string, server: Server) {
    this.#label = label;
    this.#server = server;
  }

  open({ site, complain }: MapHost): void {
    this.#database = () => databaseOf(site, this.#server);
    this.#complain = complain;
  }

  async lookup(key: string): Promise<Value> {
    try {
      const rows = await this.#database()?.select(this.#label, key);
      if (rows !== undefined) return rows[Math.floor(Math.random() * rows.length)] ?? null;
      this.#complain('AH02963: rewritemap: No db handle available! Check your database access');
    } catch (error) {
      this.#complain(`AH00657: rewritemap: error ${reasonOf(error)} querying for ${key}`);
    }
    return null;
  }
}

/** Keeps what another map answered, misses too, for as long as the site lives. */
export class KeptMap implements LiveMap {
  readonly #source: LiveMap;
  readonly #kept: Map<string, string> = new Map();

  constructor(source: LiveMap) {
    this.#source = source;
  }

  open(host: MapHost): void | Promise<void> {
    return this.#source.open(host);
  }

  lookup(key: string): Value | Promise<Value> {
    const kept = this.#kept.get(key);
    // Apache: an empty value is found when it is fresh, and a miss when it was kept.
    return kept === undefined ? this.#ask(key) : kept || null;
  }

  isCached(key: string): boolean {
    return this.#kept.has(key);
  }

  async #ask(key: string): Promise<Value> {
    const value = await this.#source.lookup(key);
    if (this.#kept.size >= MOST_KEPT) {
      const [oldest = ''] = this.#kept.keys();
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, value ?? '');
    return value;
  }
}
