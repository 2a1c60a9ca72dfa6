// mod_authz_core and its kinds of rules: who may come in. Rules that need a user say so; asking for one is authn's.

import type { Container, Directive } from '../../conf/directive.ts';
import { andThen, type Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { isLogged, logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { authType, noteAuthFailure } from '../authn/index.ts';
import { authzProviderAlias } from './alias.ts';
import { type AuthzDir, mergeDir, requireDirectives } from './require.ts';
import { decide, type Ruling } from './rules.ts';

export { accessCompat } from './compat.ts';
export { authzGroupfile } from './groups.ts';

function log(x: Exchange, text: string): void {
  logEvent(x, 'authz_core', 'error', text);
}

function refuseStranger(x: Exchange): Verdict {
  log(x, `AH01630: client denied by server configuration: ${x.filename ?? `uri ${x.uri}`}`);
  return 403;
}

/** Where nothing is required: OK, unless somebody wants to know who it is and has not said what for. */
function checkNoRules(x: Exchange): Soon<Verdict> {
  return andThen(authType(x), (type) => {
    if (type !== undefined) {
      log(x, 'AH01627: AuthType configured with no corresponding authorization directives');
      return 500;
    }
    if (isLogged(x, 'authz_core', 'debug'))
      logEvent(x, 'authz_core', 'debug', 'AH01628: authorization result: granted (no directives)');
    return OK;
  });
}

/** Before anybody has logged in. DECLINED: it depends on who it is. */
function ruleOnStranger(x: Exchange, ruling: Ruling): Verdict {
  switch (ruling) {
    case 'granted':
      return OK;
    case 'denied-no-user':
      return DECLINED;
    case 'error':
      return 500;
    default:
      return refuseStranger(x);
  }
}

function accessCheckerEx(x: Exchange): Soon<Verdict> {
  const rules = authzCore.dir(x)?.rules;
  if (rules === undefined) return checkNoRules(x);
  return andThen<Ruling, Verdict>(decide(x, rules), (ruling) => ruleOnStranger(x, ruling));
}

/** Once the user is known. */
function authChecker(x: Exchange): Soon<Verdict> {
  const dir = authzCore.dir(x);
  if (dir?.rules === undefined) return checkNoRules(x);
  return andThen<Ruling, Verdict>(decide(x, dir.rules), (ruling) => ruleOnUser(x, dir, ruling));
}

async function ruleOnUser(x: Exchange, dir: AuthzDir, ruling: Ruling): Promise<Verdict> {
  switch (ruling) {
    case 'granted':
      return OK;
    case 'error':
      return 500;
    case 'denied-no-user':
      log(x, `AH01629: authorization failure (no authenticated user): ${x.uri}`);
      break;
    default:
      if ((await authType(x)) === undefined) return refuseStranger(x);
      log(x, `AH01631: user ${x.user}: authorization failure for "${x.uri}": `);
      if (dir.forbiddenOnFailure === true) return 403;
  }
  await noteAuthFailure(x);
  return 401;
}

const directives: readonly (Directive<undefined, AuthzDir> | Container<undefined, AuthzDir>)[] = [
  ...requireDirectives,
  authzProviderAlias as Container<undefined, AuthzDir>,
];

export const authzCore: Module<undefined, AuthzDir> = defineModule<undefined, AuthzDir>({
  name: 'authz_core',
  directives,
  dirConfig: { create: () => ({}), merge: mergeDir },
  hooks: { accessCheckerEx: { last: accessCheckerEx }, authChecker: { last: authChecker } },
});

/** These three have no directives: their rules are kinds of Require. */
export const authzHost: Module = defineModule({ name: 'authz_host', directives: [] });
export const authzUser: Module = defineModule({ name: 'authz_user', directives: [] });
export const authzOwner: Module = defineModule({ name: 'authz_owner', directives: [] });
