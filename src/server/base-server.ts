// What counts on connections to one address before a request names its server: the first virtual host there (Apache's
// base server), with a parser for heads that come whole.

import type { Server } from '../conf/server.ts';
import { type CoreServerConfig, coreServer } from '../request/core-config.ts';
import type { LiveSite } from '../request/exchange.ts';
import type { ReadLimits } from '../request/read-limits.ts';
import { type RequestLimits, RequestParser } from '../wire/request-parser.ts';

const NEVER: number = Number.POSITIVE_INFINITY;
const DEFAULT_TIMEOUT = 60_000;

export class BaseServer {
  readonly live: LiveSite;
  readonly server: Server;
  readonly core: CoreServerConfig;
  readonly readLimits: ReadLimits | undefined;
  /** How long a new connection may be silent. */
  readonly firstTimeout: number;
  #parser: RequestParser;

  constructor(live: LiveSite, server: Server) {
    this.live = live;
    this.server = server;
    this.core = coreServer(server);
    this.readLimits = live.readLimits(server);
    this.firstTimeout = Math.min(timeoutOf(this.core), this.readLimits?.header.timeout || NEVER);
    this.#parser = this.#newParser();
  }

  #newParser(): RequestParser {
    return new RequestParser(limitsOf(this.core));
  }

  /** Between two heads, for whoever reads one now. */
  get parser(): RequestParser {
    return this.#parser;
  }

  /** The parser stays with a connection whose head has only begun. */
  lendParser(): RequestParser {
    const lent = this.#parser;
    this.#parser = this.#newParser();
    return lent;
  }
}

/** Timeout in milliseconds. */
export function timeoutOf(core: CoreServerConfig): number {
  return core.timeout || DEFAULT_TIMEOUT;
}

function limitsOf(core: CoreServerConfig): RequestLimits {
  return {
    requestLine: core.limitRequestLine ?? 8190,
    fieldSize: core.limitRequestFieldSize ?? 8190,
    fields: core.limitRequestFields ?? 100,
    blankLines: 10,
  };
}

const known: WeakMap<LiveSite, Map<Server, BaseServer>> = new WeakMap();

/** The same object for all connections of a site to one address. */
export function baseServerOf(live: LiveSite, address: string, port: number): BaseServer {
  const server = live.findServer(address, port, '');
  let ofSite = known.get(live);
  if (ofSite === undefined) {
    ofSite = new Map();
    known.set(live, ofSite);
  }
  let base = ofSite.get(server);
  if (base === undefined) {
    base = new BaseServer(live, server);
    ofSite.set(server, base);
  }
  return base;
}
