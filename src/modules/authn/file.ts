// mod_authn_file: users and the hashes of their passwords in text files, as htpasswd and htdigest write them.

import type { DirConfig } from '../../conf/section.ts';
import { andThen, type Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { sections } from '../contexts.ts';
import { splitAtColon, TableFileError, TableFiles, tableLines } from '../table-file.ts';
import { VerifiedPasswords } from './password/verified.ts';
import type { AuthnProvider, PasswordAnswer, RealmAnswer } from './providers.ts';

interface AuthnFileDir {
  file?: string;
}

/** Apache's buffer for a line, its end included. */
const LONGEST_LINE = 8191;

/** One file, which may hold both kinds of lines; the first line of a user counts. */
interface PasswordFile {
  /** `user:hash`. */
  readonly passwords: ReadonlyMap<string, string>;
  /** `user:realm:hash`, by user and realm. */
  readonly realms: ReadonlyMap<string, string>;
}

function realmKey(user: string, realm: string): string {
  return `${user}:${realm}`;
}

function parseFile(text: string): PasswordFile {
  const passwords = new Map<string, string>();
  const realms = new Map<string, string>();
  for (const line of tableLines(text, LONGEST_LINE)) {
    const [user, rest] = splitAtColon(line);
    const [second, third] = splitAtColon(rest);
    if (!passwords.has(user)) passwords.set(user, second);
    const key = realmKey(user, second);
    if (!realms.has(key)) realms.set(key, splitAtColon(third)[0]);
  }
  return { passwords, realms };
}

interface AuthnFileState {
  readonly files: TableFiles<PasswordFile>;
  readonly verified: VerifiedPasswords;
}

function stateOf(x: Exchange): AuthnFileState {
  return authnFile.state(x.site) as AuthnFileState;
}

/** The table in force; undefined, and logged, when there is none. `numbers` are those of Apache's messages. */
function openFile(
  x: Exchange,
  dir: DirConfig,
  numbers: { readonly unset: string; readonly unreadable: string },
): PasswordFile | undefined {
  const path = (dir.values[authnFile.slot] as AuthnFileDir | undefined)?.file;
  if (path === undefined) {
    logEvent(x, 'authn_file', 'error', `${numbers.unset}: AuthUserFile not specified in the configuration`);
    return undefined;
  }
  try {
    return stateOf(x).files.read(x.site.io, path);
  } catch (error) {
    if (!(error instanceof TableFileError)) throw error;
    logEvent(
      x,
      'authn_file',
      'error',
      `${error.message}: ${numbers.unreadable}: Could not open password file: ${path}`,
    );
    return undefined;
  }
}

/** What a request has tried in vain: subrequests (a listing's entries) do not pay for it again. */
const refused: WeakMap<Exchange, Set<string>> = new WeakMap();

function refuse(root: Exchange, pair: string): PasswordAnswer {
  const pairs = refused.get(root);
  if (pairs === undefined) refused.set(root, new Set([pair]));
  else pairs.add(pair);
  return 'denied';
}

function checkPassword(x: Exchange, dir: DirConfig, user: string, password: string): Soon<PasswordAnswer> {
  const table = openFile(x, dir, { unset: 'AH01619', unreadable: 'AH01620' });
  if (table === undefined) return 'error';
  const hash = table.passwords.get(user);
  if (hash === undefined) return 'unknown-user';
  const root = x.root();
  const pair = `${hash}\0${password}`;
  if (refused.get(root)?.has(pair)) return 'denied';
  return andThen(stateOf(x).verified.verify(password, hash), (isRight) => {
    if (isRight === true) return 'granted';
    if (isRight === undefined) logUnknownHash(x, user);
    return refuse(root, pair);
  });
}

/** Not a word of the hash itself: whoever reads a log is not meant to try passwords. */
function logUnknownHash(x: Exchange, user: string): void {
  logEvent(
    x,
    'authn_file',
    'error',
    `user ${user} has a password hash of a kind that is not known here, and cannot log in: use htpasswd -B, or its default`,
  );
}

function realmHash(x: Exchange, dir: DirConfig, user: string, realm: string): RealmAnswer {
  const table = openFile(x, dir, { unset: 'AH01621', unreadable: 'AH01622' });
  if (table === undefined) return 'error';
  const hash = table.realms.get(realmKey(user, realm));
  return hash === undefined ? 'unknown-user' : { hash };
}

/** `AuthBasicProvider file`, and what is asked where no provider is named. */
export const fileProvider: AuthnProvider = {
  name: 'file',
  module: 'authn_file_module',
  checkPassword,
  realmHash,
};

export const authnFile: Module<undefined, AuthnFileDir> = defineModule<undefined, AuthnFileDir>({
  name: 'authn_file',
  directives: [
    {
      name: 'AuthUserFile',
      args: 'take1',
      contexts: sections,
      override: 'AuthConfig',
      help: 'text file containing user IDs and passwords',
      example: 'AuthUserFile /etc/apache2/htpasswd',
      set(cmd, path = '') {
        cmd.dir.file = cmd.resolve(path);
        return undefined;
      },
    },
  ],
  dirConfig: { create: () => ({}), merge: (_base, add) => add },
  open: (): AuthnFileState => ({ files: new TableFiles(parseFile), verified: new VerifiedPasswords() }),
});
