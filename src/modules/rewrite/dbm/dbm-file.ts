// What every reader of DBM files gives.

/** An open file; keys and values are bytes. Null is "no such key". */
export interface DbmFile {
  lookup(key: string): string | null;
}
