// What the directives of mod_dbd say about one server's database.

/** Apache's settings; unset ones are undefined, readers apply the defaults. */
export interface DbdServer {
  driver?: string;
  params?: string;
  persist?: boolean;
  min?: number;
  keep?: number;
  max?: number;
  /** Seconds. */
  exptime?: number;
  /** SQL for every new connection, in order. */
  initSql: readonly string[];
  /** SQL with Apache's `%s` marks, by label; '' takes an inherited statement back. */
  readonly statements: Map<string, string>;
}

export function createDbdServer(): DbdServer {
  return { initSql: [], statements: new Map() };
}

/** A virtual host's settings over the main server's. */
export function mergeDbdServers(base: DbdServer, add: DbdServer): DbdServer {
  return {
    ...base,
    ...add,
    initSql: [...add.initSql, ...base.initSql],
    statements: new Map([...base.statements, ...add.statements]),
  };
}
