// The part of a module that reading a configuration needs: names, directives, how its configuration is made and merged.

import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Container, Directive } from './directive.ts';
import type { Server, Servers } from './server.ts';
import type { ConfNode } from './tree.ts';

/**
 * A module as the configuration knows it: what it is called, and what its directives set. S is its configuration of a
 * server, D its configuration of a directory.
 */
export interface ConfModule<S = unknown, D = unknown> {
  /** As in the manual, without `mod_`: `rewrite` is `rewrite_module` and `mod_rewrite.c`. */
  readonly name: string;
  /** Further names it answers to in LoadModule and IfModule (`http_core.c`, `cgid`). */
  readonly aliases?: readonly string[];
  /** Compiled in: on even when LoadModule lines leave it out. */
  readonly builtIn?: boolean;
  /** On only where LoadModule names it, as every request pays for it. */
  readonly onlyByName?: boolean;
  /** Where its values stand in Server.config and DirConfig.values. */
  readonly slot: number;
  /** The lines and sections that it understands. */
  readonly directives: readonly (Directive<S, D> | Container<S, D>)[];
  /** How its configuration of a server is made and inherited; absent: it has none. */
  readonly serverConfig?: {
    create(server: Server): S;
    /** `base` is the main server's, `add` the virtual host's. Answers a new value. */
    merge(base: S, add: S): S;
  };
  /** How its configuration of a directory is made and merged; absent: it has none. */
  readonly dirConfig?: {
    /** `path` is the section's (see Section.path), undefined for a server's defaults. */
    create(path: string | undefined): D;
    /** `base` is the outer or earlier section's. Answers a new value. */
    merge(base: D, add: D): D;
  };
  /** Filters of answers that it has, by name. */
  readonly outputFilters?: readonly { readonly name: string; readonly type: number }[];
  /** Looks at the whole configuration once it is read and merged, and reports what cannot work; `tree`: as it is written. */
  check?(servers: Servers, report: (finding: Diagnostic) => void, tree: readonly ConfNode[]): void;
}
