// The story of a request, as data: what happened to it, in order, and what came of it. Plain values only, so that it is
// also what `--json` prints and what a page in a browser can draw.

/** A line of the configuration. */
export interface Line {
  readonly file: string;
  readonly line: number;
  /** As written, without the spaces around it. */
  readonly text: string;
}

/** A RewriteCond that was looked at. */
export interface ConditionStory {
  readonly line: Line | undefined;
  /** The expanded test string; undefined for an expression. */
  readonly input: string | undefined;
  readonly holds: boolean;
  /** %0 to %9. */
  readonly captures: readonly (string | undefined)[];
}

/** A RewriteRule that was tried, or left out. */
export interface RuleStory {
  readonly line: Line | undefined;
  /** What the pattern was held against; undefined for a rule that was left out. */
  readonly subject: string | undefined;
  /** The pattern matched (a negated one: did not). */
  readonly matched: boolean;
  /** $0 to $9. */
  readonly captures: readonly (string | undefined)[];
  readonly conditions: readonly ConditionStory[];
  /** Pattern and conditions matched: the rule did its work. */
  readonly applies: boolean;
  readonly skipped: 'chain' | 'skip' | 'subrequest' | undefined;
  /** What the substitution came to; undefined for `-`. */
  readonly result: string | undefined;
  /** What else it did: variables, cookies, types, look-ups. */
  readonly effects: readonly string[];
}

/** One run of a list of rules. */
export interface RulesStory {
  readonly kind: 'rules';
  /** The prefix in per-directory context; undefined for a server's rules. */
  readonly directory: string | undefined;
  readonly base: string | undefined;
  /** How many there are. */
  readonly count: number;
  /** False: RewriteEngine is off, and none ran. */
  readonly engine: boolean;
  /** What the first pattern was held against. */
  readonly subject: string | undefined;
  readonly rules: readonly RuleStory[];
  /** Of a run without end, how many tries are not told: those before the last one. */
  readonly untold: number;
  /** What the run came to, where it changed anything. */
  readonly result: string | undefined;
}

export type Part =
  | RulesStory
  /** A section applies. `text` of the line says which. */
  | { readonly kind: 'section'; readonly line: Line; readonly walk: string }
  /** An `<If>` does not. */
  | { readonly kind: 'section-left'; readonly line: Line }
  | { readonly kind: 'htaccess'; readonly path: string; readonly error: string | undefined }
  /** A line such as ProxyPass, Alias or Redirect has matched. */
  | { readonly kind: 'line'; readonly line: Line; readonly result: string }
  | { readonly kind: 'log'; readonly module: string; readonly level: string; readonly text: string };

/** One way through the phases: of the request itself, or of what it led to. */
export interface Chapter {
  readonly kind: 'request' | 'redirect' | 'error-document' | 'subrequest';
  /** Path and query. */
  readonly url: string;
  /** For an error document: the error. */
  readonly status: number | undefined;
  readonly parts: readonly Part[];
}

/** What the request comes to. */
export type Outcome =
  | {
      readonly kind: 'file';
      readonly status: number;
      readonly file: string;
      readonly type: string | undefined;
    }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  | {
      readonly kind: 'proxy';
      readonly url: string;
      readonly address: string;
      /** The request as the backend would receive it. */
      readonly bytes: string;
    }
  | {
      readonly kind: 'fastcgi';
      readonly url: string;
      readonly address: string;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'program';
      readonly file: string;
      readonly words: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    }
  /** A page that a module makes: a listing, a status page. */
  | {
      readonly kind: 'page';
      readonly status: number;
      readonly module: string;
      readonly type: string | undefined;
    }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly reason: string;
      /** What the error log says of it. */
      readonly why: string | undefined;
      /** The ErrorDocument that is sent with it. */
      readonly page: string | undefined;
    }
  /** The connection is closed without an answer. */
  | { readonly kind: 'nothing' };

/** Rules that lead to each other and never to an answer. */
export interface LoopStory {
  /** In the order in which they follow each other. */
  readonly lines: readonly Line[];
  /** The URLs of the first rounds. */
  readonly urls: readonly string[];
  /** How many ways through the phases make a round. */
  readonly round: number;
}

export interface Story {
  readonly method: string;
  /** As the client would write it. */
  readonly url: string;
  /** The server that answers, and why it is this one. */
  readonly server: { readonly name: string; readonly line: Line | undefined; readonly why: string };
  readonly chapters: readonly Chapter[];
  readonly outcome: Outcome;
  readonly headers: readonly (readonly [string, string])[];
  readonly loop: LoopStory | undefined;
  /** URLs that redirects lead a client through without end, the first one again at the end. */
  readonly clientLoop: readonly string[] | undefined;
  /** Remarks on the way the question was put: a port that nothing listens on, a host nobody knows. */
  readonly remarks: readonly string[];
}
