// mod_authz_user: Require user and Require valid-user.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { compileWordTest, type NamedProvider } from './provider.ts';
import type { RuleTest, Ruling } from './rules.ts';

const failure = {
  module: 'authz_user',
  text: "AH02594: authz_user authorize: require user: Can't evaluate require expression: ",
};

function testUser(x: Exchange, names: readonly string[]): Ruling {
  if (names.includes(x.user!)) return 'granted';
  logEvent(
    x,
    'authz_user',
    'debug',
    `AH01663: access to ${x.uri} failed, reason: user '${x.user}' does not meet 'require'ments for user to be allowed access`,
  );
  return 'denied';
}

/** Nobody is asked for anything before there is a user. */
export function onceKnown(test: RuleTest): RuleTest {
  return (x) => (x.user === undefined ? 'denied-no-user' : test(x));
}

export const userProviders: readonly NamedProvider[] = [
  [
    'user',
    {
      module: 'authz_user_module',
      compile(text, isRestricted) {
        const test = compileWordTest(text, isRestricted, failure, testUser);
        return typeof test === 'function' ? onceKnown(test) : test;
      },
    },
  ],
  ['valid-user', { module: 'authz_user_module', compile: () => onceKnown(() => 'granted') }],
];
