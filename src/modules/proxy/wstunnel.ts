// mod_proxy_wstunnel: whether ws:// targets are left to mod_proxy_http, as is usual, or taken by this module, which
// passes on nothing but requests for an upgrade. The tunnel itself is the same.

import type { Exchange, LiveSite } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { serverFiles } from '../contexts.ts';

interface WstunnelConfig {
  /** ProxyWebsocketFallbackToProxyHttp. */
  fallsBack?: boolean;
}

export const proxyWstunnel: Module<unknown, WstunnelConfig> = defineModule<unknown, WstunnelConfig>({
  name: 'proxy_wstunnel',
  directives: [
    {
      name: 'ProxyWebsocketFallbackToProxyHttp',
      contexts: serverFiles,
      args: 'flag',
      default: 'ProxyWebsocketFallbackToProxyHttp On',
      help: 'whether to let mod_proxy_http handle the upgrade and tunneling, On by default',
      example: 'ProxyWebsocketFallbackToProxyHttp Off',
      set: (cmd, value) => {
        cmd.dir.fallsBack = value === 'on';
        return undefined;
      },
    },
  ],
  dirConfig: { create: () => ({}), merge: (base, add) => ({ ...base, ...add }) },
});

/** Which of the modules that speak to backends are loaded. */
export interface Speakers {
  /** mod_proxy_http. */
  readonly http: boolean;
  /** mod_proxy_wstunnel. */
  readonly wstunnel: boolean;
  /** mod_proxy_fcgi. */
  readonly fcgi: boolean;
  /** mod_proxy_http2. */
  readonly http2: boolean;
  /** mod_ssl, without which nobody speaks TLS. */
  readonly ssl: boolean;
  /** mod_proxy_balancer. */
  readonly balancer: boolean;
}

export function findSpeakers({ modules }: LiveSite): Speakers {
  const has = (wanted: string): boolean => modules.some(({ name }) => name === wanted);
  return {
    http: has('proxy_http'),
    wstunnel: has('proxy_wstunnel'),
    fcgi: has('proxy_fcgi'),
    http2: has('proxy_http2'),
    ssl: has('ssl'),
    balancer: has('proxy_balancer'),
  };
}

/** Does mod_proxy_wstunnel answer for ws:// and wss:// targets here? */
export function takesWebSockets(x: Exchange, { http, wstunnel }: Speakers): boolean {
  return wstunnel && (!http || proxyWstunnel.dir(x)?.fallsBack === false);
}

const WEBSOCKET_URL = /^(?:unix:[^|]*\|)?wss?:/i;

/**
 * Is a ProxyPass line passed over because its target wants an upgrade and the request is none, so that another line
 * or a file may answer?
 */
export function isPassedOver(x: Exchange, url: string): boolean {
  return WEBSOCKET_URL.test(url) && takesWebSockets(x, findSpeakers(x.site)) && !x.headers.has('upgrade');
}
