// What a member answered to a check, and whether that is good enough: a ProxyHCExpr where the member has one, else its
// status.

import type { Server } from '../../../conf/server.ts';
import { HEALTH_PREFIX, runCondition } from '../../../kit/expr/index.ts';
import { settle } from '../../../kit/wait.ts';
import { Exchange, type Incoming, type LiveSite } from '../../../request/exchange.ts';
import { ExchangeExprHost } from '../../../request/expr-host.ts';
import type { Transport } from '../../../request/transport.ts';
import { HeaderList } from '../../../wire/header-list.ts';
import type { ProxyServerConfig } from '../config.ts';
import { walkProxySections } from '../proxy-section.ts';
import type { Origin } from '../target.ts';
import type { HealthCondition } from './config.ts';
import type { HealthRequest } from './request.ts';

/** What came back. */
export interface HealthAnswer {
  readonly status: number;
  readonly headers: HeaderList;
  /** As much of it as checks look at; '' where the method asks for none. */
  readonly body: string;
}

/** Any 2xx or 3xx will do where nothing else is said. */
export function isGoodStatus(status: number): boolean {
  return status >= 200 && status <= 399;
}

/** Does the condition hold for the answer to the check that `x` stands for? Rejects with ExprError where it cannot be told. */
export async function holdsFor(
  { expr }: HealthCondition,
  { status, headers, body }: HealthAnswer,
  x: Exchange,
): Promise<boolean> {
  x.status = status;
  x.headersOut = headers;
  x.contentType = headers.get('content-type');
  return await settle(runCondition(expr, new HealthHost(x, body)));
}

/** What a check is, for the request that stands for it. */
export interface CheckFacts {
  readonly site: LiveSite;
  readonly server: Server;
  readonly config: ProxyServerConfig;
  /** `balancer://name`, whose `<Proxy>` sections hold for its checks. */
  readonly balancer: string;
  readonly origin: Origin;
  readonly request: HealthRequest | undefined;
}

/**
 * Apache: a request that nobody made stands for the check. Its configuration is that of the balancer's sections, and an
 * expression is asked about it.
 */
export function exchangeFor({ site, server, config, balancer, origin, request }: CheckFacts): Exchange {
  const x = new Exchange(site, server, transportTo(origin), incomingOf(request), site.io.now());
  x.filename = `proxy:${balancer}`;
  walkProxySections(x, config);
  x.filename = undefined;
  return x;
}

function incomingOf(request: HealthRequest | undefined): Incoming {
  return {
    requestLine: '',
    method: request?.method ?? 'GET',
    target: '',
    rawPath: '',
    args: undefined,
    hostname: '',
    port: undefined,
    protocol: request?.protocol ?? 1000,
    headers: new HeaderList(),
    body: undefined,
  };
}

function refuse(): never {
  throw new Error('a health check has no client');
}

/** There is no client: the only peer is the member. */
function transportTo({ host, port }: Origin): Transport {
  return {
    remoteAddress: host,
    remotePort: port,
    localAddress: '',
    localPort: 0,
    secure: false,
    served: 0,
    interim: refuse,
    send: refuse,
    upgrade: refuse,
    drop: refuse,
    watch: refuse,
    unwatch: refuse,
  };
}

/** The request's host, which knows of the body, too. */
class HealthHost extends ExchangeExprHost {
  readonly #body: string;

  constructor(x: Exchange, body: string) {
    super(x);
    this.#body = body;
  }

  override variable(name: string): string {
    if (!name.startsWith(HEALTH_PREFIX)) return super.variable(name);
    return name === `${HEALTH_PREFIX}BODY` ? this.#body : '';
  }
}
