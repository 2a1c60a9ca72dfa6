// What became of a request: one of seven kinds, told apart by `kind`.

import type { RewritePlace, TraceStep } from './trace.ts';

/** A rule whose pattern and conditions matched, and in which round. */
export interface RewriteAppliedRule {
  /** Its line. */
  readonly place: RewritePlace;
  /** 1 is the request as it came. */
  readonly round: number;
}

/** What every result tells besides. */
interface Told {
  /** How often the rules were run: 1, and one more for each internal redirect. */
  readonly rounds: number;
  /** The rules that were applied, in their order. */
  readonly rules: readonly RewriteAppliedRule[];
  /**
   * The environment of the last round: [E=…], SCRIPT_URL and SCRIPT_URI of server rules, what the request brought. As in
   * Apache, what an earlier round has set has `REDIRECT_` before its name.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Set-Cookie values of [CO=…], to be sent with whatever answer follows; one character a byte. */
  readonly cookies: readonly string[];
  /** Request header fields that conditions have read (for Vary), each once. */
  readonly vary: readonly string[];
  /** What Apache would write to its error log. */
  readonly log: readonly string[];
  /** The steps; empty unless they were asked for. */
  readonly trace: readonly TraceStep[];
}

/** Where a request has come to on this server. */
interface Local extends Told {
  /** Path and query, escaped: what a request for it would name. */
  readonly url: string;
  /** The path, decoded. */
  readonly path: string;
  /** Without `?`; undefined where there is none, which is not the same as an empty one. */
  readonly query: string | undefined;
  /** The file below DocumentRoot, as far as the path leads to one; the rest of the path is `pathInfo`. */
  readonly file: string;
  readonly pathInfo: string;
  /** From [T=…] and [H=…]. */
  readonly type: string | undefined;
  readonly handler: string | undefined;
  /** 200, unless a rule with [R=…] left another and a later one took its redirect back. */
  readonly status: number;
}

/** No rule has changed the URL. */
export interface UnchangedResult extends Local {
  readonly kind: 'unchanged';
}

/** The URL is another one of this server. */
export interface RewrittenResult extends Local {
  readonly kind: 'rewritten';
}

/** A rule of the server names a file outside DocumentRoot: no URL leads to it. */
export interface FileResult extends Told {
  readonly kind: 'file';
  /** Its absolute path. */
  readonly file: string;
  /** What follows the file in the path that the rule has made. */
  readonly pathInfo: string;
  /** Without `?`; undefined where there is none. */
  readonly query: string | undefined;
  /** From [T=…]. */
  readonly type: string | undefined;
  /** From [H=…]. */
  readonly handler: string | undefined;
  /** As of a rewritten request. */
  readonly status: number;
}

/** The client is sent elsewhere. */
export interface RedirectResult extends Told {
  readonly kind: 'redirect';
  /** 300 to 399. */
  readonly status: number;
  /** The Location field, absolute; one character a byte, no control bytes. */
  readonly location: string;
}

/** The answer is fetched from another server ([P]). */
export interface ProxyResult extends Told {
  readonly kind: 'proxy';
  /** Absolute, with the query, path and host in the form that Apache asks backends in. */
  readonly url: string;
  /** The unix socket of `unix:/path|http://…`. */
  readonly socket: string | undefined;
}

/** The request is answered with a status: by a rule ([F], [G], [R=404]), or because it cannot be mapped. */
export interface StatusResult extends Told {
  readonly kind: 'status';
  /** Nearly always 400 or more. */
  readonly status: number;
}

/** The rules lead from one URL to another without an end. */
export interface LoopResult extends Told {
  readonly kind: 'loop';
  /** Apache's answer: 500, or the status that an earlier round had left. */
  readonly status: number;
  /** The rules of the smallest cycle, in their order; the rule with [N] where it is that. */
  readonly cycle: readonly RewritePlace[];
  /** The first URLs on the way, from the request's own on. */
  readonly urls: readonly string[];
}

/** What became of a request; `kind` says which of the seven it is. */
export type RewriteResult =
  | UnchangedResult
  | RewrittenResult
  | FileResult
  | RedirectResult
  | ProxyResult
  | StatusResult
  | LoopResult;

/** What all of them tell. */
export type RewriteTold = Told;
