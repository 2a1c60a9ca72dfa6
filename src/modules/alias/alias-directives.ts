// Alias, AliasMatch, ScriptAlias, ScriptAliasMatch.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { everywhere, serverFiles, servers } from '../contexts.ts';
import { compilePattern, compileTarget, isFault } from './compile.ts';
import type { AliasDir, AliasEntry, AliasServer } from './config.ts';
import { firstThatApplies } from './entry-index.ts';
import { matchPrefix } from './prefix.ts';

type AliasCommand = Command<AliasServer, AliasDir>;
type AliasDirective = Directive<AliasServer, AliasDir>;

/** An absolute path that keeps its trailing slash: it is glued to what follows the prefix. */
function resolveTarget(cmd: AliasCommand, path: string): string {
  const absolute = cmd.resolve(path);
  return path.endsWith('/') && absolute !== '/' ? `${absolute}/` : absolute;
}

function withHandler(handler: string | undefined): { handler?: string } {
  return handler === undefined ? {} : { handler };
}

/** The first alias that covers a path; kept up to date while the list grows, so that it can be long. */
function findCovering(aliases: readonly AliasEntry[], path: string): AliasEntry | undefined {
  return firstThatApplies(aliases, path, (entry) => {
    const covers = entry.prefix === undefined ? entry.regex!.test(path) : matchPrefix(path, entry.prefix) > 0;
    return covers ? entry : undefined;
  });
}

/** A later alias below an earlier one is never reached: the first match wins. */
function warnOverlap(cmd: AliasCommand, prefix: string): void {
  const earlier = findCovering(cmd.config.aliases, prefix);
  if (!earlier) return;
  const name = `${earlier.handler === undefined ? '' : 'Script'}Alias${earlier.regex ? 'Match' : ''}`;
  cmd.warn(
    `AH00671: The ${cmd.name} directive in ${cmd.place.file} at line ${cmd.place.line} will probably never match because it overlaps an earlier ${name}.`,
    {
      why: `${earlier.prefix ?? earlier.regex!.source} comes first and covers it.`,
      hint: 'Write the longer path first.',
    },
  );
}

function addAlias(cmd: AliasCommand, prefix: string, target: string, handler?: string): undefined {
  warnOverlap(cmd, prefix);
  cmd.config.aliases.push({
    prefix,
    target: resolveTarget(cmd, target),
    place: cmd.place,
    ...withHandler(handler),
  });
  return undefined;
}

function setSectionAlias(cmd: AliasCommand, target: string, handler?: string): DirectiveError | undefined {
  const { section } = cmd;
  if (section.kind !== 'location') {
    const name = section.kind === 'files' ? 'Files' : section.kind === 'if' ? 'If' : 'Directory';
    return `${cmd.name} cannot occur within <${name}> section`;
  }
  const expr = compileTarget(target, 'alias', false);
  if (isFault(expr)) return expr;
  cmd.dir.alias = {
    prefix: section.path ?? '/',
    isRegex: section.isRegex ?? false,
    target: expr,
    place: cmd.place,
    resolve: (path) => resolveTarget(cmd, path),
    ...withHandler(handler),
  };
  return undefined;
}

function setAlias(
  cmd: AliasCommand,
  first: string,
  second: string | undefined,
  handler?: string,
): DirectiveError | undefined {
  const isGlobal = cmd.section.kind === 'server';
  if (isGlobal && second === undefined) return 'Alias must have two arguments when used globally';
  if (isGlobal && second !== undefined) return addAlias(cmd, first, second, handler);
  if (second !== undefined) return `${cmd.name} cannot occur within directory context`;
  return setSectionAlias(cmd, first, handler);
}

function addMatch(
  cmd: AliasCommand,
  pattern: string,
  target: string,
  handler?: string,
): DirectiveError | undefined {
  const regex = compilePattern(pattern);
  if (isFault(regex)) return regex;
  cmd.config.aliases.push({
    regex,
    target: resolveTarget(cmd, target),
    place: cmd.place,
    ...withHandler(handler),
  });
  return undefined;
}

export const aliasDirectives: readonly AliasDirective[] = [
  {
    name: 'Alias',
    args: 'take12',
    contexts: serverFiles,
    help: 'a fakename and a realname, or a realname in a Location',
    example: 'Alias /icons/ /usr/share/apache2/icons/',
    set: (cmd, first = '', second = undefined) => setAlias(cmd, first, second),
  },
  {
    name: 'ScriptAlias',
    args: 'take12',
    contexts: serverFiles,
    help: 'a fakename and a realname, or a realname in a Location',
    example: 'ScriptAlias /cgi-bin/ /usr/lib/cgi-bin/',
    set: (cmd, first = '', second = undefined) => setAlias(cmd, first, second, 'cgi-script'),
  },
  {
    name: 'AliasMatch',
    args: 'take2',
    contexts: servers,
    help: 'a regular expression and a filename',
    example: 'AliasMatch ^/users/([^/]+)/(.*)$ /home/$1/public/$2',
    set: (cmd, pattern = '', target = '') => addMatch(cmd, pattern, target),
  },
  {
    name: 'ScriptAliasMatch',
    args: 'take2',
    contexts: servers,
    help: 'a regular expression and a filename',
    example: 'ScriptAliasMatch ^/cgi-bin(.*) /usr/lib/cgi-bin$1',
    set: (cmd, pattern = '', target = '') => addMatch(cmd, pattern, target, 'cgi-script'),
  },
  {
    name: 'AliasPreservePath',
    args: 'flag',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Off',
    help: 'Set to ON to map the full path after the fakename to the realname.',
    example: 'AliasPreservePath On',
    set(cmd, value) {
      cmd.dir.preservePath = value === 'on';
      return undefined;
    },
  },
];
