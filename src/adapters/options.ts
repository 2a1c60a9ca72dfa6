// What the middleware of every framework is told, and what is refused before a request can come.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/** How a program sets up the rules that run inside it. At least one of `root`, `configuration` and `configurationFile` is there. */
export interface MiddlewareOptions {
  /**
   * The folder that stands for the place where the middleware is mounted (DocumentRoot): its files are served and its
   * .htaccess files obeyed, each as it stands when a request comes. Relative to the working directory.
   */
  readonly root?: string;
  /** Lines as in httpd.conf, behind those that `root` stands for. Text; what is not ASCII is taken as UTF-8. */
  readonly configuration?: string;
  /** A file of such lines. It and the files it includes are read again when they change. */
  readonly configurationFile?: string;
  /**
   * Whether files that exist are served: those of `root`, DocumentRoot and Alias lines. True unless said otherwise. With
   * false the rules still see the files (`-f`, `-d`), and the program serves them.
   */
  readonly files?: boolean;
  /** What the .htaccess files below `root` may do: `all` or Apache's words, such as `FileInfo Indexes`; `None` leaves them unread. */
  readonly allowOverride?: string;
  /**
   * What becomes of a request that no rule and no file answers: it goes on to the next handler (true, the default), or
   * is answered as Apache answers it, mostly with 404 (false).
   */
  readonly fallthrough?: boolean;
  /** Takes the lines of the error log, without their ends. Default: standard error. */
  readonly log?: (line: string) => void;
}

/** The options with every default in its place. */
export interface Settings {
  /** Absolute. */
  readonly root: string | undefined;
  readonly configuration: string | undefined;
  /** Absolute. */
  readonly configurationFile: string | undefined;
  readonly files: boolean | undefined;
  readonly allowOverride: string;
  readonly fallthrough: boolean;
  readonly log: (line: string) => void;
}

const OVERRIDE_WORDS = /^[A-Za-z][\w=,.]*(?: [A-Za-z][\w=,.]*)*$/;

/** Checks options as a program without types may have written them. Throws a TypeError that says what to write. */
export function readOptions(options: MiddlewareOptions): Settings {
  const {
    root,
    configuration,
    configurationFile,
    files,
    allowOverride = 'All',
    fallthrough = true,
  } = options;
  const { log = (line) => process.stderr.write(`${line}\n`) } = options;
  if (root === undefined && configuration === undefined && configurationFile === undefined)
    throw new TypeError(
      "nothing to do: give root (a folder with a .htaccess), configuration (text) or configurationFile, as in { root: 'public' }",
    );
  if (root !== undefined) requireFolder(root);
  if (!OVERRIDE_WORDS.test(allowOverride))
    throw new TypeError(
      `allowOverride is ${JSON.stringify(allowOverride)}: write 'All', 'None' or 'FileInfo Indexes'`,
    );
  return {
    root: root === undefined ? undefined : resolve(root),
    configuration,
    configurationFile: configurationFile === undefined ? undefined : resolve(configurationFile),
    files,
    allowOverride,
    fallthrough,
    log,
  };
}

function requireFolder(root: string): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new TypeError(
    `root is ${JSON.stringify(root)}, which is not a folder (looked for at ${resolve(root)})`,
  );
}
