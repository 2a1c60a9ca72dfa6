// mod_setenvif: variables set from what the request looks like, before rules and access control read them.
// Server-wide lines act when the head is read, lines of sections and .htaccess once those are known.

import type { Command } from '../conf/command.ts';
import type { Directive, DirectiveError } from '../conf/directive.ts';
import { splitWords } from '../conf/words.ts';
import { compileExpr, type Expr, type ExprCaptures, ExprSyntaxError } from '../kit/expr/index.ts';
import { compileRegex, type Regex, RegexSyntaxError } from '../kit/regex/index.ts';
import { settle, type Waiting } from '../kit/wait.ts';
import { holds } from '../request/evaluate.ts';
import type { Exchange } from '../request/exchange.ts';
import { defineModule, type Module } from '../request/module.ts';
import { protocolName } from '../request/variables.ts';
import { DECLINED, type Verdict } from '../request/verdict.ts';
import { everywhere } from './contexts.ts';

/** `VAR`, `VAR=value` or `!VAR`. */
interface Assignment {
  readonly name: string;
  readonly value: string;
  readonly unset: boolean;
}

type Test =
  | {
      readonly kind: 'attribute';
      readonly name: string;
      readonly regex: Regex;
      readonly literal: string | undefined;
      readonly nocase: boolean;
    }
  | { readonly kind: 'headers'; readonly names: Regex; readonly regex: Regex }
  | { readonly kind: 'expr'; readonly expr: Expr };

interface Line {
  readonly test: Test;
  readonly assignments: readonly Assignment[];
}

interface Lines {
  readonly lines: Line[];
}

function readAssignment(word: string): Assignment {
  const unset = word.startsWith('!');
  const text = unset ? word.slice(1) : word;
  const equals = text.indexOf('=');
  if (equals < 0) return { name: text, value: '1', unset };
  return { name: text.slice(0, equals), value: text.slice(equals + 1), unset };
}

/** A pattern without special characters is looked for as it stands, and `$0` in the value stays. */
function literalOf(pattern: string): string | undefined {
  return /[\\^$.|?*+()[\]{}]/.test(pattern) ? undefined : pattern;
}

/** An attribute that is not a plain name is a pattern for header names (`^X-.*`). */
function isHeaderPattern(attribute: string): boolean {
  return /[^A-Za-z0-9_-]/.test(attribute);
}

function compileTest(attribute: string, pattern: string, nocase: boolean): Test {
  const regex = compileRegex(pattern, { nocase });
  if (isHeaderPattern(attribute))
    return { kind: 'headers', names: compileRegex(attribute, { nocase: true }), regex };
  return { kind: 'attribute', name: attribute, regex, literal: literalOf(pattern), nocase };
}

/** The lines that a directive adds to: a section's own, or the server's. */
function linesOf(cmd: Command<Lines, Lines>): Line[] {
  return cmd.section.kind === 'server' ? cmd.config.lines : cmd.dir.lines;
}

function addLine(
  cmd: Command<Lines, Lines>,
  attribute: string,
  pattern: string | undefined,
  variables: readonly string[],
  nocase: boolean,
): DirectiveError | undefined {
  if (pattern === undefined) return `Missing regular expression for ${cmd.name}`;
  if (variables.length === 0) return `Missing envariable expression for ${cmd.name}`;
  try {
    linesOf(cmd).push({
      test: compileTest(attribute, pattern, nocase),
      assignments: variables.map(readAssignment),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    return { message: `${cmd.name} regex could not be compiled.`, why: error.message };
  }
}

function setEnvIf(name: string, nocase: boolean, help: string, example: string): Directive<Lines, Lines> {
  return {
    name,
    args: 'raw',
    contexts: everywhere,
    override: 'FileInfo',
    help,
    example,
    set(cmd, text: string) {
      const [attribute, pattern, ...variables] = splitWords(text).map((word) => word.text);
      if (attribute === undefined) return `Missing attribute for ${cmd.name}`;
      return addLine(cmd, attribute, pattern, variables, nocase);
    },
  };
}

function browserMatch(name: string, nocase: boolean): Directive<Lines, Lines> {
  return {
    name,
    args: 'raw',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'A browser regular expression and a list of variables.',
    example: `${name} ^Mozilla netscape`,
    set(cmd, text: string) {
      const [pattern, ...variables] = splitWords(text).map((word) => word.text);
      return addLine(cmd, 'User-Agent', pattern, variables, nocase);
    },
  };
}

function attributeValue(x: Exchange, name: string): string | undefined {
  switch (name.toLowerCase()) {
    case 'remote_addr':
    case 'remote_host':
      return x.clientAddress;
    case 'server_addr':
      return x.transport.localAddress;
    case 'request_method':
      return x.method;
    case 'request_protocol':
      return protocolName(x);
    case 'request_uri':
      return x.uri;
    default:
      return x.headers.combined(name.toLowerCase()) ?? (x.hasEnv() ? x.env.get(name) : undefined);
  }
}

/** The groups of a match, or undefined; without groups for a plain literal, as Apache. */
function matchText(
  test: Extract<Test, { kind: 'attribute' }>,
  value: string,
): readonly (string | undefined)[] | undefined {
  if (test.literal !== undefined && !test.nocase) return value.includes(test.literal) ? [] : undefined;
  return test.regex.exec(value)?.groups;
}

function matchHeaders(
  x: Exchange,
  test: Extract<Test, { kind: 'headers' }>,
): readonly (string | undefined)[] | undefined {
  for (const [name, value] of x.headers) {
    if (!test.names.test(name)) continue;
    const match = test.regex.exec(value);
    if (match !== null) return match.groups;
  }
  return undefined;
}

function* runTest(x: Exchange, test: Test): Waiting<readonly (string | undefined)[] | undefined> {
  switch (test.kind) {
    case 'attribute':
      return matchText(test, attributeValue(x, test.name) ?? '');
    case 'headers':
      return matchHeaders(x, test);
    case 'expr': {
      const captures: ExprCaptures = { groups: [] };
      return (yield* holds(x, test.expr, captures)) === true ? captures.groups : undefined;
    }
  }
}

function expand(value: string, groups: readonly (string | undefined)[]): string {
  if (groups.length === 0) return value;
  return value.replace(/\$(\d)/g, (_, digit: string) => groups[Number(digit)] ?? '');
}

function* runLines(x: Exchange, lines: readonly Line[]): Waiting<Verdict> {
  for (const line of lines) {
    const groups = yield* runTest(x, line.test);
    if (groups === undefined) continue;
    for (const { name, value, unset } of line.assignments) {
      if (unset) x.env.delete(name);
      else x.env.set(name, expand(value, groups));
    }
  }
  return DECLINED;
}

const EMPTY = {
  create: (): Lines => ({ lines: [] }),
  merge: (base: Lines, add: Lines): Lines => ({ lines: [...base.lines, ...add.lines] }),
};

export const setenvif: Module<Lines, Lines> = defineModule<Lines, Lines>({
  name: 'setenvif',
  directives: [
    setEnvIf(
      'SetEnvIf',
      false,
      'A header-name, regex and a list of variables.',
      'SetEnvIf Request_URI "\\.gif$" object_is_image',
    ),
    setEnvIf(
      'SetEnvIfNoCase',
      true,
      'a header-name, regex and a list of variables.',
      'SetEnvIfNoCase Host example\\.org site=example',
    ),
    browserMatch('BrowserMatch', false),
    browserMatch('BrowserMatchNoCase', true),
    {
      name: 'SetEnvIfExpr',
      args: 'raw',
      contexts: everywhere,
      override: 'FileInfo',
      help: 'an expression and a list of variables.',
      example: `SetEnvIfExpr "%{REQUEST_METHOD} == 'POST'" is_post`,
      set(cmd, text: string) {
        const [condition, ...variables] = splitWords(text).map((word) => word.text);
        if (condition === undefined) return 'Missing expression for SetEnvIfExpr';
        if (variables.length === 0) return 'Missing envariable expression for SetEnvIfExpr';
        try {
          const expr = compileExpr(condition, {
            kind: 'condition',
            restricted: cmd.section.context === '.htaccess',
          });
          linesOf(cmd).push({ test: { kind: 'expr', expr }, assignments: variables.map(readAssignment) });
          return undefined;
        } catch (error) {
          if (!(error instanceof ExprSyntaxError)) throw error;
          return `Cannot parse expression in SetEnvIfExpr: ${error.message}`;
        }
      },
    },
  ],
  serverConfig: EMPTY,
  dirConfig: EMPTY,
  hooks: {
    postReadRequest(x) {
      const { lines } = setenvif.server(x);
      return lines.length === 0 ? DECLINED : settle(runLines(x, lines));
    },
    headerParser(x) {
      const lines = setenvif.dir(x)?.lines;
      return lines === undefined || lines.length === 0 ? DECLINED : settle(runLines(x, lines));
    },
  },
});
