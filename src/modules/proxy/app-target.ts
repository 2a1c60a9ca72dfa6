// `app://NAME/path` as a target: the application module gives a process, now or once it is ready, and the request goes to
// where that process listens, as to an http:// target of that address. Owns what is between the two modules.

import { andThen, type Soon } from '../../kit/wait.ts';
import type { AppEndpoint, AppInstance, AppLease } from '../../request/apps.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { Verdict } from '../../request/verdict.ts';
import { type Held, holdApp, keepLease } from '../app/index.ts';
import { noteAppAuthority } from './app-reverse.ts';
import { abandonClient } from './failure.ts';
import { type Origin, parseOrigin, type Target } from './target.ts';

/** How often a request looks for another process when one does not take its connection. */
const MOST_TRIES = 3;

const origins: WeakMap<AppInstance, Origin> = new WeakMap();

/** Where a process listens, as the proxy connects. */
export function originOfInstance(instance: AppInstance): Origin {
  const known = origins.get(instance);
  if (known !== undefined) return known;
  const origin = readOrigin(instance.endpoint);
  origins.set(instance, origin);
  return origin;
}

/** Scheme `ws`: HTTP, but for requests that ask for WebSocket, which need no parameter here. */
function readOrigin(endpoint: AppEndpoint): Origin {
  if (endpoint.kind === 'unix') return parseOrigin('ws', 'localhost', endpoint.path)!;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return parseOrigin('ws', `${host}:${endpoint.port}`, undefined)!;
}

/** The processes that one request is sent to, until one takes it. */
export class AppRoute {
  readonly #x: Exchange;
  readonly #since: number;
  #tries = 0;
  #lease: AppLease | undefined = undefined;
  /** The target as the configuration names it, `app://NAME/path`. */
  readonly named: Target;

  constructor(x: Exchange, named: Target) {
    this.#x = x;
    this.#since = x.site.io.now();
    this.named = named;
  }

  /** A process to send the request to, as a target; or the answer that takes its place. */
  find(): Soon<Target | Verdict> {
    return andThen(holdApp(this.#x, this.named.origin.host, this.#since), (held) => this.#take(held));
  }

  #take(held: Held): Target | Verdict {
    if (held === 'client-gone') return abandonClient(this.#x);
    if (typeof held === 'number') return held;
    keepLease(this.#x, held);
    this.#lease = held;
    this.#tries += 1;
    const origin = originOfInstance(held.instance);
    const { path } = this.named;
    noteAppAuthority(this.#x, held.instance.app, origin.authority);
    return { origin, path, url: `http://${origin.authority}${path}` };
  }

  /**
   * The process did not take the connection, so that nothing of the request has reached it: another one, or the same
   * once it is started anew. Undefined when that was tried often enough.
   */
  findAnother(): Soon<Target | Verdict> | undefined {
    this.#lease?.refused();
    this.#lease = undefined;
    return this.#tries < MOST_TRIES ? this.find() : undefined;
  }
}
