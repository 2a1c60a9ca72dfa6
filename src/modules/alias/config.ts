// What alias and redirect directives configure, and how sections are merged.

import type { Expr } from '../../kit/expr/index.ts';
import type { Place } from '../../kit/place.ts';
import type { Regex } from '../../kit/regex/index.ts';

/** A URL path or pattern and the file name it stands for. */
export interface AliasEntry {
  readonly prefix?: string;
  readonly regex?: Regex;
  /** Absolute; with `$N` under a pattern. */
  readonly target: string;
  /** `cgi-script` for ScriptAlias. */
  readonly handler?: string;
  readonly place: Place;
}

export interface RedirectEntry {
  readonly prefix?: string;
  readonly regex?: Regex;
  readonly status: number;
  /** Absent for statuses that redirect nowhere. */
  readonly target?: string;
  readonly place: Place;
}

/** `Redirect TARGET` in a section: everything in it goes there. */
export interface SectionRedirect {
  readonly status: number;
  readonly target?: Expr;
  readonly place: Place;
}

/** `Alias PATH` in a <Location>. */
export interface SectionAlias {
  readonly prefix: string;
  readonly isRegex: boolean;
  readonly target: Expr;
  readonly handler?: string;
  readonly place: Place;
  /** Makes the evaluated target absolute. */
  resolve(path: string): string;
}

export interface AliasServer {
  /** In file order. */
  readonly aliases: AliasEntry[];
  readonly redirects: RedirectEntry[];
}

export interface AliasDir {
  readonly redirects: RedirectEntry[];
  redirect?: SectionRedirect;
  alias?: SectionAlias;
  preservePath?: boolean;
  relative?: boolean;
}

/** A virtual host's own entries come before the main server's. */
export function mergeServer(base: AliasServer, add: AliasServer): AliasServer {
  return { aliases: [...add.aliases, ...base.aliases], redirects: [...add.redirects, ...base.redirects] };
}

/** An inner section's entries come first; its section-wide redirect or alias replaces the outer one. */
export function mergeDir(base: AliasDir, add: AliasDir): AliasDir {
  return { ...base, ...add, redirects: [...add.redirects, ...base.redirects] };
}
