// Statements as APR's SQL layer writes them: `%s` and its kin are parameters, `%%` is a percent sign. A driver's own
// marks take their place; what a request brings is only ever bound to them, never part of the text.

/** A statement as a driver sends it. */
export interface Statement {
  readonly sql: string;
  /** The type words of the parameters (`s`, `d`, `hd`, `pDt` …), in order. */
  readonly parameters: readonly string[];
}

const MARK = /%(?:%|(p[A-Z]?[a-z]|hh?[du]|ll?[duf]|[A-Za-z]))/g;

/** Puts `markOf(position, type)` where the parameters stand; positions count from 1. */
export function readStatement(text: string, markOf: (position: number, type: string) => string): Statement {
  const parameters: string[] = [];
  const sql = text.replace(MARK, (_mark, type: string | undefined) =>
    type === undefined ? '%' : markOf(parameters.push(type), type),
  );
  return { sql, parameters };
}

/** The values of a statement that is asked for one key: what it has beyond the first parameter is NULL, as in Apache. */
export function bindKey<Key>({ parameters }: Statement, key: Key): (Key | null)[] {
  return parameters.map((_type, at) => (at === 0 ? key : null));
}
