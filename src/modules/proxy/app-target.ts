// `app://NAME/path` as a target: the application module gives a process, now or once it is ready, and the request goes to
// where that process listens, as to an http:// target of that address. Owns what is between the two modules.

import { type Soon, settle, type Waiting, when } from '../../kit/wait.ts';
import type { AppEndpoint, AppInstance } from '../../request/apps.ts';
import type { Exchange } from '../../request/exchange.ts';
import type { Verdict } from '../../request/verdict.ts';
import { holdApp, keepLease } from '../app/index.ts';
import { noteAppAuthority } from './app-reverse.ts';
import { Attempt } from './attempt.ts';
import { abandonClient } from './failure.ts';
import { type Origin, parseOrigin, type Target } from './target.ts';

/** How many processes a request is offered to when they do not take its connection. */
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

/** Sends the request to a process, whose address stands in for the application's name. */
export type SendToProcess = (target: Target, attempt: Attempt) => Soon<Verdict>;

/**
 * Has the application that `named` names answer. A process that does not take the connection has seen nothing of the
 * request: it is offered to another, or to the same once it is started anew; so is one that may be sent twice when its
 * process ends without an answer. `given`: a balancer's attempt, which has rules of its own for that.
 */
export function askApp(
  x: Exchange,
  named: Target,
  given: Attempt | undefined,
  send: SendToProcess,
): Soon<Verdict> {
  return settle(askProcesses(x, named, given, send));
}

function* askProcesses(
  x: Exchange,
  { origin: { host: name }, path }: Target,
  given: Attempt | undefined,
  send: SendToProcess,
): Waiting<Verdict> {
  const since = x.site.io.now();
  let attempt = given;
  for (let tries = 1; ; tries++) {
    const held = yield* when(holdApp(x, name, since));
    if (held === 'client-gone') return abandonClient(x);
    if (typeof held === 'number') return held;
    keepLease(x, held);
    const origin = originOfInstance(held.instance);
    noteAppAuthority(x, name, origin.authority);
    attempt = given ?? new Attempt({ transferred: 0, read: 0 }, attempt);
    const verdict = yield* when(send({ origin, path, url: `http://${origin.authority}${path}` }, attempt));
    // A process that dies takes along what it was asked: what does nothing twice is asked again.
    if (!attempt.isRefused && !(attempt.isBroken && attempt.mayMoveOn(x.method))) return verdict;
    held.refused();
    if (given !== undefined || tries === MOST_TRIES) return verdict;
    forgetFailure(x);
  }
}

/** What was noted for an error page of an attempt that does not count. */
function forgetFailure(x: Exchange): void {
  x.reason = undefined;
  x.notes.delete('error-notes');
  x.notes.delete('verbose-error-to');
}
