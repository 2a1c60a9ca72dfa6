// What is told of requests that are only tried out (explain, tests of rules): the steps of their way, and what would have
// been done outside of the process. A site that serves has nobody who listens, and pays one look for it.

import type { Place } from '../kit/place.ts';
import type { PhaseName } from './phases.ts';
import type { Verdict } from './verdict.ts';

/** What a request would have set going outside. In a rehearsal it is told and not done. */
export type Deed =
  /** A request to a backend over HTTP, byte for byte. */
  | {
      readonly kind: 'forward';
      readonly url: string;
      /** `host:port` or `unix:/path`. */
      readonly address: string;
      /** Head and body as they would be written to the connection. */
      readonly bytes: string;
    }
  /** A request to a FastCGI application. */
  | {
      readonly kind: 'fastcgi';
      readonly url: string;
      readonly address: string;
      readonly parameters: ReadonlyMap<string, string>;
    }
  /** A program of this machine: a CGI script, a command of a document. */
  | {
      readonly kind: 'program';
      readonly file: string;
      readonly words: readonly string[];
      readonly environment: ReadonlyMap<string, string>;
    };

/** Which walk found a section that applies. */
export type WalkName = 'location' | 'directory' | 'htaccess' | 'files' | 'if' | 'proxy';

/** One step of an exchange. */
export type RequestEvent =
  /** A module has answered in a phase, with anything but DECLINED. */
  | {
      readonly kind: 'phase';
      readonly phase: PhaseName;
      readonly module: string;
      readonly verdict: Verdict;
    }
  /** A section of the configuration applies. */
  | { readonly kind: 'section'; readonly walk: WalkName; readonly place: Place }
  /** The condition of an `<If>` or `<ElseIf>` does not hold. */
  | { readonly kind: 'section-left'; readonly place: Place }
  /** An access file was found; `error` is what Apache says of it where it cannot be used. */
  | { readonly kind: 'htaccess'; readonly path: string; readonly error?: string | undefined }
  /** Rules are at hand; `engine` off: they do not run. */
  | {
      readonly kind: 'rules';
      /** The prefix in per-directory context. */
      readonly directory: string | undefined;
      readonly base: string | undefined;
      readonly count: number;
      readonly engine: boolean;
    }
  /** What the rule engine tells (rules/trace.ts); opaque to this room. */
  | { readonly kind: 'rule'; readonly event: unknown }
  /** A rule has been applied; `place` is its line. */
  | { readonly kind: 'fired'; readonly place: unknown }
  /** A line that maps or redirects a URL has matched: ProxyPass, Alias, Redirect and their kin. */
  | { readonly kind: 'line'; readonly place: Place; readonly result: string }
  /** The exchange leads to another URL of this server. */
  | { readonly kind: 'redirect'; readonly uri: string }
  /** A page of the configuration takes the place of an error. */
  | { readonly kind: 'error-document'; readonly status: number; readonly document: string }
  /** A line of the error log, whether LogLevel lets it through or not. */
  | { readonly kind: 'log'; readonly module: string; readonly level: string; readonly text: string }
  /** A deed is being put together: until it is told, what is read of the client goes there and decides nothing. */
  | { readonly kind: 'handing-on' }
  | { readonly kind: 'deed'; readonly deed: Deed };
