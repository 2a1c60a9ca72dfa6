// What a caller says besides the rules: where their text stands, what the server is called, what may be asked.

import type { Soon } from '../../kit/wait.ts';
import type { RewriteFiles } from './files.ts';

/** Where rules stand, which decides what their patterns are held against. */
export type RewriteContext = 'htaccess' | 'directory' | 'server';

/** One text of rules and where it stands. */
export interface RewriteScope {
  /** The rules, as they stand in the file. */
  readonly text: string;
  /**
   * `htaccess` (default): a .htaccess file of `directory`. `directory`: the inside of its `<Directory>` section.
   * `server`: the lines of a server or virtual host, `<Directory>` sections included.
   */
  readonly context?: RewriteContext | undefined;
  /** The folder, absolute; default: `documentRoot`. A server has none. */
  readonly directory?: string | undefined;
  /** What messages call the text; default: `.htaccess` with its folder where several texts are given, `httpd.conf`. */
  readonly file?: string | undefined;
}

/** A function that is asked for a key: a value, or null for none. A promise needs `evaluateAsync`. */
export type RewriteMapFunction = (key: string) => Soon<string | null | undefined>;

/** What a RewriteMap holds: entries, or a function. */
export type RewriteMapSource =
  | RewriteMapFunction
  | ReadonlyMap<string, string>
  | Readonly<Record<string, string>>;

/** The server as its rules see it. */
export interface RewriteServer {
  /** ServerName; what redirects name where a request has no valid Host. Default: `localhost`. */
  readonly name?: string | undefined;
  /** The port of ServerName; default: that of the request's scheme. */
  readonly port?: number | undefined;
  /** ServerAlias, names in full: URLs that name them are this server's own. */
  readonly aliases?: readonly string[] | undefined;
  /** ServerAdmin. */
  readonly admin?: string | undefined;
  /** %{SERVER_ADDR}; default: `127.0.0.1`. */
  readonly address?: string | undefined;
  /** %{SERVER_SOFTWARE}; default: `Apache`. */
  readonly software?: string | undefined;
}

/** The surroundings that rules run in. Everything has a default. */
export interface RewriteOptions {
  /** DocumentRoot; default: `/var/www/html`. */
  readonly documentRoot?: string | undefined;
  /** What -f, -d and their kind ask. Without it no file is there; the folders of .htaccess texts are. */
  readonly files?: RewriteFiles | undefined;
  /** By the name of its RewriteMap line; those without a line are there as well, for .htaccess texts. */
  readonly maps?: Readonly<Record<string, RewriteMapSource>> | undefined;
  /** What the server is called. */
  readonly server?: RewriteServer | undefined;
  /** What `<IfModule>` finds, `mod_` and `.c` left out; default: the modules of a usual Apache. */
  readonly modules?: readonly string[] | undefined;
  /** What `<IfDefine>` finds and `${NAME}` stands for; an empty value defines a name alone. */
  readonly defines?: Readonly<Record<string, string>> | undefined;
  /** Is there a mod_proxy? Without it a rule with [P] answers 403. Default: true. */
  readonly proxy?: boolean | undefined;
  /** AllowEncodedSlashes; default: `off`, a path with %2F is answered 404. */
  readonly encodedSlashes?: 'off' | 'on' | 'nodecode' | undefined;
  /** MergeSlashes; default: true. */
  readonly mergeSlashes?: boolean | undefined;
  /** LimitInternalRecursion; default: 10. */
  readonly maxRounds?: number | undefined;
  /** Directives that are no part of the rewrite engine are errors, not warnings. Default: false. */
  readonly strict?: boolean | undefined;
  /** `md5()` and `sha1()` of expressions: lower-case hexadecimal digits. Without it such an expression is an error. */
  readonly digest?: ((algorithm: 'md5' | 'sha1', bytes: Uint8Array) => string) | undefined;
}

/** For a single text: where it stands, and its surroundings. */
export type CompileOptions = RewriteOptions & Omit<RewriteScope, 'text'>;
