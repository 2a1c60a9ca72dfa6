// What the engine tells about its steps, typed; trace.ts prints them.

/** What a map's values are kept in, as far as its trace lines tell. */
export type MapStore = 'txt' | 'dbm' | 'SQL' | undefined;

/** Each step with what it tells, named by what happened. */
export interface TraceArguments {
  /** A server's rules begin, with this URL-path. */
  initServer: [uri: string];
  /** No rule runs any more: one with [END] has matched before. */
  declineEnded: [];
  /** No rule runs: what was asked for is no URL-path. */
  declineNotPath: [uri: string];
  /** What a folder's patterns are held against: the file name with its path info. */
  addPathInfo: [filename: string, whole: string];
  /** The folder is taken off in front of it. */
  stripDirectory: [whole: string, subject: string];
  /** A rule's pattern is held against this. */
  applyPattern: [pattern: string, subject: string];
  /** How it came out, `!` counted in, and what the groups have caught; `$0` first. */
  patternResult: [matched: boolean, captures: readonly (string | undefined)[]];
  /** A rule was not looked at. */
  ruleSkipped: [reason: 'chain' | 'skip' | 'subrequest'];
  /** Pattern and conditions match: what follows is the rule's doing. */
  ruleApplies: [];
  /** Matching was given up at its limit, as PCRE does; the pattern counts as not matching. */
  patternGaveUp: [pattern: string, subject: string];
  /** A condition was looked at. An expression has no input; the captures are those that %N stands for from here on. */
  condition: [
    input: string | null,
    pattern: string,
    noCase: boolean,
    matched: boolean,
    captures?: readonly (string | undefined)[],
  ];
  /** The expression of a condition cannot be evaluated; it is false. */
  conditionFailed: [expression: string, error: string];
  /** A condition with -U has looked the URL up. */
  probeUri: [path: string, status: number];
  /** A condition with -F has looked the file up. */
  probeFile: [path: string, filename: string, status: number];
  /** %{LA-U:…} or %{LA-F:…} was read. */
  lookAhead: [path: string, variable: string, value: string];
  /** %{TIME} or %{IPV6} was read. */
  variableResult: [name: 'TIME' | 'IPV6', value: string];
  /** A map has the key. */
  mapFound: [map: string, key: string, value: string, store: MapStore];
  /** A map has no such key. */
  mapMissed: [map: string, key: string, store: MapStore];
  /** A map's answer was kept from an earlier request. */
  cacheFound: [map: string, key: string, value: string, store: MapStore];
  /** A map's source is asked, as no answer was kept. */
  cacheMissed: [];
  /** One of the values of a `rnd:` map was taken. */
  choseSubvalue: [value: string];
  /** [B] and its kin have escaped a reference. */
  escapeBackref: [from: string, to: string];
  /** The substitution, expanded. */
  rewrite: [subject: string, result: string];
  /** [E=name:value]. */
  setEnv: [name: string, value: string];
  /** [E=!name]. */
  unsetEnv: [name: string];
  /** [CO=…]: the value of the Set-Cookie field. */
  setCookie: [line: string];
  /** [CO=…] of a cookie that an earlier rule has set. */
  skipCookie: [name: string];
  /** A relative result is put behind the folder. */
  addDirectory: [result: string, whole: string];
  /** A relative result of a server's rule gets a slash. */
  addRoot: [result: string];
  /** [QSD] drops the query. */
  discardQuery: [];
  /** The query is dropped, and none is read from the substitution: it ends in `?`. */
  neverQuery: [];
  /** The result is taken apart into path and query. */
  splitQuery: [result: string, path: string, query: string | undefined];
  /** A URL of this server is reduced to its path. */
  reduce: [url: string, path: string];
  /** [R] makes a redirect of it. */
  forceRedirect: [url: string];
  /** A whole URL of another server is a redirect by itself. */
  impliedRedirect: [url: string, status: number];
  /** [P] hands it to the proxy. */
  forceProxy: [url: string];
  /** [F], [G] or [R=404] answers with a status. */
  forceStatus: [status: number, filename: string];
  /** [T=…], in force when the rules are done. */
  rememberType: [filename: string, type: string];
  /** [H=…], in force when the rules are done. */
  rememberHandler: [filename: string, handler: string];
  /** The rule whose text says whether a result may be a path of the file system. */
  lastSubstitution: [text: string];
  /** [PT] hands the result to Alias and its kin. */
  passToNext: [path: string];
  /** [END]: no rule runs any more for this request. */
  ended: [];
  /** The result of a server's rules is a path. */
  localPath: [path: string];
  /** Its first segment is there; the rule's text says whether it is meant as a path of the file system. */
  prefixStat: [segment: string, text: string, unsafe: boolean];
  /** Whether the text begins with it. */
  prefixStarts: [text: string, prefix: string, starts: boolean];
  /** No text of a rule says so. */
  noLastSubstitution: [segment: string];
  /** DocumentRoot is put before the path. */
  underDocumentRoot: [path: string];
  /** The path would lead out of DocumentRoot. */
  documentRootFailed: [path: string];
  /** The file that the rules have named. */
  goAhead: [path: string];
  /** No rule has substituted anything. */
  passThrough: [path: string];
  /** The path of a redirect is escaped. */
  escapeUrl: [url: string];
  /** The query of a redirect is escaped, as rules have changed it. */
  escapeQuery: [query: string, escaped: string];
  /** The query of a redirect is the client's, and stays as it is. */
  copyQuery: [query: string];
  /** The answer: a redirect. */
  redirect: [url: string, status: number];
  /** The answer comes from this URL. */
  proxy: [url: string];
  /** The folder in front of the result is replaced by RewriteBase. */
  replacePrefix: [directory: string, base: string];
  /** Without RewriteBase, DocumentRoot is taken off. */
  stripDocumentRoot: [filename: string, url: string];
  /** The folder of an Alias is replaced by its URL. */
  replaceContext: [root: string, prefix: string];
  /** How that came out, first step. */
  stripMatch: [from: string, to: string];
  /** And second step. */
  addSubstitute: [from: string, to: string];
  /** The request starts over with this URL. */
  internalRedirect: [url: string];
  /** The result is what it was before: nothing is rewritten. */
  ignored: [filename: string];
  /** [T=…] has its way. */
  forceType: [filename: string, type: string];
  /** [H=…] has its way. */
  forceHandler: [filename: string, handler: string];
}

/** What a step is called. */
export type TraceName = keyof TraceArguments;

/** One step. `directory` is set in per-directory context; `place` is the rule's or condition's, where one is at work. */
export type TraceEvent = {
  [Name in TraceName]: {
    readonly name: Name;
    readonly args: TraceArguments[Name];
    readonly directory: string | undefined;
    readonly place: unknown;
  };
}[TraceName];
