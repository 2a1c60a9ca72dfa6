// What a directive sees while it sets configuration: where it stands, whose configuration it changes, what it may ask.

import type { Place } from '../kit/place.ts';
import type { Context } from './context.ts';
import type { ConfIo } from './io.ts';
import type { DirConfig } from './section.ts';
import type { Server } from './server.ts';

/** The section a directive stands in, innermost first for `cmd.section`. */
export interface Section {
  /** `server` is the top level or a <VirtualHost>; `other` is a module's own container such as <Proxy>. */
  readonly kind: 'server' | 'directory' | 'location' | 'files' | 'if' | 'htaccess' | 'other';
  readonly context: Context;
  /**
   * The section's argument: a directory with a trailing `/` for <Directory> and .htaccess, else as written; an <If> has
   * the path of what is around it, or `*If`. Undefined for servers.
   */
  readonly path?: string;
  /** True when the path is a regular expression (DirectoryMatch, `<Location ~>` …). */
  readonly isRegex?: boolean;
  /** What directives in this section change. */
  readonly dir: DirConfig;
  readonly parent?: Section;
}

/** One directive being set. S and D are the server and directory configuration of the directive's module. */
export interface Command<S = unknown, D = unknown> {
  /** The directive's name as written. */
  readonly name: string;
  readonly place: Place;
  readonly section: Section;
  /** The server (main or virtual host) that is being configured. */
  readonly server: Server;
  /** The module's configuration of `server`. */
  readonly config: S;
  /** The module's configuration of the innermost section (outside sections: the server's default). Made on first use. */
  readonly dir: D;
  readonly io: ConfIo;
  /** In .htaccess under `AllowOverride Options=a,b`: the only options that may be set, in lower case. */
  readonly allowedOptions?: readonly string[] | undefined;
  /** Loaded modules by identifier (`rewrite_module`) or file (`mod_rewrite.c`). */
  hasModule(name: string): boolean;
  /** The type of a loaded module's output filter; undefined when there is none of that name. */
  outputFilterType(name: string): number | undefined;
  /** An absolute path without a trailing slash; relative ones stand under ServerRoot. */
  resolve(path: string): string;
  warn(
    message: string,
    more?: { readonly code?: string; readonly why?: string; readonly hint?: string },
  ): void;
}
