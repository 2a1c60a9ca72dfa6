// One run of a rule list over one request: what the rules see, and what they have changed so far.

import type { AuthorityRefusal } from './authority.ts';
import type { RewriteHost, RewriteRequest } from './host.ts';
import type { Rule } from './rule.ts';
import type { RuleSet } from './rule-set.ts';
import type { TraceArguments, TraceEvent, TraceName } from './trace-events.ts';

/** Captures by number; a group that took no part is undefined. */
export type Captures = readonly (string | undefined)[];

const noCaptures: Captures = [];

/** A request the engine answers with an error: the status, and Apache's line for the log. */
export interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string;
  /** Apache has it stand in the request already: for an error on top of another there is no ErrorDocument. */
  readonly isSet?: boolean;
}

/** What a pass in per-directory context has besides its rule set. */
export interface DirectoryPass {
  /** The prefix that is taken off. */
  readonly directory: string;
  readonly maps: RuleSet['maps'];
}

/** The state of a pass. Rules read and write it; the finish functions turn it into an outcome. */
export class Pass {
  readonly set: RuleSet;
  readonly request: RewriteRequest;
  readonly host: RewriteHost;
  readonly traceLevel: number;
  /** The maps of the server: sections have none of their own. */
  readonly maps: RuleSet['maps'];
  /** The directory prefix in per-directory context, else undefined. */
  readonly directory: string | undefined;

  /** What the rules begin with: the URL-path, in a folder the file name. */
  readonly originalName: string;
  filename: string;
  query: string | undefined;
  pathInfo: string;
  /** What the pattern is held against; follows filename and pathInfo. */
  subject = '';
  ruleCaptures: Captures = noCaptures;
  condCaptures: Captures = noCaptures;
  /** Headers the conditions of the rule at hand have read, for Vary. */
  varying: string[] = [];
  /** Whether a header read at this moment is noted there. */
  notesHeaders = false;

  /** Whether a rule has substituted, and whether the last one to do so had [NE]. */
  change: 'none' | 'normal' | 'noescape' = 'none';
  /** The last rule that substituted. */
  lastRule: Rule | undefined;
  /** The result is to go through the proxy. */
  toProxy = false;
  /** Set where request data changed the authority a [P] rule spells out. */
  authorityRefusal: AuthorityRefusal | undefined;
  /** The result is left to the next translators ([PT]). */
  passedThrough = false;
  /** A URL of this server was reduced to its path. */
  reduced = false;
  ended = false;
  redirectStatus: number | undefined;
  refusal: Refusal | undefined;
  forcedStatus: number | undefined;
  type: string | undefined;
  handler: string | undefined;
  /** Where the rule or condition at work stands. */
  place: unknown;

  constructor(set: RuleSet, request: RewriteRequest, host: RewriteHost, inDirectory?: DirectoryPass) {
    const directory = inDirectory?.directory;
    this.set = set;
    this.maps = inDirectory?.maps ?? set.maps;
    this.request = request;
    this.host = host;
    this.traceLevel = host.traceLevel;
    this.directory = directory;
    this.originalName = directory === undefined ? request.uri : request.filename;
    this.filename = this.originalName;
    this.query = request.query;
    this.pathInfo = request.pathInfo;
  }

  /** Forgets the captures of the rule before; a negated pattern leaves none. */
  beginRule(rule: Rule, captures: Captures): void {
    this.ruleCaptures = captures;
    this.condCaptures = noCaptures;
    if (this.varying.length > 0) this.varying = [];
    this.place = rule.place;
  }

  /** Tells a step; callers ask `traceLevel` first so that nothing is built in vain. */
  trace<Name extends TraceName>(name: Name, ...args: TraceArguments[Name]): void {
    this.host.trace({ name, args, directory: this.directory, place: this.place } as unknown as TraceEvent);
  }

  /** True in a subrequest for its own parent's URI, where a further subrequest would never end. */
  get wouldLoop(): boolean {
    return this.request.isSubrequest && this.request.parentUri === this.request.uri;
  }
}
