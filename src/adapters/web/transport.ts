// One web request as an exchange sees it: the answer becomes a Response, whose body comes at the pace of its reader.

import type { Exchange } from '../../request/exchange.ts';
import {
  type Answer,
  type ClientWatcher,
  type Sent,
  type Tunnel,
  UnsafeAnswer,
} from '../../request/transport.ts';
import { frameAnswer } from '../../server/answer-framing.ts';
import { abortContent, type BodyContent } from '../../wire/body.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { writeResponseHead } from '../../wire/serialize.ts';
import type { AppAnswered, FrameworkTransport, HandedOver } from '../framework-transport.ts';
import { trailersOf } from '../node/arrived.ts';
import type { ConnectionEnds } from '../node/connection.ts';
import { HOP_BY_HOP, type Place } from '../node/transport.ts';
import { streamOf } from './answer-stream.ts';
import { sendExactHead } from './exact-head.ts';
import { fieldsOf } from './fields.ts';
import type { NodeBindings } from './node-bindings.ts';
import { goneResponse, type Reply } from './reply.ts';

/** What a request came with. */
export interface WebConnection {
  readonly signal: AbortSignal;
  readonly ends: ConnectionEnds;
  readonly node: NodeBindings | undefined;
}

/** How the program takes what nobody answers here; undefined where there is none. */
export type WebProgram = ((x: Exchange, to: HandedOver) => Promise<AppAnswered>) | undefined;

const NOT_SENT: Sent = { bytes: 0, wireBytes: 0, complete: false };

export class WebTransport implements FrameworkTransport {
  readonly base: string;
  readonly hasDocuments: boolean;
  readonly servesFiles: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  readonly served = 0;
  readonly connection: object;
  lostBody: Error | undefined = undefined;
  readonly #signal: AbortSignal;
  readonly #node: NodeBindings | undefined;
  readonly #program: WebProgram;
  readonly #reply: Reply;
  #watchers: ClientWatcher[] = [];

  constructor({ signal, ends, node }: WebConnection, place: Place, program: WebProgram, reply: Reply) {
    this.base = place.base;
    this.hasDocuments = place.hasDocuments;
    this.servesFiles = place.servesFiles;
    this.remoteAddress = ends.remoteAddress;
    this.remotePort = ends.remotePort;
    this.localAddress = ends.localAddress;
    this.localPort = ends.localPort;
    this.secure = ends.secure;
    this.connection = node?.incoming.socket ?? this;
    this.#signal = signal;
    this.#node = node;
    this.#program = program;
    this.#reply = reply;
  }

  get takesOver(): boolean {
    return this.#program !== undefined;
  }

  get trailers(): HeaderList | undefined {
    return this.#node && trailersOf(this.#node.incoming);
  }

  handOver(x: Exchange, to: HandedOver): Promise<AppAnswered> {
    return this.#program!(x, to);
  }

  fail(error: Error): void {
    this.#reply.fail(error);
  }

  interim(): void {
    // A Response is final.
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const { status, reason } = answer;
    if (this.#reply.isGiven) return NOT_SENT;
    const { framing, length } = frameAnswer(answer, 1001);
    const head = writeResponseHead(status, reason, answer.headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    if (status < 200 || status > 599) throw new UnsafeAnswer(`status ${status}, which no web Response has`);
    this.#tidyFields(answer);
    const body = bodyFor(answer);
    if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
      const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
      this.#give(bytes ?? null, answer);
      return { bytes: bytes?.length ?? 0, wireBytes: bytes?.length ?? 0, complete: true };
    }
    return new Promise((done) => {
      const announced = framing === 'length' ? length : undefined;
      const stream = streamOf({ source: body, length: announced, signal: this.#signal, done });
      this.#give(stream, answer);
    });
  }

  /** HTTP/1.1 has a place for what HTTP/2 has none for. */
  #tidyFields({ headers, close }: Answer): void {
    if (this.#node === undefined || this.#node.incoming.httpVersionMajor > 1)
      for (const name of HOP_BY_HOP) headers.delete(name);
    else if (close) headers.set('Connection', 'close');
  }

  #give(body: Uint8Array | ReadableStream | null, answer: Answer): void {
    const { status, reason, headers } = answer;
    if (this.#node !== undefined) sendExactHead(this.#node, answer);
    this.#reply.give(new Response(body, { status, statusText: reason, headers: fieldsOf(headers) }));
  }

  /** An upgrade comes by another event (node/upgrade.ts). */
  upgrade(): Tunnel {
    throw new Error('a web Response cannot give its connection away: call upgrade() from the upgrade event');
  }

  drop(): void {
    this.#node?.incoming.socket.destroy();
    if (this.#node !== undefined || this.#signal.aborted) this.#reply.give(goneResponse());
    else this.#reply.fail(new Error('the connection is to be closed without an answer'));
  }

  watch(watcher: ClientWatcher): void {
    if (this.#signal.aborted) {
      watcher.onClientGone();
      return;
    }
    if (this.#watchers.length === 0) this.#signal.addEventListener('abort', this.#gone);
    this.#watchers.push(watcher);
  }

  unwatch(watcher: ClientWatcher): void {
    this.#watchers = this.#watchers.filter((each) => each !== watcher);
    if (this.#watchers.length === 0) this.#signal.removeEventListener('abort', this.#gone);
  }

  readonly #gone = (): void => {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher.onClientGone();
  };
}

/** The web knows of no 205 with a body. */
function bodyFor({ status, bodiless, body, headers }: Answer): BodyContent | undefined {
  if (bodiless || status !== 205) return body;
  abortContent(body);
  headers.delete('content-length');
  return undefined;
}
