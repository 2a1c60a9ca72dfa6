// One request through the real phases of a site, without a socket: the bytes are read by the server's own parser, the
// answer is the one a client would get. A site opened here reaches nothing outside: what it would ask of a backend or a
// program is told instead (request/rehearsal.ts), and no log is written.

import type { Site } from '../conf/site.ts';
import type { Era } from '../kit/era.ts';
import { modules } from '../modules/index.ts';
import { Exchange, type LiveSite } from '../request/exchange.ts';
import type { LogSink, SiteIo } from '../request/io.ts';
import type { Deed, RequestEvent } from '../request/rehearsal.ts';
import { type EarlyError, serve } from '../request/serve.ts';
import { closeSite, openSite } from '../request/site.ts';
import { baseServerOf } from '../server/base-server.ts';
import { incomingOf, incomingOfError } from '../server/incoming.ts';
import { MessageError } from '../wire/message-error.ts';
import { RequestParser } from '../wire/request-parser.ts';
import { injectedBody } from './injected-body.ts';
import { type Ends, type InjectedAnswer, InjectedTransport } from './injected-transport.ts';
import { ioWith } from './io-with.ts';
import { rehearsedApps } from './rehearsed-apps.ts';
import { stillIo } from './still-io.ts';
import { type Watch, WatchedHeaders, WatchedTransport } from './watch.ts';

export type { Ends, InjectedAnswer } from './injected-transport.ts';

/** A step, and the exchange that took it. */
export interface Step {
  readonly x: Exchange;
  readonly event: RequestEvent;
}

export interface InjectOptions {
  /** Where the connection comes from and goes to; what is left out is a client on this machine at port 80. */
  readonly ends?: Partial<Ends>;
  /** Variables of the request's environment, set before anything runs. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Whether the body of the answer is wanted. */
  readonly readsBody?: boolean;
  /** Told of every step, as it is taken. */
  readonly onStep?: (step: Step) => void;
  /** Sees what the way of the request depends on. */
  readonly watch?: Watch;
}

/** What became of a request. */
export interface Injected {
  /** The exchange as it came in, and the one whose answer counts. */
  readonly first: Exchange;
  readonly last: Exchange;
  /** Undefined where a backend or a program would have given it, and where nothing is sent. */
  readonly answer: InjectedAnswer | undefined;
  /** What would have been done outside, in order; the last one gives the answer where there is none here. */
  readonly deeds: readonly Deed[];
}

/** A site for trying requests out. */
export interface RehearsedSite {
  readonly live: LiveSite;
  /** Sends the bytes of one request. Throws where they are not at least one whole request line. */
  inject(bytes: string, options?: InjectOptions): Promise<Injected>;
  close(): Promise<void>;
}

const HERE: Ends = {
  remoteAddress: '127.0.0.1',
  remotePort: 50000,
  localAddress: '127.0.0.1',
  localPort: 80,
  secure: false,
};

const NO_LOG: LogSink = { write: () => undefined };

/** The machine: its files are looked at, its logs left alone, and nobody asks the network for a name. */
function withoutOutside(io: SiteIo): SiteIo {
  return ioWith(io, { openLog: () => NO_LOG, resolve: () => Promise.resolve([]) });
}

/** What is listened to while a request runs. */
interface Listener {
  readonly deeds: Deed[];
  readonly onStep: ((step: Step) => void) | undefined;
  readonly watch: Watch | undefined;
}

export interface RehearsalOptions {
  /** How much of the rules' steps is told; 9 (all) where it is not given. */
  readonly ruleLevel?: number;
  /** The release of Apache that is asked about; undefined for the one that portico is. */
  readonly era?: Era | undefined;
  /** Files are taken to stay as they are: each is looked at once. */
  readonly isStill?: boolean;
}

/** Opens a configuration for trying requests out. Rejects where a module cannot open. */
export async function openRehearsal(
  site: Site,
  io: SiteIo,
  { ruleLevel = 9, era, isStill = false }: RehearsalOptions = {},
): Promise<RehearsedSite> {
  const listeners = new WeakMap<object, Listener>();
  const outside = withoutOutside(io);
  const live = await openSite(site, modules, isStill ? stillIo(outside) : outside, {
    apps: rehearsedApps(site),
    rehearsal: {
      ruleLevel,
      era,
      note(x, event) {
        const listener = listeners.get(x.transport);
        listener?.watch?.see(event);
        if (event.kind === 'deed') listener?.deeds.push(event.deed);
        listener?.onStep?.({ x, event });
      },
    },
  });
  return {
    live,
    async inject(bytes, { ends, environment, readsBody = false, onStep, watch } = {}) {
      const bothEnds = { ...HERE, ...ends };
      const transport =
        watch === undefined
          ? new InjectedTransport(bothEnds, readsBody)
          : new WatchedTransport(bothEnds, readsBody, watch);
      const listener: Listener = { deeds: [], onStep, watch };
      listeners.set(transport, listener);
      const { x, early } = begin(live, transport, bytes);
      if (watch !== undefined) x.headers = new WatchedHeaders(x.headers, watch);
      transport.carry(x);
      for (const [name, value] of environment ?? []) x.env.set(name, value);
      await serve(x, early);
      return { first: x, last: x.last(), answer: transport.answer, deeds: listener.deeds };
    },
    close: () => closeSite(live, modules),
  };
}

/** Reads the head as the server does, with the limits of the address it comes to. */
function begin(
  live: LiveSite,
  transport: InjectedTransport,
  bytes: string,
): { readonly x: Exchange; readonly early: EarlyError | undefined } {
  const { localAddress, localPort } = transport;
  const base = baseServerOf(live, localAddress, localPort);
  const parser = new RequestParser(base.parser.limits);
  const buffer = Buffer.from(bytes, 'latin1');
  const head = parser.feed(buffer) ?? cutOff(parser);
  const now = live.io.now();
  if (head instanceof MessageError) {
    const server = live.findServer(localAddress, localPort, '');
    const { status, note } = head;
    const early = note === '' ? { status } : { status, note };
    return { x: new Exchange(live, server, transport, incomingOfError(head), now), early };
  }
  const body = injectedBody(head, buffer.subarray(parser.position), parser.limits);
  const server = live.findServer(localAddress, localPort, head.host ?? '');
  const x = new Exchange(live, server, transport, incomingOf(head, body), now);
  if (head.version === '0.9' && base.core.protocolOptions?.allow09 === false)
    return { x, early: { status: 400 } };
  return { x, early: head.expect === 'unknown' ? { status: 417 } : undefined };
}

/** The bytes end inside the head. */
function cutOff(parser: RequestParser): MessageError {
  const error = new MessageError(400, 'wire/incomplete');
  error.requestLine = parser.requestLine ?? '';
  if (error.requestLine === '') throw new RangeError('there is no whole request line');
  return error;
}
