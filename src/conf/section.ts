// Sections that apply to a part of the site, as data: what they match and what they set.

import type { Place } from '../kit/place.ts';
import type { Need } from '../kit/regex/index.ts';

/**
 * The per-directory configuration of all modules: one value per module slot, plus the sections nested inside.
 * A slot stays empty until one of its module's directives is used, as in Apache: an empty slot does not merge.
 * Filled while a configuration is read, never changed afterwards.
 */
export class DirConfig {
  readonly values: unknown[] = [];
  readonly files: FilesSection[] = [];
  readonly ifs: IfSection[] = [];
}

interface SectionBase {
  readonly place: Place;
  readonly dir: DirConfig;
}

/** Named groups of a section's regular expression become MATCH_NAME in the request's environment. */
export interface RegexMatcher {
  exec(subject: string): { readonly groups: readonly (string | undefined)[] } | null;
  readonly groupNames: ReadonlyMap<string, number>;
  /** What every subject that matches has in it (kit/regex). */
  readonly needs: readonly Need[];
}

/** `<Directory path>` (exact or glob, compared level by level) or, with `regex`, `<DirectoryMatch>`. */
export interface DirectorySection extends SectionBase {
  /** Absolute, without a trailing slash except for `/`. */
  readonly path: string;
  /** Number of path components; 0 for `/`. */
  readonly depth: number;
  readonly glob?: (path: string) => boolean;
  readonly regex?: RegexMatcher;
}

/** `<Location>` (prefix by whole segments, or glob) or, with `regex`, `<LocationMatch>`. */
export interface LocationSection extends SectionBase {
  readonly path: string;
  readonly glob?: (path: string) => boolean;
  readonly regex?: RegexMatcher;
}

/** `<Files>` (name or glob) or, with `regex`, `<FilesMatch>`. */
export interface FilesSection extends SectionBase {
  readonly name: string;
  readonly glob?: (name: string) => boolean;
  readonly regex?: RegexMatcher;
}

/**
 * `<If>`, `<ElseIf>` or `<Else>`. Those after an `<If>` continue its chain up to the next `<If>` or the array's end;
 * at most one of a chain applies.
 */
export interface IfSection extends SectionBase {
  readonly kind: 'if' | 'elseif' | 'else';
  /** The condition as compiled by kit/expr; absent for `<Else>`. */
  readonly condition?: unknown;
  readonly text: string;
}
