// mod_setenvif: variables set from what the request looks like, before rules and access control read them.
// Server-wide lines act when the head is read, lines of sections and .htaccess once those are known. What they do is
// run-lines.ts's.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { splitWords } from '../../conf/words.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { compileExpr, ExprSyntaxError } from '../../kit/expr/index.ts';
import { compileRegex, RegexSyntaxError } from '../../kit/regex/index.ts';
import { settle } from '../../kit/wait.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED } from '../../request/verdict.ts';
import { everywhere } from '../contexts.ts';
import type { Assignment, Line, Subject } from './line.ts';
import { runLines } from './run-lines.ts';

interface Lines {
  readonly lines: Line[];
}

/** Apache: an empty value is none, and a value that begins with `!` takes the variable away as `!VAR` does. */
function readAssignment(word: string): Assignment {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const value = equals < 0 ? '' : word.slice(equals + 1);
  if (value !== '') return { name, value, unset: value.startsWith('!') };
  if (name.startsWith('!')) return { name: name.slice(1), value: '', unset: true };
  return { name, value: '1', unset: false };
}

/** A pattern whose special characters are all escaped is looked for as it stands, and `$0` in the value stays. */
function isLiteral(pattern: string): boolean {
  return /^(?:[^\\^$.|?*+()[\]{}]|\\[\\^$.|?*+()[\]{}])*$/.test(pattern);
}

/** An attribute that is not a plain name is a pattern for header names (`^X-.*`). */
function isHeaderPattern(attribute: string): boolean {
  return /[^A-Za-z0-9_-]/.test(attribute);
}

/** Lines about the same thing share it, so that it is looked up once where they follow each other. */
function subjectFor(lines: readonly Line[], attribute: string, nocase: boolean): Subject | RegexSyntaxError {
  const name = lowerAscii(attribute);
  for (const { test } of lines) if (test.kind === 'value' && test.subject.name === name) return test.subject;
  if (!isHeaderPattern(attribute)) return { name, pattern: undefined };
  try {
    return { name, pattern: compileRegex(attribute, { nocase }) };
  } catch (error) {
    if (!(error instanceof RegexSyntaxError)) throw error;
    return error;
  }
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
  if (!pattern) return `Missing regular expression for ${cmd.name}`;
  if (variables.length === 0) return `Missing envariable expression for ${cmd.name}`;
  try {
    const lines = linesOf(cmd);
    const regex = compileRegex(pattern, { nocase });
    const subject = subjectFor(lines, attribute, nocase);
    if (subject instanceof RegexSyntaxError)
      return { message: `${cmd.name}Header name regex could not be compiled.`, why: subject.message };
    lines.push({
      test: { kind: 'value', subject, regex, isLiteral: isLiteral(pattern) },
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
      if (attribute === undefined) return `Missing header-field name for ${cmd.name}`;
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
          return `Could not parse expression "${condition}": ${error.message}`;
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
