// What a database driver gives: connections with their statements prepared.

/** A failure with Apache's number: `AH00629` could not connect, `AH00632` could not prepare. */
export class DbdError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** What a driver is told when it connects. */
export interface DbdTarget {
  readonly params: string;
  readonly initSql: readonly string[];
  /** SQL with Apache's marks, by label. */
  readonly statements: ReadonlyMap<string, string>;
  readonly keep: number;
  readonly max: number;
  /** Seconds. */
  readonly exptime: number;
  /** Told of what happens to connections while nobody asks for anything. */
  report(text: string): void;
}

export interface DbdConnection {
  /** The first column of each row, as byte strings. Throws the database's error. */
  select(label: string, key: string): DbdRows | Promise<DbdRows>;
  close(): void | Promise<void>;
}

/** Null is SQL's NULL, where the driver of Apache tells it from an empty text. */
export type DbdRows = readonly (string | null)[];

export interface DbdDriver {
  /** The npm package that does the work. */
  readonly package: string;
  /** Connects and prepares. Rejects with a DbdError. */
  connect(target: DbdTarget): Promise<DbdConnection>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A key from a URL as text; undefined when its bytes are no UTF-8, which no text column holds. */
export function decodeKey(bytes: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Text of a database as bytes. */
export function encodeValue(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** What an error of a database says, on one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
