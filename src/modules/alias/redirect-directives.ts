// Redirect, RedirectMatch and their two shorter forms.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { everywhere } from '../contexts.ts';
import { compilePattern, compileTarget, isFault } from './compile.ts';
import type { AliasDir, AliasServer, RedirectEntry } from './config.ts';

type AliasCommand = Command<AliasServer, AliasDir>;
type AliasDirective = Directive<AliasServer, AliasDir>;

const STATUS_WORDS: Readonly<Record<string, number>> = {
  permanent: 301,
  temp: 302,
  seeother: 303,
  gone: 410,
};

/** The status that a first word names; undefined when it is none. */
function readStatus(word: string): number | undefined {
  return STATUS_WORDS[lowerAscii(word)] ?? (/^[0-9]/.test(word) ? Number.parseInt(word, 10) : undefined);
}

export function isRedirectStatus(status: number): boolean {
  return status >= 300 && status < 400;
}

export function isAbsoluteUrl(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(target);
}

/** What goes where: `from` is a path or a pattern. */
interface RedirectLine {
  readonly status: number;
  readonly from: string;
  readonly target: string | undefined;
}

/** Sorts two or three words; the status may be left out. */
function readRedirect(words: readonly string[]): RedirectLine | string {
  const [first = '', second = '', third] = words;
  const status = readStatus(first);
  if (third !== undefined) {
    if (status === undefined) return 'Redirect: invalid first argument (of three)';
    return { status, from: second, target: third };
  }
  if (status === undefined)
    return { status: 302, from: first, target: words.length > 1 ? second : undefined };
  return { status, from: second, target: undefined };
}

function checkTarget({ status, target }: RedirectLine, isPattern: boolean): string | undefined {
  if (!isRedirectStatus(status))
    return target === undefined ? undefined : 'Redirect URL not valid for this status';
  if (target === undefined) return 'URL to redirect to is missing';
  // The target of a pattern may begin with what it captures.
  return isPattern || target.startsWith('/') || isAbsoluteUrl(target) ? undefined : 'Redirect to non-URL';
}

function entriesOf(cmd: AliasCommand): RedirectEntry[] {
  return cmd.section.kind === 'server' ? cmd.config.redirects : cmd.dir.redirects;
}

function addRedirect(cmd: AliasCommand, line: RedirectLine): DirectiveError | undefined {
  const error = checkTarget(line, false);
  if (error !== undefined) return error;
  const { status, from: prefix, target } = line;
  const { place } = cmd;
  entriesOf(cmd).push(target === undefined ? { prefix, status, place } : { prefix, status, target, place });
  return undefined;
}

function addMatch(cmd: AliasCommand, line: RedirectLine): DirectiveError | undefined {
  const error = checkTarget(line, true);
  if (error !== undefined) return error;
  const regex = compilePattern(line.from);
  if (isFault(regex)) return regex;
  const { status, target } = line;
  const { place } = cmd;
  entriesOf(cmd).push(target === undefined ? { regex, status, place } : { regex, status, target, place });
  return undefined;
}

/** In a section one word is enough: everything in it is redirected. */
function setSectionRedirect(
  cmd: AliasCommand,
  status: number,
  target: string | undefined,
): DirectiveError | undefined {
  if (target === undefined) {
    if (isRedirectStatus(status)) return 'URL to redirect to is missing';
    cmd.dir.redirect = { status, place: cmd.place };
    return undefined;
  }
  const expr = compileTarget(target, 'redirect', cmd.section.context === '.htaccess');
  if (isFault(expr)) return expr;
  cmd.dir.redirect = { status, target: expr, place: cmd.place };
  return undefined;
}

function setRedirect(cmd: AliasCommand, words: readonly string[]): DirectiveError | undefined {
  const status = readStatus(words[0] ?? '');
  if (cmd.section.kind !== 'server') {
    if (words.length === 1)
      return status === undefined
        ? setSectionRedirect(cmd, 302, words[0])
        : setSectionRedirect(cmd, status, undefined);
    // Apache: `Redirect 301 /new` speaks of the whole section, `Redirect gone /old` of one path.
    if (words.length === 2 && status !== undefined && isRedirectStatus(status))
      return setSectionRedirect(cmd, status, words[1]);
  }
  const line = readRedirect(words);
  return typeof line === 'string' ? line : addRedirect(cmd, line);
}

function present(words: readonly (string | undefined)[]): string[] {
  return words.filter((word) => word !== undefined);
}

function shortForm(name: string, status: number, example: string): AliasDirective {
  return {
    name,
    args: 'take2',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'a document to be redirected, then the destination URL',
    example,
    set: (cmd, from = '', target = '') => addRedirect(cmd, { status, from, target }),
  };
}

export const redirectDirectives: readonly AliasDirective[] = [
  {
    name: 'Redirect',
    args: 'take123',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'an optional status, then document to be redirected and destination URL',
    example: 'Redirect permanent /old http://www.example.com/new',
    set: (cmd, ...words) => setRedirect(cmd, present(words)),
  },
  {
    name: 'RedirectMatch',
    args: 'take23',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'an optional status, then a regular expression and destination URL',
    example: 'RedirectMatch (.*)\\.gif$ http://images.example.com$1.jpg',
    set(cmd, ...words) {
      const line = readRedirect(present(words));
      return typeof line === 'string' ? line : addMatch(cmd, line);
    },
  },
  shortForm('RedirectTemp', 302, 'RedirectTemp /one http://www.example.com/two'),
  shortForm('RedirectPermanent', 301, 'RedirectPermanent /one http://www.example.com/two'),
  {
    name: 'RedirectRelative',
    args: 'flag',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Off',
    help: 'Set to ON to allow relative redirect targets to be issued as-is',
    example: 'RedirectRelative On',
    set(cmd, value) {
      cmd.dir.relative = value === 'on';
      return undefined;
    },
  },
];
