// mod_proxy_hcheck: members of balancers are asked from time to time whether they are well, whether or not requests
// come for them. Owns when checks run; who gets requests is the balancer's decision, by the state that checks leave.
//
//   ProxyHCTemplate, ProxyHCExpr, hc… of members ─> settings ─> checks ─ probe ─> answer ─ judged ─> state C

import { defineModule, type Module } from '../../../request/module.ts';
import { addressesOf, balancersOf, proxy } from '../index.ts';
import { HealthChecks } from './checks.ts';
import { type HealthServerConfig, healthDirectives } from './directives.ts';

export const proxyHcheck: Module<HealthServerConfig, undefined> = defineModule<HealthServerConfig, undefined>(
  {
    name: 'proxy_hcheck',
    directives: healthDirectives((cmd) => proxy.serverOf(cmd.server).health),
    serverConfig: {
      create: () => ({ size: undefined }),
      merge: (base) => base,
    },
    open: (site) => {
      const balancers = balancersOf(site);
      // Where requests are only tried out, nobody outside is asked anything.
      if (balancers === undefined || site.rehearsal !== undefined) return undefined;
      const { size } = proxyHcheck.serverOf(site.main);
      return new HealthChecks({
        site,
        balancers,
        addresses: addressesOf(site),
        configOf: (server) => proxy.serverOf(server),
        size,
      });
    },
    // A site that was replaced keeps its long requests, and leaves the checking to its successor.
    retire: (_site, checks) => (checks as HealthChecks | undefined)?.close(),
    close: (_site, checks) => (checks as HealthChecks | undefined)?.close(),
  },
);
