// What an expression asks of whoever runs it. All strings are byte strings; an answer may be a promise.

/** A value that is there, or will be. */
export type Answer<T> = T | Promise<T>;

/** What a look at a file tells. */
export interface ExprFile {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  readonly size: number;
  /** Any of the three execute bits. */
  readonly executable: boolean;
}

/** One request and its surroundings, as expressions see them. */
export interface ExprHost {
  /** A variable of `EXPR_VARIABLES`, or of a health check, by its name in upper case; '' when it has no value. */
  variable(name: string): Answer<string>;
  /** A request header; undefined when absent. */
  header(name: string): Answer<string | undefined>;
  /** Told of each request header the answer depends on, absent ones too: it belongs in Vary. */
  headerRead(name: string): void;
  responseHeader(name: string): Answer<string | undefined>;
  env(name: string): Answer<string | undefined>;
  osEnv(name: string): Answer<string | undefined>;
  /** A variable of the document that the expression stands in. */
  documentVariable?(name: string): string | undefined;
  note(name: string): Answer<string | undefined>;
  ssl(name: string): Answer<string | undefined>;
  stat(path: string, followLinks: boolean): Answer<ExprFile | null>;
  /** A file's whole content for `file()`; null when it cannot be read. */
  readFile(path: string): Answer<string | null>;
  /** `-F` and `-U`: a subrequest for the path would be allowed. */
  isAccessible(by: 'file' | 'uri', path: string): Answer<boolean>;
  /** `-ipmatch` and `-R`: the address lies in `range` (`10.0.0.0/8`); without an address the client's. */
  ipMatch(address: string | undefined, range: string): Answer<boolean>;
  /** The hexadecimal digest of the bytes. */
  digest(algorithm: 'md5' | 'sha1', text: string): string;
  /** The values of a list function such as `PeerExtList`. */
  list(name: string, argument: string): Answer<readonly string[]>;
}
