// mod_headers: fields of requests and answers set, changed and taken away by configuration.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { compileExpr, type Expr, ExprSyntaxError } from '../../kit/expr/index.ts';
import { compileRegex, RegexSyntaxError } from '../../kit/regex/index.ts';
import { type Soon, settle, type Waiting } from '../../kit/wait.ts';
import { holds } from '../../request/evaluate.ts';
import type { Exchange } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { everywhere } from '../contexts.ts';
import { type Action, type ActionName, runAction } from './action.ts';
import { compileHeaderValue } from './value.ts';

type When =
  | { readonly kind: 'always' }
  | { readonly kind: 'early' }
  | { readonly kind: 'env'; readonly name: string; readonly absent: boolean }
  | { readonly kind: 'expr'; readonly expr: Expr };

interface Line {
  readonly action: Action;
  readonly when: When;
}

interface HeaderLines {
  readonly request: Line[];
  /** `onsuccess`: fields of the handler's own answer. */
  readonly success: Line[];
  /** `always`: fields of every answer. */
  readonly always: Line[];
}

const VALUELESS: ReadonlySet<string> = new Set(['unset', 'echo']);
const RESPONSE_ACTIONS: ReadonlySet<string> = new Set([
  'set',
  'append',
  'merge',
  'add',
  'setifempty',
  'unset',
  'echo',
  'edit',
  'edit*',
  'note',
]);
const REQUEST_ACTIONS: ReadonlySet<string> = new Set([
  'set',
  'append',
  'merge',
  'add',
  'setifempty',
  'unset',
  'edit',
  'edit*',
]);

function readWhen(cmd: Command, text: string | undefined): When | { readonly message: string } {
  if (text === undefined) return { kind: 'always' };
  if (text.toLowerCase() === 'early') {
    return cmd.section.kind === 'server'
      ? { kind: 'early' }
      : { message: "'early' not compatible with per-directory configuration" };
  }
  if (text.startsWith('env=')) {
    const absent = text.startsWith('env=!');
    return { kind: 'env', name: text.slice(absent ? 5 : 4), absent };
  }
  if (!text.startsWith('expr=')) return { message: 'error: envclause should be in the form env=[!]varname' };
  return {
    kind: 'expr',
    expr: compileExpr(text.slice(5), { kind: 'condition', restricted: cmd.section.context === '.htaccess' }),
  };
}

/** The words after the action's name: field, then what that action takes. */
function readAction(cmd: Command, name: string, words: string[]): Action | { readonly message: string } {
  const field = (words.shift() ?? '').replace(/:$/, '');
  if (field === '') return { message: `${cmd.name} has wrong number of arguments` };
  if (name === 'echo') return { name, field, regex: compileRegex(field, { nocase: true }) };
  if (VALUELESS.has(name)) return { name: name as ActionName, field };
  const pattern = name.startsWith('edit') ? words.shift() : undefined;
  const text = words.shift();
  if (text === undefined) return { message: `${name === 'set' ? 'set' : name} requires a value` };
  const value = compileHeaderValue(text);
  if (typeof value === 'object' && 'message' in value) return value;
  const action = { name: name as ActionName, field, value };
  return pattern === undefined ? action : { ...action, regex: compileRegex(pattern) };
}

function addLine(
  cmd: Command<undefined, HeaderLines>,
  words: string[],
  lines: Line[],
  known: ReadonlySet<string>,
): DirectiveError | undefined {
  const name = (words.shift() ?? '').toLowerCase();
  if (!known.has(name)) {
    return "first argument must be 'add', 'set', 'setifempty', 'append', 'merge', 'unset', 'echo', 'note', 'edit', or 'edit*'.";
  }
  try {
    const action = readAction(cmd, name, words);
    if ('message' in action) return action.message;
    const when = readWhen(cmd, words.shift());
    if ('message' in when) return when.message;
    lines.push({ action, when });
    return undefined;
  } catch (error) {
    if (error instanceof RegexSyntaxError)
      return { message: `${cmd.name}: cannot compile regular expression`, why: error.message };
    if (error instanceof ExprSyntaxError) return `Can't parse expression: ${error.message}`;
    throw error;
  }
}

const header: Directive<undefined, HeaderLines> = {
  name: 'Header',
  args: 'raw',
  contexts: everywhere,
  override: 'FileInfo',
  help: 'an optional condition, an action, header and value followed by optional env clause',
  example: 'Header set X-Content-Type-Options nosniff',
  set(cmd, text: string) {
    const words = splitWords(text).map((word) => word.text);
    const table = words[0]?.toLowerCase();
    if (table === 'always' || table === 'onsuccess') words.shift();
    return addLine(cmd, words, table === 'always' ? cmd.dir.always : cmd.dir.success, RESPONSE_ACTIONS);
  },
};

const requestHeader: Directive<undefined, HeaderLines> = {
  name: 'RequestHeader',
  args: 'raw',
  contexts: everywhere,
  override: 'FileInfo',
  help: 'an action, header and value followed by optional env clause',
  example: 'RequestHeader set X-Forwarded-Proto "http"',
  set(cmd, text: string) {
    return addLine(
      cmd,
      splitWords(text).map((word) => word.text),
      cmd.dir.request,
      REQUEST_ACTIONS,
    );
  },
};

function* isWanted(x: Exchange, when: When): Waiting<boolean> {
  switch (when.kind) {
    case 'always':
      return true;
    case 'early':
      return false;
    case 'env':
      return (x.hasEnv() && x.env.has(when.name)) !== when.absent;
    case 'expr':
      // Apache: a condition that cannot be evaluated is no condition.
      return (yield* holds(x, when.expr)) !== false;
  }
}

function* runLines(x: Exchange, headersOf: HeaderList, lines: readonly Line[]): Waiting<void> {
  for (const line of lines) if (yield* isWanted(x, line.when)) yield* runAction(x, headersOf, line.action);
}

function* runEarly(x: Exchange, list: HeaderList, lines: readonly Line[]): Waiting<void> {
  for (const line of lines) if (line.when.kind === 'early') yield* runAction(x, list, line.action);
}

function* changeAnswer(x: Exchange, lines: HeaderLines): Waiting<Verdict> {
  yield* runLines(x, x.errHeadersOut, lines.always);
  // An error page is not the handler's own answer.
  if (!x.isCanned) yield* runLines(x, x.headersOut, lines.success);
  return OK;
}

function* changeEarly(x: Exchange, lines: HeaderLines): Waiting<Verdict> {
  yield* runEarly(x, x.headers, lines.request);
  yield* runEarly(x, x.headersOut, lines.success);
  yield* runEarly(x, x.headersOut, lines.always);
  return DECLINED;
}

function* changeRequest(x: Exchange, lines: readonly Line[]): Waiting<Verdict> {
  yield* runLines(x, x.headers, lines);
  return DECLINED;
}

function fixups(x: Exchange): Soon<Verdict> {
  const lines = headers.dir(x)?.request;
  return lines === undefined || lines.length === 0 ? DECLINED : settle(changeRequest(x, lines));
}

function changeFields(x: Exchange): Soon<Verdict> {
  const lines = headers.dir(x);
  // Nearly every answer: nothing to change, nothing to wait for.
  if (lines === undefined || lines.success.length + lines.always.length === 0) return DECLINED;
  return settle(changeAnswer(x, lines));
}

export const headers: Module<undefined, HeaderLines> = defineModule<undefined, HeaderLines>({
  name: 'headers',
  directives: [header, requestHeader],
  dirConfig: {
    create: () => ({ request: [], success: [], always: [] }),
    merge: (base, add) => ({
      request: [...base.request, ...add.request],
      success: [...base.success, ...add.success],
      always: [...base.always, ...add.always],
    }),
  },
  hooks: {
    postReadRequest(x) {
      const lines = headers.dir(x);
      if (lines === undefined || lines.request.length + lines.success.length + lines.always.length === 0)
        return DECLINED;
      return settle(changeEarly(x, lines));
    },
    fixups: { last: fixups },
    // Behind the filters of content.
    insertFilter: { reallyLast: changeFields },
  },
});
