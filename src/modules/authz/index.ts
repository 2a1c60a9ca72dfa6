// mod_authz_core and mod_authz_host: who may come in. Rules that need a user say so; asking for one is authentication's.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { compatRuling } from './compat.ts';
import { type AuthzDir, mergeDir, requireDirectives } from './require.ts';
import { decide, type Ruling } from './rules.ts';

export { accessCompat } from './compat.ts';

function place(x: Exchange): string {
  return x.filename ?? `uri ${x.uri}`;
}

function refuse(x: Exchange): Verdict {
  logEvent(x, 'authz_core', 'error', `AH01630: client denied by server configuration: ${place(x)}`);
  return 403;
}

/** Before anybody has logged in. DECLINED: it depends on who it is. */
function ruleOnStranger(x: Exchange, ruling: Ruling): Verdict {
  switch (ruling) {
    case 'granted':
      return OK;
    case 'denied-no-user':
      x.state[authzCore.slot] = 'needs-user';
      return DECLINED;
    case 'error':
      return 500;
    default:
      return refuse(x);
  }
}

/** Does the answer depend on who it is? Authentication asks before it asks the client. */
export function needsUser(x: Exchange): boolean {
  return x.state[authzCore.slot] === 'needs-user';
}

function accessChecker(x: Exchange): Verdict | Promise<Verdict> {
  const compat = compatRuling(x);
  if (compat === 'allowed') return OK;
  const rules = authzCore.dir(x)?.rules;
  if (rules === undefined) return compat === 'denied' ? refuse(x) : DECLINED;
  const ruling = decide(x, rules);
  return typeof ruling === 'string'
    ? ruleOnStranger(x, ruling)
    : ruling.then((late) => ruleOnStranger(x, late));
}

/** Once the user is known, or nobody could ask for one. */
async function authChecker(x: Exchange): Promise<Verdict> {
  if (!needsUser(x)) return DECLINED;
  const dir = authzCore.dir(x);
  if (x.user === undefined || dir?.rules === undefined) {
    logEvent(
      x,
      'core',
      'error',
      `AH00027: No authentication done but request not allowed without authentication for ${x.uri}. Authentication not configured?`,
    );
    return 500;
  }
  const ruling = await decide(x, dir.rules);
  if (ruling === 'granted') return OK;
  if (ruling === 'error') return 500;
  logEvent(x, 'authz_core', 'error', `AH01631: user ${x.user}: authorization failure for "${x.uri}": `);
  return dir.forbiddenOnFailure === true ? 403 : 401;
}

export const authzCore: Module<undefined, AuthzDir> = defineModule<undefined, AuthzDir>({
  name: 'authz_core',
  directives: requireDirectives,
  dirConfig: { create: () => ({}), merge: mergeDir },
  hooks: { accessChecker: { last: accessChecker }, authChecker },
});

/** Has no directives: its rules are kinds of Require. */
export const authzHost: Module = defineModule({ name: 'authz_host', directives: [] });
