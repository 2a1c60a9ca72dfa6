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
import { abortContent, type BodyContent, type BodySource } from '../../wire/body.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { writeResponseHead } from '../../wire/serialize.ts';
import type { AppAnswered, FrameworkTransport, HandedOver } from '../framework-transport.ts';
import { trailersOf } from '../node/arrived.ts';
import { type SocketUsage, usageOf } from '../node/connection.ts';
import { sendInterim } from '../node/early-hints.ts';
import { answered } from '../node/hand-over.ts';
import { HOP_BY_HOP } from '../node/transport.ts';
import { type ConnectionEnds, type Place, ProgramConnection } from '../program-connection.ts';
import { streamOf } from './answer-stream.ts';
import { sendExactHead } from './exact-head.ts';
import { fieldsOf } from './fields.ts';
import { ALREADY_SENT } from './hand-over.ts';
import type { NodeBindings } from './node-bindings.ts';
import { goneResponse, type Reply } from './reply.ts';

/** What a request came with. */
export interface WebConnection {
  /** Its signal says that the client is gone; node-server makes it when it is asked for. */
  readonly request: Request;
  readonly ends: ConnectionEnds;
  readonly node: NodeBindings | undefined;
}

/** How the program takes what nobody answers here; undefined where there is none. */
export type WebProgram = ((x: Exchange, to: HandedOver) => Promise<AppAnswered>) | undefined;

const NOT_SENT: Sent = { bytes: 0, wireBytes: 0, complete: false };

export class WebTransport extends ProgramConnection implements FrameworkTransport {
  readonly served: number;
  readonly connection: object;
  lostBody: Error | undefined = undefined;
  readonly #request: Request;
  readonly #node: NodeBindings | undefined;
  readonly #program: WebProgram;
  readonly #reply: Reply;
  readonly #usage: SocketUsage | undefined;
  /** Bytes that earlier requests have read from the socket. */
  readonly #readBefore: number;
  #isLast = false;

  constructor({ request, ends, node }: WebConnection, place: Place, program: WebProgram, reply: Reply) {
    super(place, ends);
    this.connection = node?.incoming.socket ?? this;
    this.#request = request;
    this.#node = node;
    this.#program = program;
    this.#reply = reply;
    this.#usage = node && usageOf(node.incoming.socket);
    this.served = this.#usage?.requests ?? 0;
    this.#readBefore = this.#usage?.bytesRead ?? 0;
    if (this.#usage !== undefined) this.#usage.requests += 1;
  }

  /** Whether node:http keeps the connection; known once the answer is sent. */
  get staysOpen(): boolean {
    const outgoing = this.#node?.outgoing;
    return outgoing?.shouldKeepAlive === true && !this.#isLast && !this.#node!.incoming.socket.destroyed;
  }

  /** Bytes that node:http has read since the request before; 0 without it. */
  get received(): number {
    if (this.#usage === undefined) return 0;
    this.#usage.bytesRead = this.#node!.incoming.socket.bytesRead ?? 0;
    return this.#usage.bytesRead - this.#readBefore;
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

  /** A Response is final; what stands behind it may have more to say. */
  interim(status: number, _reason: string, headers: HeaderList): void {
    const node = this.#node;
    if (node?.outgoing !== undefined) sendInterim(node.incoming, node.outgoing, status, headers);
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const { status, reason } = answer;
    if (this.#reply.isGiven) {
      abortContent(answer.body);
      return NOT_SENT;
    }
    const { framing, length } = frameAnswer(answer, 1001);
    const head = writeResponseHead(status, reason, answer.headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    if (status < 200 || status > 599) throw new UnsafeAnswer(`status ${status}, which no web Response has`);
    this.#tidyFields(answer);
    const body = bodyFor(answer);
    if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body))
      return this.#stream(body, framing === 'length' ? length : undefined, answer);
    const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
    return this.#give(bytes ?? null, answer, complete(bytes?.length ?? 0));
  }

  #stream(source: BodySource, length: number | undefined, answer: Answer): Promise<Sent> | Sent {
    let done!: (sent: Sent) => void;
    const streamed = new Promise<Sent>((resolve) => {
      done = resolve;
    });
    const { stream, drop } = streamOf({ source, length, signal: this.#request.signal, done });
    return this.#give(stream, answer, streamed, drop);
  }

  /** Answers, and settles when the answer is out: node:http knows of it; without it the body alone is known. */
  #give(body: Bytes, answer: Answer, made: Promise<Sent> | Sent, drop?: () => void): Promise<Sent> | Sent {
    const { status, reason, headers, close } = answer;
    const node = this.#node;
    const out = node?.outgoing && answered(node.incoming, node.outgoing);
    this.#isLast = close;
    if (node !== undefined) sendExactHead(node, answer);
    this.#reply.give(new Response(body, { status, statusText: reason, headers: fieldsOf(headers) }));
    if (out === undefined) return made;
    // Nobody reads a stream that middleware has put another answer in the place of.
    if (drop !== undefined) void out.then(drop);
    return bothSent(made, out);
  }

  /** HTTP/1.1 has a place for what HTTP/2 has none for. */
  #tidyFields({ headers, close }: Answer): void {
    headers.delete(ALREADY_SENT);
    if (this.#node === undefined || this.#node.incoming.httpVersionMajor > 1)
      for (const name of HOP_BY_HOP) headers.delete(name);
    else if (close) headers.merge('Connection', 'close');
  }

  /** An upgrade comes by another event (node/upgrade.ts). */
  upgrade(): Tunnel {
    throw new Error('a web Response cannot give its connection away: call upgrade() from the upgrade event');
  }

  drop(): void {
    this.#node?.incoming.socket.destroy();
    if (this.#node !== undefined || this.#request.signal.aborted) this.#reply.give(goneResponse());
    else this.#reply.fail(new Error('the connection is to be closed without an answer'));
  }

  protected override get isGone(): boolean {
    return this.#request.signal.aborted;
  }

  protected override listenForEnd(): void {
    this.#request.signal.addEventListener('abort', this.tellGone);
  }

  override unwatch(watcher: ClientWatcher): void {
    super.unwatch(watcher);
    if (!this.isWatched) this.#request.signal.removeEventListener('abort', this.tellGone);
  }
}

/** The web knows of no 205 with a body. */
function bodyFor({ status, bodiless, body, headers }: Answer): BodyContent | undefined {
  if (bodiless || status !== 205) return body;
  abortContent(body);
  headers.delete('content-length');
  return undefined;
}

type Bytes = Uint8Array | ReadableStream | null;

function complete(bytes: number): Sent {
  return { bytes, wireBytes: bytes, complete: true };
}

async function bothSent(made: Promise<Sent> | Sent, out: Promise<Sent>): Promise<Sent> {
  const [body, wire] = await Promise.all([made, out]);
  return { ...body, wireBytes: wire.wireBytes, complete: body.complete && wire.complete };
}
