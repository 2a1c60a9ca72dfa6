// mod_authn_core: how clients are asked who they are (AuthType), for what (AuthName), and aliases of providers.

import type { Command, Section } from '../../conf/command.ts';
import type { ContentRunner, DirectiveError } from '../../conf/directive.ts';
import { DirConfig } from '../../conf/section.ts';
import { splitWords } from '../../conf/words.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { Expr } from '../../kit/expr/index.ts';
import { andThen, type Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { OK, type Verdict } from '../../request/verdict.ts';
import { sections } from '../contexts.ts';
import { builtInProviders } from './built-in.ts';
import { compileText, evaluateText } from './evaluate.ts';
import { addAlias, findProvider } from './providers.ts';

interface AuthnCoreDir {
  type?: Expr;
  name?: Expr;
}

type CoreCommand = Command<undefined, AuthnCoreDir>;

/** AuthType in force, as written; undefined for none and for `None`. */
export function authType(x: Exchange): Soon<string | undefined> {
  const expr = authnCore.dir(x)?.type;
  if (expr === undefined) return undefined;
  return andThen(
    evaluateText(x, expr, 'authn_core', 'AH02834: AuthType expression could not be evaluated: '),
    (type) => (type === undefined || equalsIgnoreCase(type, 'None') ? undefined : type),
  );
}

/** AuthName in force, ready to stand between quotes. */
export function authName(x: Exchange): Soon<string | undefined> {
  const expr = authnCore.dir(x)?.name;
  if (expr === undefined) return undefined;
  return andThen(
    evaluateText(x, expr, 'authn_core', 'AH02835: AuthName expression could not be evaluated: '),
    (name) => (name === undefined ? undefined : escapeQuotes(name)),
  );
}

/** A backslash before each quote that has none; whatever follows a backslash has one. */
export function escapeQuotes(text: string): string {
  return text.replace(/\\.|"/gs, (found) => (found === '"' ? '\\"' : found));
}

/** Somebody has to be asked who they are, and no module has felt responsible. */
function refuseUnknownType(x: Exchange): Soon<Verdict> {
  return andThen(authType(x), (type) => {
    if (type === undefined) return OK;
    logEvent(x, 'authn_core', 'error', `AH01796: AuthType ${type} configured without corresponding module`);
    return 500;
  });
}

function setName(cmd: CoreCommand, text: string): DirectiveError | undefined {
  const name = compileText(text, isRestricted(cmd), `Cannot parse expression '${text}' in AuthName: `);
  if ('message' in name) return name;
  cmd.dir.name = name;
  return undefined;
}

function setType(cmd: CoreCommand, text: string): DirectiveError | undefined {
  const type = compileText(text, isRestricted(cmd), `Cannot parse expression '${text}' in AuthType: `);
  if ('message' in type) return type;
  cmd.dir.type = type;
  return undefined;
}

/** Anybody who may upload an .htaccess file can write such an expression. */
function isRestricted(cmd: CoreCommand): boolean {
  return cmd.section.context === '.htaccess';
}

function openAlias(cmd: Command, arg: string, content: ContentRunner): DirectiveError | undefined {
  const [provider = '', alias = ''] = splitWords(arg).map((word) => word.text);
  if (provider === '' || alias === '') return '<AuthnProviderAlias> directive requires additional arguments';
  if (equalsIgnoreCase(provider, alias))
    return 'The alias provider name must be different from the base provider name.';
  if (findProvider(cmd, builtInProviders, alias) !== undefined)
    return `The alias provider ${alias} has already be registered previously as either a base provider or an alias provider.`;
  const dir = new DirConfig();
  const inner: Section = { kind: 'other', context: 'directory', path: '', dir, parent: cmd.section };
  content(inner, ['AuthConfig']);
  const base = findProvider(cmd, builtInProviders, provider);
  if (base === undefined) return `Unknown Authn provider: ${provider}`;
  addAlias(cmd, alias, base, dir);
  return undefined;
}

export const authnCore: Module<undefined, AuthnCoreDir> = defineModule<undefined, AuthnCoreDir>({
  name: 'authn_core',
  directives: [
    {
      name: 'AuthType',
      args: 'take1',
      contexts: sections,
      override: 'AuthConfig',
      help: 'an HTTP authorization type (e.g., "Basic")',
      example: 'AuthType Basic',
      set: (cmd, text = '') => setType(cmd, text),
    },
    {
      name: 'AuthName',
      args: 'take1',
      contexts: sections,
      override: 'AuthConfig',
      help: 'the authentication realm (e.g. "Members Only")',
      example: 'AuthName "Members Only"',
      set: (cmd, text = '') => setName(cmd, text),
    },
    {
      name: 'AuthnProviderAlias',
      contexts: ['server config'],
      help: "container for grouping an authentication provider's directives under a provider alias",
      example:
        '<AuthnProviderAlias file staff>\nAuthUserFile /etc/apache2/staff.htpasswd\n</AuthnProviderAlias>',
      open: (cmd, arg, content) => openAlias(cmd, arg, content),
    },
  ],
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: { checkUserId: { last: refuseUnknownType } },
});
