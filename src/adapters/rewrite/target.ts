// What the lines of a text are carried out on.

import type { RuleSetBuilder } from '../../rules/index.ts';
import type { RewriteCode } from './codes.ts';
import type { RewriteOptions } from './options.ts';

/** The rules of one folder, or of the server (no directory), in the order in which their scopes were read. */
export interface ReadScope {
  readonly directory: string | undefined;
  readonly isHtaccess: boolean;
  readonly builder: RuleSetBuilder;
}

/** Where lines go: the scope, and what the scopes inside it begin with (a server's alone). */
export interface Target extends ReadScope {
  readonly defaults: RuleSetBuilder | undefined;
  readonly options: RewriteOptions;
}

/** Something to be said of a line that is right in itself. */
export interface LineNote {
  readonly code: RewriteCode;
  readonly message: string;
  readonly hint: string;
  readonly offset: number;
}
