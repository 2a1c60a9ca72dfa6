// The directives of mod_rewrite. Their arguments are read by the engine; here is where they may stand.

import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import type { RuleSetBuilder } from '../../rules/index.ts';
import {
  isProblem,
  type RewriteProblem,
  type RewriteWarning,
  rewriteBaseLine,
  rewriteCondLine,
  rewriteEngineLine,
  rewriteMapLine,
  rewriteOptionsLine,
  rewriteRuleLine,
} from '../../rules/index.ts';
import { everywhere, sections, servers } from '../contexts.ts';
import { openMap } from './maps.ts';
import type { RewriteScope, ScopePlace } from './scope.ts';

export type RewriteCommand = Command<RewriteScope, RewriteScope>;

function placeOf(cmd: RewriteCommand): ScopePlace {
  const { kind, context, path = '' } = cmd.section;
  const htaccess = context === '.htaccess';
  if (kind === 'server') return { directory: undefined, htaccess };
  // Apache's prefix in an <If> is a text that no file name begins with.
  const directory = kind === 'if' ? '*If/' : path.endsWith('/') ? path : `${path}/`;
  return { directory, htaccess };
}

/** The collector of the innermost scope: the server's own rules, or a section's. */
function builderOf(cmd: RewriteCommand): RuleSetBuilder {
  const place = placeOf(cmd);
  if (!place.htaccess) cmd.config.noteLine();
  const scope = cmd.section.kind === 'server' ? cmd.config : cmd.dir;
  return scope.builder(place);
}

/** In a server, the engine's state and the options are also what its sections begin with. */
function buildersOf(cmd: RewriteCommand): RuleSetBuilder[] {
  const own = builderOf(cmd);
  return cmd.section.kind === 'server' ? [own, cmd.dir.builder(placeOf(cmd))] : [own];
}

function fault(problem: RewriteProblem): DirectiveError {
  const { error: message, offset, hint } = problem;
  return hint === undefined ? { message, offset } : { message, offset, hint };
}

/** What the engine said of a line: an error, or warnings that go to the log. */
function report(
  cmd: RewriteCommand,
  said: RewriteProblem | readonly RewriteWarning[] | undefined,
): DirectiveError | undefined {
  if (said === undefined) return undefined;
  if (isProblem(said)) return fault(said);
  for (const warning of said) cmd.warn(`${warning.code}: ${warning.message}`);
  return undefined;
}

type RewriteDirective = Directive<RewriteScope, RewriteScope>;

const rewriteEngine: RewriteDirective = {
  ...rewriteEngineLine,
  contexts: everywhere,
  override: 'FileInfo',
  default: 'RewriteEngine off',
  example: 'RewriteEngine on',
  set(cmd, state: string) {
    for (const builder of buildersOf(cmd)) builder.setEngine(state === 'on');
    return undefined;
  },
};

const rewriteOptions: RewriteDirective = {
  ...rewriteOptionsLine,
  contexts: everywhere,
  override: 'FileInfo',
  example: 'RewriteOptions Inherit',
  set(cmd, word: string) {
    const [own, ...sections] = buildersOf(cmd);
    for (const builder of sections) builder.addOptions([word]);
    return report(cmd, own!.addOptions([word]));
  },
};

const rewriteBase: RewriteDirective = {
  ...rewriteBaseLine,
  contexts: sections,
  override: 'FileInfo',
  example: 'RewriteBase /myapp/',
  set: (cmd, path: string) => report(cmd, builderOf(cmd).setBase(path)),
};

const rewriteCond: RewriteDirective = {
  ...rewriteCondLine,
  contexts: everywhere,
  override: 'FileInfo',
  example: 'RewriteCond %{HTTP_HOST} ^www\\.example\\.com$ [NC]',
  set: (cmd, args: string) => report(cmd, builderOf(cmd).addCondition(args, cmd.place)),
};

const rewriteRule: RewriteDirective = {
  ...rewriteRuleLine,
  contexts: everywhere,
  override: 'FileInfo',
  example: 'RewriteRule ^/static/(.*) /srv/static/$1 [last]',
  set: (cmd, args: string) => report(cmd, builderOf(cmd).addRule(args, cmd.place)),
};

const rewriteMap: RewriteDirective = {
  ...rewriteMapLine,
  contexts: servers,
  example: 'RewriteMap escape int:escape',
  set(cmd, name: string, location: string, user?: string) {
    const map = openMap(cmd, { name, location, user });
    if (isProblem(map)) return fault(map);
    builderOf(cmd).addMap(name, map);
    return undefined;
  },
};

export const directives: readonly RewriteDirective[] = [
  rewriteEngine,
  rewriteOptions,
  rewriteBase,
  rewriteCond,
  rewriteRule,
  rewriteMap,
];
