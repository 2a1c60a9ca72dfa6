// mod_auth_basic: names and passwords in the Authorization field (RFC 7617), checked by providers; and such a field made
// up for the application behind (AuthBasicFake).

import { createHash } from 'node:crypto';
import type { Command } from '../../conf/command.ts';
import type { Directive, DirectiveError } from '../../conf/directive.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { Expr } from '../../kit/expr/index.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { sections } from '../contexts.ts';
import { builtInProviders } from './built-in.ts';
import { authName, authType } from './core.ts';
import { compileText, evaluateText } from './evaluate.ts';
import { fileProvider } from './file.ts';
import { isSameText } from './password/verify.ts';
import { type AuthnProvider, findProvider, type PasswordAnswer } from './providers.ts';

interface Fake {
  readonly user: Expr;
  readonly password: Expr;
}

interface AuthBasicDir {
  providers?: AuthnProvider[];
  authoritative?: boolean;
  /** `off`: none, whatever an outer section says. */
  fake?: Fake | 'off';
  usesDigest?: boolean;
}

type BasicCommand = Command<undefined, AuthBasicDir>;

/** Undefined: the client has given none, or in another scheme. */
interface Credentials {
  readonly user: string;
  readonly password: string;
}

function log(x: Exchange, text: string, level: 'error' | 'info' = 'error'): void {
  logEvent(x, 'auth_basic', level, text);
}

export function challengeBasic(x: Exchange, realm: string): void {
  x.errHeadersOut.set('WWW-Authenticate', `Basic realm="${realm}"`);
}

/** Apache reads base64 up to the first byte that is none, and what it holds up to a NUL. */
function decodeCredentials(text: string): Credentials {
  const digits = /^[A-Za-z0-9+/]*/.exec(text)![0];
  const decoded = Buffer.from(digits, 'base64').toString('latin1').split('\0', 1)[0]!;
  const colon = decoded.indexOf(':');
  if (colon < 0) return { user: decoded, password: '' };
  return { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

function readCredentials(x: Exchange): Credentials | undefined {
  const field = x.headers.combined('authorization');
  if (field === undefined) return undefined;
  const [scheme = ''] = field.split(' ', 1);
  if (!equalsIgnoreCase(scheme, 'Basic')) {
    log(x, `AH01614: client used wrong authentication scheme: ${x.uri}`);
    return undefined;
  }
  return decodeCredentials(field.slice(scheme.length).replace(/^[ \t]+/, ''));
}

async function authenticate(x: Exchange): Promise<Verdict> {
  const type = await authType(x);
  if (type === undefined || !equalsIgnoreCase(type, 'Basic')) return DECLINED;
  const realm = await authName(x);
  if (realm === undefined) {
    log(x, `AH01615: need AuthName: ${x.uri}`);
    return 500;
  }
  x.authType = type;
  const credentials = readCredentials(x);
  if (credentials === undefined) {
    challengeBasic(x, realm);
    return 401;
  }
  // Apache: known to logs and error documents although nobody has checked it.
  x.user = credentials.user;
  const answer = await askProviders(x, credentials, realm);
  return answer === 'granted' ? OK : refuse(x, credentials.user, realm, answer);
}

function refuse(
  x: Exchange,
  user: string,
  realm: string,
  answer: Exclude<PasswordAnswer, 'granted'>,
): Verdict {
  const isAuthoritative = authBasic.dir(x)?.authoritative ?? true;
  if (!isAuthoritative && answer !== 'denied') return DECLINED;
  switch (answer) {
    case 'denied':
      log(x, `AH01617: user ${user}: authentication failure for "${x.uri}": Password Mismatch`);
      break;
    case 'unknown-user':
      log(x, `AH01618: user ${user} not found: ${x.uri}`);
      break;
    case 'error':
      return 500;
  }
  challengeBasic(x, realm);
  return 401;
}

/** One after the other, until one knows the user. */
async function askProviders(x: Exchange, given: Credentials, realm: string): Promise<PasswordAnswer> {
  const dir = authBasic.dir(x);
  for (const provider of dir?.providers ?? defaultProviders(x)) {
    const answer = dir?.usesDigest
      ? askForHash(x, provider, given, realm)
      : await provider.checkPassword(x, x.dirConfig, given.user, given.password);
    if (answer !== 'unknown-user') return answer;
  }
  return 'unknown-user';
}

const NO_PROVIDER: AuthnProvider = {
  name: '',
  module: '',
  checkPassword(x) {
    log(x, 'AH01616: No Authn provider configured');
    return 'error';
  },
};

function defaultProviders(x: Exchange): readonly AuthnProvider[] {
  return [x.site.conf.hasModule(fileProvider.module) ? fileProvider : NO_PROVIDER];
}

/** AuthBasicUseDigestAlgorithm MD5: the file has hashes of user, realm and password. */
function askForHash(
  x: Exchange,
  provider: AuthnProvider,
  { user, password }: Credentials,
  realm: string,
): PasswordAnswer {
  if (provider.realmHash === undefined) {
    log(x, 'AH02493: Authn provider does not support AuthBasicUseDigestAlgorithm');
    return 'error';
  }
  const found = provider.realmHash(x, x.dirConfig, user, realm);
  if (typeof found === 'string') return found;
  const hash = createHash('md5').update(`${user}:${realm}:${password}`, 'latin1').digest('hex');
  return isSameText(hash, found.hash) ? 'granted' : 'denied';
}

/** Puts the field in that an application behind this server is to find. */
async function fakeField(x: Exchange, fake: Fake): Promise<Verdict> {
  const user = await evaluateText(
    x,
    fake.user,
    'auth_basic',
    `AH02455: AuthBasicFake: could not evaluate user expression for URI '${x.uri}': `,
  );
  if (user === undefined) return 500;
  if (user === '') return dropField(x, 'AH02458', 'username');
  const password = await evaluateText(
    x,
    fake.password,
    'auth_basic',
    `AH02456: AuthBasicFake: could not evaluate password expression for URI '${x.uri}': `,
  );
  if (password === undefined) return 500;
  if (password === '') return dropField(x, 'AH02459', 'password');
  x.headers.set('Authorization', `Basic ${Buffer.from(`${user}:${password}`, 'latin1').toString('base64')}`);
  return OK;
}

function dropField(x: Exchange, number: string, what: string): Verdict {
  log(x, `${number}: AuthBasicFake: empty ${what} expression for URI '${x.uri}', ignoring`, 'info');
  x.headers.delete('authorization');
  return DECLINED;
}

function addProvider(cmd: BasicCommand, name: string): DirectiveError | undefined {
  const provider = findProvider(cmd, builtInProviders, name);
  if (provider === undefined) return `Unknown Authn provider: ${name}`;
  cmd.dir.providers ??= [];
  cmd.dir.providers.push(provider);
  return undefined;
}

function setFake(cmd: BasicCommand, user: string, password: string): DirectiveError | undefined {
  if (equalsIgnoreCase(user, 'off')) {
    cmd.dir.fake = 'off';
    return undefined;
  }
  const restricted = cmd.section.context === '.htaccess';
  const userText = compileText(user, restricted, `Could not parse fake username expression '${user}': `);
  if ('message' in userText) return userText;
  const passwordText = compileText(
    password,
    restricted,
    `Could not parse fake password expression associated to user '${user}': `,
  );
  if ('message' in passwordText) return passwordText;
  cmd.dir.fake = { user: userText, password: passwordText };
  return undefined;
}

const inSection = { contexts: sections, override: 'AuthConfig' } as const;

const directives: readonly Directive<undefined, AuthBasicDir>[] = [
  {
    ...inSection,
    name: 'AuthBasicProvider',
    args: 'iterate',
    default: 'file',
    help: 'specify the auth providers for a directory or location',
    example: 'AuthBasicProvider file',
    set: (cmd, name = '') => addProvider(cmd, name),
  },
  {
    ...inSection,
    name: 'AuthBasicAuthoritative',
    args: 'flag',
    default: 'On',
    help: "Set to 'Off' to allow access control to be passed along to lower modules if the UserID is not known to this module",
    example: 'AuthBasicAuthoritative Off',
    set({ dir }, value) {
      dir.authoritative = value === 'on';
      return undefined;
    },
  },
  {
    ...inSection,
    name: 'AuthBasicFake',
    args: 'take12',
    help: "Fake basic authentication using the given expressions for username and password, 'off' to disable. Password defaults to 'password' if missing.",
    example: 'AuthBasicFake demo demopass',
    set: (cmd, user = '', password = 'password') => setFake(cmd, user, password),
  },
  {
    ...inSection,
    name: 'AuthBasicUseDigestAlgorithm',
    args: 'take1',
    default: 'Off',
    help: "Set to 'MD5' to use the auth provider's authentication check for digest auth, using a hash of 'user:realm:pass'",
    example: 'AuthBasicUseDigestAlgorithm MD5',
    set({ dir }, word = '') {
      if (!equalsIgnoreCase(word, 'Off') && !equalsIgnoreCase(word, 'MD5'))
        return `Invalid algorithm in AuthBasicUseDigestAlgorithm: ${word}`;
      dir.usesDigest = equalsIgnoreCase(word, 'MD5');
      return undefined;
    },
  },
];

export const authBasic: Module<undefined, AuthBasicDir> = defineModule<undefined, AuthBasicDir>({
  name: 'auth_basic',
  directives,
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
  hooks: {
    checkUserId: authenticate,
    fixups: {
      last(x) {
        const fake = authBasic.dir(x)?.fake;
        return fake === undefined || fake === 'off' ? DECLINED : fakeField(x, fake);
      },
    },
  },
});
