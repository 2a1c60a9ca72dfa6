// What the engine tells about its steps, printed as Apache's trace lines.
// The text before a line (time, client, request) belongs to whoever writes the log.

import type { MapStore, TraceArguments, TraceEvent, TraceName } from './trace-events.ts';

interface Line<Args extends readonly unknown[]> {
  readonly level: number;
  readonly text: (...args: Args) => string;
  /** The line does not name the directory, though it is at work in one. */
  readonly plain?: true;
}

const skipReasons = {
  chain: 'the chain it belongs to has failed',
  skip: 'the rule before it skips it',
  subrequest: 'it does not run in subrequests',
};
const conditionResult = (matched: boolean): string => (matched ? 'matched' : 'not-matched');
const inStore = (map: string, store: MapStore): string => (store === undefined ? map : `${map}[${store}]`);
const mapAndKey = (map: string, key: string, store: MapStore): string =>
  store === 'SQL' ? `map ${map} key=${key}` : `map=${inStore(map, store)} key=${key}`;
const leadOf = (store: MapStore): string => (store === 'SQL' ? 'SQL map' : 'map');
const beforeValue = (store: MapStore): string => (store === 'SQL' ? ',' : ' ->');

const lines: { readonly [Name in TraceName]: Line<TraceArguments[Name]> } = {
  initServer: { level: 2, text: (uri) => `init rewrite engine with requested uri ${uri}` },
  declineEnded: { level: 8, text: () => 'Declining, no further rewriting due to END flag' },
  declineNotPath: {
    level: 8,
    text: (uri) =>
      `Declining, request-URI '${uri}' is not a URL-path. Consult the manual entry for the RewriteOptions directive for options and caveats about matching other strings.`,
  },
  addPathInfo: { level: 3, text: (filename, whole) => `add path info postfix: ${filename} -> ${whole}` },
  stripDirectory: { level: 3, text: (whole, subject) => `strip per-dir prefix: ${whole} -> ${subject}` },
  applyPattern: { level: 3, text: (pattern, subject) => `applying pattern '${pattern}' to uri '${subject}'` },
  // Level 9 is not Apache's: for explaining why a rule did not fire.
  patternResult: { level: 9, text: (matched) => `pattern => ${conditionResult(matched)}` },
  ruleSkipped: { level: 9, text: (reason) => `rule left out: ${skipReasons[reason]}` },
  ruleApplies: { level: 9, text: () => 'pattern and conditions match: the rule applies' },
  // Not Apache's either: it says nothing when PCRE gives up.
  patternGaveUp: {
    level: 1,
    text: (pattern, subject) => `pattern '${pattern}' gave up on '${subject}': match limit exceeded`,
  },
  condition: {
    level: 4,
    text: (input, pattern, noCase, matched) =>
      `RewriteCond: input='${input ?? '(null)'}' pattern='${pattern}'${noCase ? ' [NC]' : ''} => ${conditionResult(matched)}`,
  },
  conditionFailed: {
    level: 1,
    text: (expression, error) => `RewriteCond: expr='${expression}' evaluation failed: ${error}`,
  },
  probeUri: {
    level: 5,
    plain: true,
    text: (path, status) => `RewriteCond URI (-U check: path=${path} -> status=${status}`,
  },
  probeFile: {
    level: 5,
    plain: true,
    text: (path, filename, status) =>
      `RewriteCond file (-F check: path=${path} -> file=${filename} status=${status}`,
  },
  lookAhead: {
    level: 5,
    text: (path, variable, value) => `lookahead: path=${path} var=${variable} -> val=${value}`,
  },
  variableResult: {
    level: 1,
    text: (name, value) => (name === 'TIME' ? `RESULT='${value}'` : `IPV6='${value}'`),
  },
  mapFound: {
    level: 5,
    plain: true,
    text: (map, key, value, store) =>
      `${leadOf(store)} lookup OK: ${mapAndKey(map, key, store)}${beforeValue(store)} val=${value}`,
  },
  mapMissed: {
    level: 5,
    plain: true,
    text: (map, key, store) => `${leadOf(store)} lookup FAILED: ${mapAndKey(map, key, store)}`,
  },
  cacheFound: {
    level: 5,
    plain: true,
    text: (map, key, value, store) =>
      `cache lookup OK: map=${inStore(map, store)} key=${key}${beforeValue(store)} val=${value}`,
  },
  cacheMissed: { level: 6, plain: true, text: () => 'cache lookup FAILED, forcing new map lookup' },
  choseSubvalue: { level: 5, plain: true, text: (value) => `randomly chosen the subvalue \`${value}'` },
  escapeBackref: { level: 5, text: (from, to) => `escaping backreference '${from}' to '${to}'` },
  rewrite: { level: 2, text: (subject, result) => `rewrite '${subject}' -> '${result}'` },
  setEnv: { level: 5, plain: true, text: (name, value) => `setting env variable '${name}' to '${value}'` },
  unsetEnv: { level: 5, plain: true, text: (name) => `unsetting env variable '${name}'` },
  setCookie: { level: 5, plain: true, text: (line) => `setting cookie '${line}'` },
  skipCookie: { level: 5, plain: true, text: (name) => `skipping already set cookie '${name}'` },
  addDirectory: { level: 3, text: (result, whole) => `add per-dir prefix: ${result} -> ${whole}` },
  addRoot: { level: 3, text: (result) => `add root prefix: ${result} -> /${result}` },
  discardQuery: { level: 2, plain: true, text: () => 'discarding query string' },
  neverQuery: { level: 2, plain: true, text: () => 'discarding query string, no parse from substitution' },
  splitQuery: {
    level: 3,
    plain: true,
    text: (result, path, query) => `split uri=${result} -> uri=${path}, args=${query ?? '<none>'}`,
  },
  reduce: { level: 3, plain: true, text: (url, path) => `reduce ${url} -> ${path}` },
  forceRedirect: { level: 2, text: (url) => `explicitly forcing redirect with ${url}` },
  impliedRedirect: {
    level: 2,
    text: (url, status) => `implicitly forcing redirect (rc=${status} with ${url}`,
  },
  forceProxy: { level: 2, text: (url) => `forcing proxy-throughput with ${url}` },
  forceStatus: { level: 2, text: (status, filename) => `forcing responsecode ${status} for ${filename}` },
  rememberType: { level: 2, text: (filename, type) => `remember ${filename} to have MIME-type '${type}'` },
  rememberHandler: {
    level: 2,
    text: (filename, handler) => `remember ${filename} to have Content-handler '${handler}'`,
  },
  lastSubstitution: { level: 2, text: (text) => `setting lastsub to rule with output ${text}` },
  passToNext: {
    level: 2,
    text: (path) => `forcing '${path}' to get passed through to next API URI-to-filename handler`,
  },
  ended: { level: 8, text: () => 'Rule has END flag, no further rewriting for this request' },
  localPath: { level: 2, text: (path) => `local path result: ${path}` },
  prefixStat: {
    level: 3,
    text: (segment, text, unsafe) =>
      `prefix_stat compare statpath ${segment} and lastsub output ${text} STATOK ${unsafe ? '4194304' : '0'} `,
  },
  prefixStarts: {
    level: 5,
    text: (text, prefix, starts) => `prefix_stat startsWith(${text}, ${prefix}) ${starts ? '1' : '0'}`,
  },
  noLastSubstitution: { level: 3, text: (segment) => `prefix_stat no lastsub subst prefix ${segment}` },
  underDocumentRoot: { level: 2, text: (path) => `prefixed with document_root to ${path}` },
  documentRootFailed: { level: 1, text: (path) => `prefixing with document_root of ${path} FAILED` },
  goAhead: { level: 1, text: (path) => `go-ahead with ${path} [OK]` },
  passThrough: { level: 1, text: (path) => `pass through ${path}` },
  escapeUrl: { level: 1, text: (url) => `escaping ${url} for redirect` },
  escapeQuery: {
    level: 1,
    text: (query, escaped) => `escaping ${query} to query string for redirect ${escaped}`,
  },
  copyQuery: { level: 1, text: (query) => `copying ${query} to query string for redirect ` },
  redirect: { level: 1, text: (url, status) => `redirect to ${url} [REDIRECT/${status}]` },
  proxy: { level: 1, text: (url) => `go-ahead with proxy request proxy:${url} [OK]` },
  replacePrefix: {
    level: 2,
    text: (directory, base) => `trying to replace prefix ${directory} with ${base}`,
  },
  stripDocumentRoot: {
    level: 2,
    text: (filename, url) => `strip document_root prefix: ${filename} -> ${url}`,
  },
  replaceContext: {
    level: 2,
    text: (root, prefix) => `trying to replace context docroot ${root} with context prefix ${prefix}`,
  },
  stripMatch: { level: 5, plain: true, text: (from, to) => `strip matching prefix: ${from} -> ${to}` },
  addSubstitute: { level: 4, plain: true, text: (from, to) => `add subst prefix: ${from} -> ${to}` },
  internalRedirect: { level: 1, text: (url) => `internal redirect with ${url} [INTERNAL REDIRECT]` },
  ignored: {
    level: 1,
    text: (filename) => `initial URL equal rewritten URL: ${filename} [IGNORING REWRITE]`,
  },
  forceType: {
    level: 1,
    plain: true,
    text: (filename, type) => `force filename ${filename} to have MIME-type '${type}'`,
  },
  forceHandler: {
    level: 1,
    plain: true,
    text: (filename, handler) => `force filename ${filename} to have the Content-handler '${handler}'`,
  },
};

/** The LogLevel (`trace1` is 1) an event belongs to. */
export function levelOf(name: TraceName): number {
  return lines[name].level;
}

/** An event as Apache writes it, beginning with `[perdir …]` where the line has that. */
export function printTrace(event: TraceEvent): string {
  const line = lines[event.name];
  // Every member of the union pairs a name with that name's arguments; TypeScript cannot see it through the index.
  const text = (line.text as (...args: readonly unknown[]) => string)(...event.args);
  return event.directory !== undefined && !line.plain ? `[perdir ${event.directory}] ${text}` : text;
}
