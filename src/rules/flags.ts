// The flags of a RewriteRule and what each asks for. Short and long names, any case.

import { lowerAscii } from '../kit/ascii.ts';
import { type BackrefEscape, type BackrefEscapeWords, compileBackrefEscape } from './escape.ts';
import type { FlagWord } from './flag-list.ts';
import type { RewriteProblem } from './problem.ts';
import { readRedirectStatus } from './redirect-status.ts';
import { compileTemplate, type Template } from './template.ts';

/** What a rule's flags add up to. */
export interface RuleFlags {
  readonly chain: boolean;
  readonly end: boolean;
  readonly last: boolean;
  /** The limit of rounds of [N]; undefined without it. */
  readonly next: number | undefined;
  readonly skip: number;
  readonly noCase: boolean;
  readonly noEscape: boolean;
  readonly noSubrequest: boolean;
  readonly proxy: boolean;
  readonly passThrough: boolean;
  readonly redirect: boolean;
  /** The status of a redirect, asked for or implied. */
  readonly redirectStatus: number;
  /** [F], [G] and [R=code] outside 3xx: the rule answers with this status and does not substitute. */
  readonly forcedStatus: number | undefined;
  readonly queryAppend: boolean;
  readonly queryDiscard: boolean;
  readonly queryLast: boolean;
  readonly discardPathInfo: boolean;
  readonly unsafeAllow3F: boolean;
  readonly unsafePrefixStat: boolean;
  readonly keepSlashes: boolean;
  readonly env: readonly Template[];
  readonly cookies: readonly Template[];
  readonly type: Template | undefined;
  readonly handler: Template | undefined;
  /** The [B] family. */
  readonly backrefEscape: BackrefEscape | undefined;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

interface Draft extends Mutable<Omit<RuleFlags, 'env' | 'cookies' | 'backrefEscape'>> {
  env: Template[];
  cookies: Template[];
  escaping: Mutable<BackrefEscapeWords>;
  escapes: boolean;
}

/** Sets what a flag asks for; a string is Apache's complaint about its value. */
type FlagSetter = (draft: Draft, value: string | undefined, name: string) => string | undefined;

/** One flag: its names, and in one sentence what it does. */
export interface FlagDefinition {
  readonly names: readonly string[];
  readonly help: string;
}

interface Flag extends FlagDefinition {
  readonly set: FlagSetter;
}

const flags: readonly Flag[] = [
  { names: ['B', 'backrefescaping'], help: 'Escape back-references before they are put in.', set: setEscape },
  {
    names: ['BCTLS'],
    help: 'Escape only control characters and spaces in back-references.',
    set: setControls,
  },
  { names: ['BNE'], help: 'Characters [B] leaves alone.', set: setExcept },
  { names: ['BNP', 'backrefernoplus'], help: 'With [B], a space becomes %20 and not +.', set: setNoPlus },
  {
    names: ['C', 'chain'],
    help: 'When this rule fails, skip the rules chained behind it.',
    set: on('chain'),
  },
  {
    names: ['CO', 'cookie'],
    help: 'Set a cookie: NAME:VALUE:domain and so on.',
    set: addCookie,
  },
  { names: ['D', 'DPI', 'discardpath'], help: 'Drop the path-info.', set: on('discardPathInfo') },
  {
    names: ['E', 'env'],
    help: 'Set, or with ! unset, an environment variable.',
    set: addEnv,
  },
  { names: ['END'], help: 'Stop all rewriting for this request.', set: on('end') },
  { names: ['F', 'forbidden'], help: 'Answer 403.', set: answer(403) },
  { names: ['G', 'gone'], help: 'Answer 410.', set: answer(410) },
  {
    names: ['H', 'handler'],
    help: 'Force a handler.',
    set: setHandler,
  },
  { names: ['L', 'last'], help: 'Leave this pass of the rules.', set: on('last') },
  { names: ['N', 'next'], help: 'Start again with the first rule, at most so many rounds.', set: setNext },
  { names: ['NC', 'nocase'], help: 'Match without regard to case.', set: on('noCase') },
  { names: ['NE', 'noescape'], help: 'Do not escape the result.', set: on('noEscape') },
  { names: ['NS', 'nosubreq'], help: 'Leave subrequests alone.', set: on('noSubrequest') },
  { names: ['P', 'proxy'], help: 'Fetch the result through the proxy.', set: on('proxy') },
  {
    names: ['PT', 'passthrough'],
    help: 'Let Alias, ProxyPass and Redirect see the result.',
    set: on('passThrough'),
  },
  { names: ['QSA', 'qsappend'], help: 'Append the query the request had.', set: on('queryAppend') },
  { names: ['QSD', 'qsdiscard'], help: 'Drop the query the request had.', set: on('queryDiscard') },
  { names: ['QSL', 'qslast'], help: 'The last ? begins the query, not the first.', set: on('queryLast') },
  { names: ['R', 'redirect'], help: 'Redirect, or answer with another status.', set: setRedirect },
  {
    names: ['S', 'skip'],
    help: 'Skip so many rules.',
    set: setSkip,
  },
  {
    names: ['T', 'type'],
    help: 'Force a content type.',
    set: setType,
  },
  { names: ['UNC'], help: 'Keep several leading slashes.', set: on('keepSlashes') },
  { names: ['UnsafeAllow3F'], help: 'Let an encoded ? begin the query.', set: on('unsafeAllow3F') },
  {
    names: ['UnsafePrefixStat'],
    help: 'Let the request choose a file system path.',
    set: on('unsafePrefixStat'),
  },
];

/**
 * Every flag, for completion and documentation.
 * @public for editors
 */
export const ruleFlagDefinitions: readonly FlagDefinition[] = flags;

const byName = new Map<string, FlagSetter>();
for (const flag of flags) for (const name of flag.names) byName.set(lowerAscii(name), flag.set);

/** Adds the words up, or says which one is no flag. */
export function compileRuleFlags(words: readonly FlagWord[]): RuleFlags | RewriteProblem {
  const draft = emptyDraft();
  for (const word of words) {
    const problem = applyWord(draft, word);
    if (problem) return problem;
  }
  const { escaping, escapes, ...rest } = draft;
  return { ...rest, backrefEscape: escapes ? compileBackrefEscape(escaping) : undefined };
}

function applyWord(draft: Draft, { name, value, offset }: FlagWord): RewriteProblem | undefined {
  const set = byName.get(lowerAscii(name));
  if (set) {
    const error = set(draft, value, name);
    return error === undefined ? undefined : { error: `RewriteRule: ${error}`, offset };
  }
  // Apache: any unknown flag beginning with D is taken and ignored.
  if (lowerAscii(name).startsWith('d')) return undefined;
  const hint = hintFor(name);
  return { error: `RewriteRule: unknown flag '${name}'`, offset, ...(hint === undefined ? {} : { hint }) };
}

function hintFor(name: string): string | undefined {
  const lower = lowerAscii(name);
  if (name === '') return 'take out the empty place between the commas or brackets';
  if (lower === 'or' || lower === 'ornext') return 'OR belongs to RewriteCond';
  if (lower === 'nv' || lower === 'novary') return 'NV belongs to RewriteCond';
  if (lower === 'backrefnoplus') return 'the long name of BNP is backrefernoplus';
  if (lower === 'unsafe_prefix_stat') return 'write UnsafePrefixStat';
  if (lower === 'unsafe_allow_3f') return 'write UnsafeAllow3F';
  if (/^[0-9]{3}$/.test(name)) return `write R=${name}`;
  return undefined;
}

function emptyDraft(): Draft {
  return {
    chain: false,
    end: false,
    last: false,
    next: undefined,
    skip: 0,
    noCase: false,
    noEscape: false,
    noSubrequest: false,
    proxy: false,
    passThrough: false,
    redirect: false,
    redirectStatus: 302,
    forcedStatus: undefined,
    queryAppend: false,
    queryDiscard: false,
    queryLast: false,
    discardPathInfo: false,
    unsafeAllow3F: false,
    unsafePrefixStat: false,
    keepSlashes: false,
    env: [],
    cookies: [],
    type: undefined,
    handler: undefined,
    escaping: { plusForSpace: true },
    escapes: false,
  };
}

type BooleanFlag = { [K in keyof Draft]: Draft[K] extends boolean ? K : never }[keyof Draft];

function on(flag: BooleanFlag): FlagSetter {
  return (draft) => {
    draft[flag] = true;
    return undefined;
  };
}

function answer(status: number): FlagSetter {
  return (draft) => {
    draft.forcedStatus = status;
    return undefined;
  };
}

function setEscape(draft: Draft, value: string | undefined): undefined {
  draft.escapes = true;
  if (value) draft.escaping.list = value;
}

function setControls(draft: Draft): undefined {
  draft.escapes = true;
  draft.escaping.controlsOnly = true;
}

function setExcept(draft: Draft, value: string | undefined): string | undefined {
  if (!value) return "flag 'BNE' wants a list of characters (i.e. [BNE=...])";
  draft.escaping.except = value;
  return undefined;
}

function setNoPlus(draft: Draft): undefined {
  draft.escaping.plusForSpace = false;
}

function addCookie(draft: Draft, value = ''): undefined {
  draft.cookies.push(compileTemplate(value));
}

function addEnv(draft: Draft, value = ''): undefined {
  draft.env.push(compileTemplate(value));
}

function setHandler(draft: Draft, value = ''): undefined {
  draft.handler = compileTemplate(value);
}

function setType(draft: Draft, value = ''): undefined {
  draft.type = compileTemplate(value);
}

function setSkip(draft: Draft, value = ''): undefined {
  draft.skip = Math.max(0, Number.parseInt(value, 10) || 0);
}

function setNext(draft: Draft, value: string | undefined): undefined {
  draft.next = value === undefined ? 32000 : Number.parseInt(value, 10) || 0;
}

function setRedirect(draft: Draft, value: string | undefined, name: string): string | undefined {
  // Whatever the code, subrequests leave the rule out.
  draft.redirect = true;
  if (value === undefined || value === '') return undefined;
  const status = readRedirectStatus(value);
  if (status === undefined) return `invalid HTTP response code '${value}' for flag '${name}'`;
  if (status === 0 || (status >= 300 && status < 400)) {
    draft.redirectStatus = status;
    // Behind [F] or [G] it is their status that changes.
    if (draft.forcedStatus !== undefined) draft.forcedStatus = status;
    return undefined;
  }
  draft.forcedStatus = status;
  return undefined;
}
