// <AuthzProviderAlias>: a kind of rule with its arguments and a configuration of its own, under a name for Require.

import type { Command, Section } from '../../conf/command.ts';
import type { Container, ContentRunner, DirectiveError } from '../../conf/directive.ts';
import { mergeDir } from '../../conf/merge.ts';
import { DirConfig } from '../../conf/section.ts';
import type { Server } from '../../conf/server.ts';
import { splitWords } from '../../conf/words.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { Provider } from './provider.ts';
import { providers } from './providers.ts';
import type { RuleTest, Ruling } from './rules.ts';

/** By main server: aliases belong to one configuration, and are its virtual hosts' and .htaccess files', too. */
const aliases: WeakMap<Server, Map<string, Provider>> = new WeakMap();

function aliasesOf({ server }: Pick<Command, 'server'>): Map<string, Provider> {
  const main = server.main ?? server;
  let found = aliases.get(main);
  if (found === undefined) {
    found = new Map();
    aliases.set(main, found);
  }
  return found;
}

/** The kind of rule of that name, alias or one whose module is on. */
export function findProvider(cmd: Pick<Command, 'server' | 'hasModule'>, name: string): Provider | undefined {
  const alias = aliasesOf(cmd).get(name);
  if (alias !== undefined) return alias;
  const provider = providers.get(name);
  return provider !== undefined && cmd.hasModule(provider.module) ? provider : undefined;
}

/** All names that Require knows where `cmd` stands. */
export function providerNames(cmd: Pick<Command, 'server'>): string[] {
  return [...aliasesOf(cmd).keys(), ...providers.keys()];
}

/** The test, with the alias's configuration on top of what is in force. */
function testWithin(dir: DirConfig, test: RuleTest): RuleTest {
  return async (x: Exchange): Promise<Ruling> => {
    const before = x.dirConfig;
    x.dirConfig = mergeDir(x.site.modules, before, dir);
    try {
      return await test(x);
    } finally {
      x.dirConfig = before;
    }
  };
}

function openAlias(cmd: Command, arg: string, content: ContentRunner): DirectiveError | undefined {
  const [name = '', alias = '', args = '', extra] = splitWords(arg).map((word) => word.text);
  if (name === '' || alias === '') return '<AuthzProviderAlias> directive requires additional arguments';
  if (extra !== undefined)
    cmd.warn(
      `AH10142: When several arguments (${args} ${extra}...) are passed to a <AuthzProviderAlias directive, they must be enclosed in quotation marks.  Otherwise, only the first one is taken into account`,
    );
  const dir = new DirConfig();
  const inner: Section = { kind: 'other', context: 'directory', path: '', dir, parent: cmd.section };
  content(inner, ['AuthConfig']);
  const provider = findProvider(cmd, name);
  if (provider === undefined) return `Unknown Authz provider: ${name}`;
  const test = provider.compile(args, false);
  if (typeof test !== 'function') {
    const reason = typeof test === 'string' ? test : test.message;
    return `Can't parse 'Require ${name} ${args}': ${reason}`;
  }
  // What stands behind the alias in a Require line counts for nothing, as in Apache.
  aliasesOf(cmd).set(alias, { module: provider.module, compile: () => testWithin(dir, test) });
  return undefined;
}

export const authzProviderAlias: Container = {
  name: 'AuthzProviderAlias',
  contexts: ['server config'],
  help: "container for grouping an authorization provider's directives under a provider alias",
  example:
    '<AuthzProviderAlias ip office "192.0.2.0/24 198.51.100.0/24">\n</AuthzProviderAlias>\n<Location /reports>\nRequire office\n</Location>',
  open: (cmd, arg, content) => openAlias(cmd, arg, content),
};
