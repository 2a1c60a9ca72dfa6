// mod_remoteip: the client's address where a proxy stands in between, from a field of the request or from the PROXY
// header in front of a connection's first request (server/connection.ts reads that, wire/proxy-header.ts knows it).

import type { ConnectionFacts, Exchange, LiveSite } from '../../request/exchange.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { DECLINED, type Verdict } from '../../request/verdict.ts';
import { type RemoteIpServer, remoteIpDirectives } from './directives.ts';
import { findClient } from './forwarded.ts';
import { compileExpectation, type ProtocolSetting } from './protocol.ts';

/** The proxies on the way, for logs (`%{remoteip-proxy-ip-list}n`). */
const PROXY_LIST = 'remoteip-proxy-ip-list';

function postReadRequest(x: Exchange): Verdict {
  const { presented } = x.transport;
  if (presented !== undefined) {
    x.clientAddress = presented.address;
    x.clientPort = presented.port;
    return DECLINED;
  }
  const config = remoteip.server(x);
  return config.headerName === undefined ? DECLINED : readForwarded(x, config.headerName, config);
}

function readForwarded(x: Exchange, name: string, config: RemoteIpServer): Verdict {
  const field = x.headers.get(name.toLowerCase());
  if (field === undefined) return DECLINED;
  const client = findClient(x.clientAddress, field, config.proxies);
  if (client === undefined) return DECLINED;
  const { address, rest, proxies } = client;
  if (rest === undefined) x.headers.delete(name.toLowerCase());
  else x.headers.set(name, rest);
  if (proxies.length > 0) {
    const list = proxies.join(', ');
    x.notes.set(PROXY_LIST, list);
    if (config.proxiesHeaderName !== undefined) x.headers.set(config.proxiesHeaderName, list);
  }
  x.clientAddress = address;
  // Nobody has said which port.
  x.clientPort = 0;
  return DECLINED;
}

/** On which connections a PROXY header is expected. */
function proxyHeaders(site: LiveSite): ((connection: ConnectionFacts) => boolean) | undefined {
  const settings: ProtocolSetting[] = [];
  for (const server of site.servers) {
    const { proxyProtocol } = remoteip.serverOf(server);
    if (proxyProtocol !== undefined) settings.push({ server, isOn: proxyProtocol });
  }
  return compileExpectation(
    settings,
    site.servers.flatMap((server) => remoteip.serverOf(server).exceptions),
  );
}

export const remoteip: Module<RemoteIpServer> = defineModule<RemoteIpServer>({
  name: 'remoteip',
  directives: remoteIpDirectives,
  serverConfig: {
    create: () => ({ exceptions: [] }),
    merge(base, add) {
      const { proxyProtocol: _, ...inherited } = base;
      const proxies = add.proxies && base.proxies ? [...add.proxies, ...base.proxies] : undefined;
      return { ...inherited, ...add, ...(proxies && { proxies }) };
    },
  },
  hooks: { postReadRequest: { first: postReadRequest } },
  proxyHeaders,
});
