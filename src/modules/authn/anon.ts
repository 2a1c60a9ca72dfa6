// mod_authn_anon: guests who give a name that is known to all, and their mail address for a password.

import type { Directive } from '../../conf/directive.ts';
import type { DirConfig } from '../../conf/section.ts';
import { equalsIgnoreCase } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { sections } from '../contexts.ts';
import type { AuthnProvider, PasswordAnswer } from './providers.ts';

interface AuthnAnonDir {
  readonly users: string[];
  /** `Anonymous *`. */
  anyUser: boolean;
  noUser: boolean;
  mustGiveEmail: boolean;
  verifyEmail: boolean;
  logEmail: boolean;
}

function isGuest({ users, anyUser, noUser }: AuthnAnonDir, user: string): boolean {
  if (user === '') return noUser;
  return anyUser || users.some((each) => equalsIgnoreCase(each, user));
}

function isEmail(password: string): boolean {
  return password.includes('@') && password.includes('.');
}

function checkPassword(x: Exchange, dir: DirConfig, user: string, password: string): PasswordAnswer {
  const conf = dir.values[authnAnon.slot] as AuthnAnonDir | undefined;
  if (conf === undefined || (conf.users.length === 0 && !conf.anyUser)) return 'unknown-user';
  if (!isGuest(conf, user)) return 'unknown-user';
  if (conf.mustGiveEmail && password === '') return 'denied';
  if (conf.verifyEmail && !isEmail(password)) return 'denied';
  if (conf.logEmail && x.prev === undefined && !x.isSubrequest())
    logEvent(x, 'authn_anon', 'info', `AH01672: Anonymous: Passwd <${password}> Accepted`);
  return 'granted';
}

export const anonProvider: AuthnProvider = { name: 'anon', module: 'authn_anon_module', checkPassword };

type Switch = 'noUser' | 'mustGiveEmail' | 'verifyEmail' | 'logEmail';

const SWITCHES: readonly { readonly name: string; readonly key: Switch; readonly initial: 'On' | 'Off' }[] = [
  { name: 'Anonymous_MustGiveEmail', key: 'mustGiveEmail', initial: 'On' },
  { name: 'Anonymous_NoUserId', key: 'noUser', initial: 'Off' },
  { name: 'Anonymous_VerifyEmail', key: 'verifyEmail', initial: 'Off' },
  { name: 'Anonymous_LogEmail', key: 'logEmail', initial: 'On' },
];

const SWITCH_HELP: { readonly [key in Switch]: string } = {
  mustGiveEmail: 'whether an empty password is refused',
  noUser: 'whether the user may leave the name empty',
  verifyEmail: 'whether the password has to look like a mail address',
  logEmail: 'whether the password is written to the error log',
};

export const authnAnon: Module<undefined, AuthnAnonDir> = defineModule<undefined, AuthnAnonDir>({
  name: 'authn_anon',
  directives: [
    {
      name: 'Anonymous',
      args: 'iterate',
      contexts: sections,
      override: 'AuthConfig',
      help: 'a space-separated list of user IDs',
      example: 'Anonymous anonymous guest',
      set({ dir }, user = '') {
        if (user === '') return 'Anonymous string cannot be empty, use Anonymous_NoUserId';
        if (user === '*') dir.anyUser = true;
        else if (!dir.anyUser) dir.users.push(user);
        return undefined;
      },
    },
    ...SWITCHES.map(
      ({ name, key, initial }) =>
        ({
          name,
          args: 'flag',
          contexts: sections,
          override: 'AuthConfig',
          default: initial,
          help: SWITCH_HELP[key],
          example: `${name} On`,
          set({ dir }, value) {
            dir[key] = value === 'on';
            return undefined;
          },
        }) satisfies Directive<undefined, AuthnAnonDir>,
    ),
  ],
  dirConfig: {
    create: () => ({
      users: [],
      anyUser: false,
      noUser: false,
      mustGiveEmail: true,
      verifyEmail: false,
      logEmail: true,
    }),
    merge: (_base, add) => add,
  },
});
