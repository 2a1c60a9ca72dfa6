// mod_proxy, mod_proxy_http, mod_proxy_http2, mod_proxy_fcgi and mod_proxy_wstunnel: requests passed on to application
// servers. This file binds the parts to the phases.
//
//   ProxyPass ─ map ─┐
//   [P] rules ───────┴─> proxy:URL ─ sections ─ canonical target ─ handler ─ forward ─ pool ─ backend connection
//                                                             answer or tunnel <─┘

import type { Soon } from '../../kit/wait.ts';
import { coreServer } from '../../request/core-config.ts';
import type { Exchange, LiveSite } from '../../request/exchange.ts';
import { logServer } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { Addresses } from './addresses.ts';
import { originOfInstance } from './app-target.ts';
import { balancerDirectives } from './balancer/directives.ts';
import { LB_METHODS } from './balancer/lbmethod.ts';
import { balancersOf, openBalancers } from './balancer/module.ts';
import { drawBalancers, writeBalancers } from './balancer/status-section.ts';
import {
  createDirConfig,
  createServerConfig,
  DEFAULT_TIMEOUT,
  DIR_DEFAULTS,
  mergeDirConfig,
  mergeServerConfig,
  type ProxyDirConfig,
  type ProxyServerConfig,
} from './config.ts';
import { Deadlines } from './deadlines.ts';
import { plainDirectives } from './directives.ts';
import { FASTCGI } from './fcgi/connection.ts';
import type { FcgiPools } from './fcgi/index.ts';
import { Http2Pools } from './h2/index.ts';
import { canonicalise, handleProxied, type Plan } from './handler.ts';
import { HTTP, type HttpPools } from './http-pools.ts';
import { handleManager } from './manager/handler.ts';
import { translateDecoded, translateEncoded } from './map.ts';
import { passDirectives } from './pass-directives.ts';
import { Pools } from './pools.ts';
import { sectionDirectives, walkProxySections } from './proxy-section.ts';
import { remoteDirectives } from './remote/directives.ts';
import { reverseDirectives } from './reverse-directives.ts';
import { findSpeakers, type Speakers } from './wstunnel.ts';

export { lbmethodBybusyness, lbmethodByrequests, lbmethodBytraffic } from './balancer/lbmethod.ts';
export { balancersOf, proxyBalancer } from './balancer/module.ts';
export { proxyConnect } from './connect.ts';
export { proxyFcgi } from './fcgi/index.ts';
export { proxyHttp2 } from './h2/index.ts';
export { proxyWstunnel } from './wstunnel.ts';

function isProxied(x: Exchange): boolean {
  return x.proxied && x.filename?.startsWith('proxy:') === true;
}

function dirOf(x: Exchange): ProxyDirConfig {
  return proxy.dir(x) ?? DIR_DEFAULTS;
}

/** What is alive while a site is. */
interface Live {
  readonly addresses: Addresses;
  readonly pools: HttpPools;
  readonly http2Pools: Http2Pools;
  readonly fcgiPools: FcgiPools;
  readonly speakers: Speakers;
  /** Ends the hearing of applications that leave. */
  readonly deafen: (() => void) | undefined;
}

function openLive(site: LiveSite): Live {
  openBalancers(site, (server) => proxy.serverOf(server));
  const addresses = new Addresses((host) => site.io.resolve(host));
  const host = {
    addresses,
    report: (text: string): void => logServer(site, site.main, 'proxy', 'error', text),
  };
  const pools: HttpPools = new Pools(HTTP, host);
  return {
    addresses,
    pools,
    http2Pools: new Http2Pools({ ...host, deadlines: new Deadlines() }),
    fcgiPools: new Pools(FASTCGI, host),
    speakers: findSpeakers(site),
    deafen: site.apps?.onLeaving((instance) => pools.retire(originOfInstance(instance).key)),
  };
}

function liveOf(x: Exchange): Live {
  return proxy.state(x.site) as Live;
}

/** What is known of the names of a site's backends. */
export function addressesOf(site: LiveSite): Addresses {
  return (proxy.state(site) as Live).addresses;
}

/** No directory walk for what is not in a directory; `<Proxy>` sections take its place. */
function mapToStorage(x: Exchange): Verdict {
  if (!isProxied(x)) return DECLINED;
  walkProxySections(x, proxy.server(x));
  return OK;
}

function fixups(x: Exchange): Verdict {
  if (!isProxied(x)) return DECLINED;
  const plan = canonicalise(x, liveOf(x).speakers);
  if (typeof plan === 'number') return plan;
  x.keepState(proxy.slot, plan);
  return OK;
}

function handler(x: Exchange): Verdict | Promise<Verdict> {
  const conf = proxy.server(x);
  const { pools, http2Pools, fcgiPools, speakers, addresses } = liveOf(x);
  return handleProxied(x, x.stateOf(proxy.slot) as Plan | undefined, {
    conf,
    dir: dirOf(x),
    pools,
    http2Pools,
    fcgiPools,
    timeout: conf.timeout ?? coreServer(x.server).timeout ?? DEFAULT_TIMEOUT,
    speakers,
    addresses,
  });
}

/** The balancer-manager, where mod_proxy_balancer is there. */
function manage(x: Exchange): Soon<Verdict> {
  const balancers = x.handler === 'balancer-manager' ? balancersOf(x.site) : undefined;
  if (balancers === undefined) return DECLINED;
  const conf = proxy.server(x);
  const loaded = new Set(x.site.modules.map(({ name }) => name));
  return handleManager(x, balancers.of(x.server), {
    isPersistent: conf.balancerPersist === true,
    inheritsBalancers: conf.balancerInherit ?? true,
    inheritsPasses: conf.passInherit ?? true,
    methods: LB_METHODS.filter((method) => loaded.has(`lbmethod_${method}`)),
    health: loaded.has('proxy_hcheck') ? conf.health : undefined,
  });
}

/** ProxyStatus: what server-status says of the balancers of the server that answers. */
function status(x: Exchange, audience: 'people' | 'programs'): string {
  const balancers =
    (proxy.server(x).status ?? 'off') === 'off' ? [] : (balancersOf(x.site)?.of(x.server) ?? []);
  if (balancers.length === 0) return '';
  return audience === 'people' ? drawBalancers(balancers) : writeBalancers(balancers);
}

export const proxy: Module<ProxyServerConfig, ProxyDirConfig> = defineModule<
  ProxyServerConfig,
  ProxyDirConfig
>({
  name: 'proxy',
  directives: [
    ...passDirectives,
    ...reverseDirectives,
    ...plainDirectives,
    ...remoteDirectives,
    ...sectionDirectives,
    ...balancerDirectives,
  ],
  serverConfig: { create: createServerConfig, merge: mergeServerConfig },
  dirConfig: { create: createDirConfig, merge: mergeDirConfig },
  hooks: {
    preTranslateName: { first: (x) => translateEncoded(x, proxy.server(x), dirOf(x)) },
    translateName: { first: (x) => translateDecoded(x, proxy.server(x), dirOf(x)) },
    mapToStorage: { first: mapToStorage },
    fixups: { first: fixups },
    handler: { first: handler, middle: manage },
  },
  status,
  open: openLive,
  close: (_site, live) => {
    (live as Live).deafen?.();
    (live as Live).pools.close();
    (live as Live).http2Pools.close();
    (live as Live).fcgiPools.close();
  },
});

/** The http:// and ws:// schemes of mod_proxy; without it every target is answered 500. */
export const proxyHttp: Module = defineModule<unknown, unknown>({ name: 'proxy_http', directives: [] });
