// mod_proxy_fcgi: fcgi:// targets of mod_proxy, spoken to by records. Which request goes there is mod_proxy's business.
//
//   canonical (URL, path info) ─ params ─ forward ─ connection ─ records ─> application
//                                        answer <─┘

import type { Exchange } from '../../../request/exchange.ts';
import { defineModule, type Module } from '../../../request/module.ts';
import type { Verdict } from '../../../request/verdict.ts';
import type { Pools } from '../pools.ts';
import type { SplitUrl, Target, TargetFault } from '../target.ts';
import { canonicalFcgi, type PathKind } from './canonical.ts';
import { createConfig, type FcgiConfig, mergeConfig } from './config.ts';
import type { FcgiConnection } from './connection.ts';
import { fcgiDirectives } from './directives.ts';
import { FcgiForward, type FcgiPlan } from './forward.ts';
import { phpDirectives } from './php-settings.ts';
import type { FcgiUser } from './roles.ts';

export type FcgiPools = Pools<FcgiUser, FcgiConnection>;

export const proxyFcgi: Module<undefined, FcgiConfig> = defineModule<undefined, FcgiConfig>({
  name: 'proxy_fcgi',
  directives: [...fcgiDirectives, ...phpDirectives],
  dirConfig: { create: createConfig, merge: mergeConfig },
});

const DEFAULTS: FcgiConfig = createConfig();

function configOf(x: Exchange): FcgiConfig {
  return proxyFcgi.dir(x) ?? DEFAULTS;
}

/** The canonical target of an fcgi:// URL, or why it has none. */
export function canonicaliseFcgi(x: Exchange, split: SplitUrl, kind: PathKind): Target | TargetFault {
  return canonicalFcgi(x, split, { kind, isGeneric: configOf(x).backend === 'generic' });
}

/** Asks the application that a target names, and makes the exchange's answer of what it says. */
export function forwardFcgi(x: Exchange, plan: Omit<FcgiPlan, 'config'>): Promise<Verdict> {
  return new FcgiForward(x, { ...plan, config: configOf(x) }).run();
}
