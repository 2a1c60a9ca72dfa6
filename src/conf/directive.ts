// What a directive declares: name, argument shape, where it may stand, help, and how it sets configuration.
// From these entries alone come parsing, arity errors, "not allowed here", did-you-mean and the reference pages.
// Owns the shape; the modules own the entries.

import type { Command } from './command.ts';
import type { Context, Override } from './context.ts';

/**
 * Apache's argument shapes. `raw` hands over the rest of the line untouched; `iterate` calls `set` once per word,
 * `iterate2` once per word after the first; optional words of `take12`, `take13`, `take23`, `take123` arrive as
 * undefined; `flag` hands over 'on' or 'off'.
 */
export type ArgShape =
  | 'none'
  | 'flag'
  | 'take1'
  | 'take2'
  | 'take3'
  | 'take12'
  | 'take13'
  | 'take23'
  | 'take123'
  | 'takeArgv'
  | 'iterate'
  | 'iterate2'
  | 'raw';

/** What went wrong in a directive: a sentence in Apache's own words where it has one, or that with more to say. */
export type DirectiveError = string | DirectiveFault;

export interface DirectiveFault {
  /** Apache's sentence. */
  readonly message: string;
  /** A code of portico's; `conf/bad-argument` when absent. */
  readonly code?: string;
  /** Why it matters here. */
  readonly why?: string;
  /** What to write instead. */
  readonly hint?: string;
  /** Byte offset of the fault inside the directive's arguments as written. */
  readonly offset?: number;
}

/** What lines and sections declare alike. */
export interface DirectiveBase {
  /** As in Apache's manual. Matched without case. */
  readonly name: string;
  readonly contexts: readonly Context[];
  /** The one section whose content it is; it stands nowhere else, and `contexts` say where that section may stand. */
  readonly within?: string;
  /** Required when contexts has `.htaccess`; one of several is enough. */
  readonly override?: Override | readonly Override[];
  readonly default?: string;
  /** For the person editing httpd.conf; the only place where this text exists. */
  readonly help: string;
  /** For a directive that is accepted and does nothing: why. */
  readonly noEffect?: string;
  /** One line (or a whole section) that is valid where `contexts[0]` says; tests run it. */
  readonly example: string;
}

/** A line. `set` answers an error instead of throwing; warnings go through `cmd.warn`. */
export interface Directive<S = unknown, D = unknown> extends DirectiveBase {
  readonly args: ArgShape;
  set(cmd: Command<S, D>, ...args: (string | undefined)[]): DirectiveError | undefined;
}

/**
 * A section `<Name arg> … </Name>` of a module (RequireAll, Proxy, Limit). `open` gets what stands between the name
 * and `>` and decides where the content goes by calling `content`; it runs no content by not calling it.
 */
export interface Container<S = unknown, D = unknown> extends DirectiveBase {
  /** Takes only directives that stand `within` it. */
  readonly isClosed?: true;
  open(cmd: Command<S, D>, arg: string, content: ContentRunner): DirectiveError | undefined;
}

/**
 * Runs the directives inside a section; they set configuration in `into`, or in the section's surroundings. `classes`
 * names the only AllowOverride classes whose directives may stand there; absent: all of them.
 */
export type ContentRunner = (into?: Command['section'], classes?: readonly Override[]) => void;
