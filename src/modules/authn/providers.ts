// Authentication providers (`file`, `anon`, and aliases of them): who has the passwords. Owns their shape and how they are
// found by name; how a client is asked, and what becomes of the answer, is auth_basic's and auth_digest's.

import type { Command } from '../../conf/command.ts';
import { mergeDir } from '../../conf/merge.ts';
import type { DirConfig } from '../../conf/section.ts';
import type { Server } from '../../conf/server.ts';
import type { Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';

/** `error`: it could not be found out, and the log says why. */
export type PasswordAnswer = 'granted' | 'denied' | 'unknown-user' | 'error';

/** The hash of `user:realm:password` of a user, or why there is none. */
export type RealmAnswer = { readonly hash: string } | Exclude<PasswordAnswer, 'granted'>;

export interface AuthnProvider {
  readonly name: string;
  /** The module that must be loaded. */
  readonly module: string;
  /** `dir` is the configuration in force for the provider. */
  checkPassword(x: Exchange, dir: DirConfig, user: string, password: string): Soon<PasswordAnswer>;
  /** Absent where it knows no such hashes. */
  realmHash?(x: Exchange, dir: DirConfig, user: string, realm: string): RealmAnswer;
}

/** By main server: aliases belong to one configuration, and are its virtual hosts' and .htaccess files', too. */
const aliases: WeakMap<Server, Map<string, AuthnProvider>> = new WeakMap();

function aliasesOf({ server }: Pick<Command, 'server'>): Map<string, AuthnProvider> {
  const main = server.main ?? server;
  let found = aliases.get(main);
  if (found === undefined) {
    found = new Map();
    aliases.set(main, found);
  }
  return found;
}

/** The provider of that name, alias or one of `builtIn` whose module is on. Names have a case, as in Apache. */
export function findProvider(
  cmd: Pick<Command, 'server' | 'hasModule'>,
  builtIn: readonly AuthnProvider[],
  name: string,
): AuthnProvider | undefined {
  return (
    builtIn.find((provider) => provider.name === name && cmd.hasModule(provider.module)) ??
    aliasesOf(cmd).get(name)
  );
}

/** `name` stands for `provider` with the configuration of `dir` on top of what is in force. */
export function addAlias(cmd: Command, name: string, provider: AuthnProvider, dir: DirConfig): void {
  const onTop = (x: Exchange, base: DirConfig): DirConfig => mergeDir(x.site.modules, base, dir);
  const { realmHash } = provider;
  aliasesOf(cmd).set(name, {
    name,
    module: provider.module,
    checkPassword: (x, base, user, password) => provider.checkPassword(x, onTop(x, base), user, password),
    ...(realmHash && {
      realmHash: (x: Exchange, base: DirConfig, user: string, realm: string) =>
        realmHash(x, onTop(x, base), user, realm),
    }),
  });
}
