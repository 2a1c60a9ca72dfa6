// Where a request really comes from and what it was really sent to: what the connection shows, and on top of it what
// trusted proxies say.

import type { Authority } from '../../wire/authority.ts';
import type { Asked } from './asked.ts';
import { readForwarded } from './forwarded.ts';
import { type Ignored, IgnoredList } from './ignored.ts';
import { askedOfNode, type NodeRequest } from './node-request.ts';
import { type ClientInfoOptions, readSettings, type Settings } from './settings.ts';
import { joinUrl, siteOf } from './site-url.ts';
import type { Telling, Told } from './told.ts';
import { noteUncounted } from './uncounted.ts';
import { readAuthority, type Scheme } from './values.ts';
import { type Hop, hopOf } from './way.ts';
import { askedOfWeb, isWebRequest, type WebPeer, type WebRequest } from './web-request.ts';
import { readXForwarded } from './x-forwarded.ts';

/** A request as its client sees it. Frozen. */
export interface ClientInfo {
  /** The client's address; undefined where nobody who is trusted names one. IPv6 without brackets. */
  readonly address: string | undefined;
  /** The port that the client sent from, where it is known. */
  readonly clientPort: number | undefined;
  /** What the client speaks: `https` over TLS, else `http`. */
  readonly scheme: Scheme;
  /** The name that the client asked, in lower case, without port; an IPv6 address has brackets. Undefined where there is none, or none of `hosts`. */
  readonly host: string | undefined;
  /** The port that the client asked, or the one that its scheme stands for. */
  readonly port: number;
  /** `host`, and `:port` where it is not the one of the scheme. */
  readonly authority: string | undefined;
  /** What a proxy has cut off the path, as in `/shop`; '' where nobody says so. */
  readonly prefix: string;
  /** `https://shop.example/shop`, without a slash at its end. Only the prefix where `host` is undefined. */
  readonly baseUrl: string;
  /** Puts the base URL before a path. What comes out is on this site whatever the path says. */
  url(path: string): string;
  /** From the other end of the connection to the client. */
  readonly hops: readonly Hop[];
  /** Whether the other end of the connection is a trusted proxy. Where it is not, no forwarding field counts. */
  readonly isTrustedPeer: boolean;
  /** What the request said that did not count, and why. */
  readonly ignored: readonly Ignored[];
}

/** Reads one request; it keeps nothing. */
export interface ReadClientInfo {
  /** A request of node:http, node:https or node:http2. Never throws. */
  (request: NodeRequest): ClientInfo;
  /** A web Request, and the other end of its connection; without that, nothing is trusted. */
  (request: WebRequest, peer?: WebPeer): ClientInfo;
}

/** Makes a reader of requests. Throws a TypeError where an option is wrong, and says which. */
export function createClientInfo(options: ClientInfoOptions): ReadClientInfo {
  const settings = readSettings(options);
  return (request: NodeRequest | WebRequest, peer?: WebPeer) =>
    readClientInfo(isWebRequest(request) ? askedOfWeb(request, peer) : askedOfNode(request), settings);
}

function readClientInfo(asked: Asked, settings: Settings): ClientInfo {
  const ignored = new IgnoredList();
  const told = readTold({ asked, settings, ignored, peer: hopOf(asked.peer, 0, settings) });
  const scheme = told.scheme ?? asked.scheme;
  const named = ours(told.authority ?? ownAuthority(asked, ignored), settings, ignored);
  const site = siteOf({ scheme, host: named?.host, port: told.port ?? named?.port, prefix: told.prefix });
  const client = told.hops.at(-1);
  return Object.freeze({
    address: client?.address,
    clientPort: client?.port,
    ...site,
    url: (path: string) => joinUrl(site.baseUrl, path),
    hops: told.hops,
    isTrustedPeer: told.hops[0]?.isTrusted === true,
    ignored: ignored.freeze(),
  });
}

function readTold(telling: Telling): Told {
  const { peer, settings } = telling;
  noteUncounted(telling);
  if (!peer.isTrusted) return { hops: Object.freeze([peer]) };
  return settings.from === 'forwarded' ? readForwarded(telling) : readXForwarded(telling);
}

function ownAuthority({ host }: Asked, ignored: IgnoredList): Authority | undefined {
  const authority = host === undefined ? undefined : readAuthority(host);
  if (authority === undefined) ignored.add('host', host ?? '', 'this is no host');
  return authority;
}

function ours(
  authority: Authority | undefined,
  { isOurHost }: Settings,
  ignored: IgnoredList,
): Authority | undefined {
  if (authority === undefined || isOurHost(authority.host)) return authority;
  ignored.add('host', authority.host, 'it is none of hosts');
  return undefined;
}
