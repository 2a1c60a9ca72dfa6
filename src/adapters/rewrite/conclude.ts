// The result of a request, from the attempt its way ended in.

import { periodOf } from '../../kit/period.ts';
import { canonicalTarget, DEFAULT_PORTS, splitUrl } from '../../modules/proxy/target.ts';
import { escapeUrl } from '../../rules/index.ts';
import { isFieldText } from '../../wire/field-syntax.ts';
import type { Attempt, Lead } from './attempt.ts';
import { textOf } from './bytes.ts';
import type { Ending } from './carry-out.ts';
import type { Journey } from './journey.ts';
import type { ProxyResult, RewriteResult, RewriteTold } from './result.ts';
import type { RewritePlace } from './trace.ts';

const NO_VARIABLES: Readonly<Record<string, string>> = Object.freeze({});
const NO_TEXTS: readonly string[] = Object.freeze([]);

/** The result of an attempt that leads to no other one. */
export function conclude(x: Attempt, ending: Ending | undefined): RewriteResult {
  const told = tell(x);
  // A field that would split the answer is never sent: 500 takes its place, as in Apache.
  if (!told.cookies.every(isFieldText)) return { kind: 'status', status: 500, ...told, cookies: [] };
  if (ending !== undefined && isLoopOfN(x.journey)) return loopOf(x, told);
  if (ending?.kind === 'redirect' && !hasOwnStatus(x)) return redirected(ending, told);
  if (ending !== undefined)
    return { kind: 'status', status: hasOwnStatus(x) ? x.status : ending.status, ...told };
  if (x.lead?.kind === 'proxy') return proxied(x, x.lead, told);
  return isOutside(x) ? outside(x, told) : here(x, told);
}

/** The result of an attempt that would be the first beyond the limit of internal redirects. */
export function concludeLoop(x: Attempt): RewriteResult {
  const { mostRounds } = x.program;
  x.journey.log.push(
    `AH00124: Request exceeded the limit of ${mostRounds} internal redirects due to probable configuration error. Use ` +
      "'LimitInternalRecursion' to increase the limit if necessary. Use 'LogLevel debug' to get a backtrace.",
  );
  return loopOf(x, tell(x));
}

/** Apache: where an earlier round has left a status, the client hears of that one, and not of an error on top of it. */
function hasOwnStatus({ prev, status }: Attempt): boolean {
  return prev !== undefined && status !== 200;
}

function tell(x: Attempt): RewriteTold {
  const { journey, vary } = x;
  return {
    rounds: x.redirects + 1,
    rules: journey.applied,
    env: x.hasEnv ? variablesOf(x) : NO_VARIABLES,
    cookies: journey.cookies.size === 0 ? NO_TEXTS : [...journey.cookies.values()],
    vary: vary.length === 0 ? NO_TEXTS : [...new Set(vary)],
    log: journey.log,
    trace: journey.steps,
  };
}

function variablesOf({ env }: Attempt): Record<string, string> {
  const variables: Record<string, string> = {};
  // A request may give a variable any name: this one is no property like others.
  for (const [name, value] of env)
    if (name !== '__proto__') variables[name] = textOf(value);
    else Object.defineProperty(variables, name, { value: textOf(value), enumerable: true });
  return variables;
}

function redirected(
  { status, location }: Extract<Ending, { kind: 'redirect' }>,
  told: RewriteTold,
): RewriteResult {
  return isFieldText(location)
    ? { kind: 'redirect', status, location, ...told }
    : { kind: 'status', status: 500, ...told };
}

function isOutside({ isFileNamed, filename = '', program }: Attempt): boolean {
  return isFileNamed && !`${filename}/`.startsWith(`${program.documentRoot}/`);
}

function outside(x: Attempt, told: RewriteTold): RewriteResult {
  const { filename = '', pathInfo, args, type, handler, status } = x;
  return {
    kind: 'file',
    file: textOf(filename),
    pathInfo: textOf(pathInfo),
    query: args === undefined ? undefined : textOf(args),
    type,
    handler,
    status,
    ...told,
  };
}

function here(x: Attempt, told: RewriteTold): RewriteResult {
  const { filename = '', pathInfo, args, type, handler, status, program } = x;
  const path = x.isFileNamed ? (filename + pathInfo).slice(program.documentRoot.length) || '/' : x.uri;
  const isSame = path === wayTo(x)[0]?.cameAs && args === x.client.args;
  return {
    kind: isSame ? 'unchanged' : 'rewritten',
    url: withQuery(escapeUrl(path), args),
    path: textOf(path),
    query: args === undefined ? undefined : textOf(args),
    file: textOf(filename),
    pathInfo: textOf(pathInfo),
    type,
    handler,
    status,
    ...told,
  };
}

/** Bytes beyond ASCII have no place in a URL. */
function withQuery(path: string, query: string | undefined): string {
  if (query === undefined) return path;
  return `${path}?${query.replace(/[^\x21-\x7e]/g, (byte) => escapeUrl(byte))}`;
}

function proxied(x: Attempt, lead: Extract<Lead, { kind: 'proxy' }>, told: RewriteTold): RewriteResult {
  const target = targetOf(x, lead);
  if (!('status' in target)) return { kind: 'proxy', ...target, ...told };
  x.journey.log.push(target.text);
  return { kind: 'status', status: target.status, ...told };
}

/** The URL in the form that backends are asked in; a balancer has a name for a host. */
function targetOf(
  x: Attempt,
  { url, isRaw }: Extract<Lead, { kind: 'proxy' }>,
): Pick<ProxyResult, 'url' | 'socket'> | { readonly status: number; readonly text: string } {
  const split = splitUrl(url);
  if (split === undefined && !url.includes(':'))
    return { status: 400, text: `AH01083: error parsing URL ${url}` };
  const scheme = split?.scheme ?? '';
  if (split === undefined || !(Object.hasOwn(DEFAULT_PORTS, scheme) || scheme === 'balancer'))
    return {
      status: 500,
      text: `AH01144: No protocol handler was valid for the URL ${x.uri} (scheme '${scheme}')`,
    };
  const isBalancer = scheme === 'balancer';
  const target = canonicalTarget(isBalancer ? { ...split, scheme: 'http' } : split, {
    isRaw,
    args: x.args,
    keepSlashes: x.program.pathRules.encodedSlashes === 'nodecode',
  });
  if ('status' in target) return target;
  const { socket } = split;
  return { url: isBalancer ? target.url.replace('http', 'balancer') : target.url, socket };
}

/** The engine's word for a rule that has gone round too often. */
function isLoopOfN({ log }: Journey): boolean {
  return log.at(-1)?.startsWith('AH02596:') === true;
}

/** How many URLs of a loop are shown. */
const MOST_URLS = 4;

function loopOf(x: Attempt, told: RewriteTold): RewriteResult {
  return {
    kind: 'loop',
    status: hasOwnStatus(x) ? x.status : 500,
    cycle: isLoopOfN(x.journey) ? lastRule(told) : cycleOf(x),
    urls: wayTo(x)
      .slice(0, MOST_URLS)
      .map(({ cameUrl }) => cameUrl),
    ...told,
  };
}

function lastRule({ rules }: RewriteTold): RewritePlace[] {
  return rules.slice(-1).map(({ place }) => place);
}

/** The rules that have led on in the smallest run of rounds that repeats itself. */
function cycleOf(x: Attempt): RewritePlace[] {
  const rules = wayTo(x).map(({ rule }) => rule);
  const period = periodOf(rules.map((rule) => (rule === undefined ? '' : keyOf(rule))));
  const cycle = rules.slice(-1 - period, -1).filter((rule) => rule !== undefined);
  return [...new Map(cycle.map((rule) => [keyOf(rule), rule])).values()];
}

function keyOf({ file, line }: RewritePlace): string {
  return `${file}:${line}`;
}

/** The attempts from the request as it came on. */
function wayTo(x: Attempt): Attempt[] {
  const way: Attempt[] = [];
  for (let at: Attempt | undefined = x; at !== undefined; at = at.prev) way.unshift(at);
  return way;
}
