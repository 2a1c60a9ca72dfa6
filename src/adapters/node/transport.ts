// One request of node:http as an exchange sees it: the answer goes out by the framework's response object, with what the
// framework has set on it, and what is not answered goes on to the program.

import type { ServerResponse } from 'node:http';
import type { Exchange } from '../../request/exchange.ts';
import { type Answer, type Sent, type Tunnel, UnsafeAnswer } from '../../request/transport.ts';
import { frameAnswer } from '../../server/answer-framing.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { writeResponseHead } from '../../wire/serialize.ts';
import type { AppAnswered, FrameworkTransport, HandedOver } from '../framework-transport.ts';
import { type Place, ProgramConnection } from '../program-connection.ts';
import { writeBody } from './answer-body.ts';
import { type NodeRequest, trailersOf } from './arrived.ts';
import { type SocketUsage, usageOf } from './connection.ts';
import { sendInterim } from './early-hints.ts';

/** What a framework does with what is not answered here. */
export interface Program {
  /** Undefined where there is nobody. */
  readonly handOver?: ((x: Exchange, to: HandedOver) => Promise<AppAnswered>) | undefined;
  /** Hears that the answer is about to be written here, and not by the framework. */
  readonly answersHere?: (() => void) | undefined;
  /** Gives what went wrong to the framework's error handler. */
  readonly fail: (error: unknown) => void;
}

export class NodeTransport extends ProgramConnection implements FrameworkTransport {
  readonly served: number;
  readonly connection: object;
  lostBody: Error | undefined = undefined;
  readonly #request: NodeRequest;
  readonly #response: ServerResponse;
  readonly #program: Program;
  readonly #usage: SocketUsage;
  /** Bytes that earlier requests have read from the socket. */
  readonly #readBefore: number;
  #isLast = false;
  #isListening = false;
  /** Whether what the response holds is of this exchange's making. */
  #isAnswered = false;

  constructor(request: NodeRequest, response: ServerResponse, place: Place, program: Program) {
    const usage = usageOf(request.socket);
    super(place, usage.ends);
    this.#usage = usage;
    this.#request = request;
    this.#response = response;
    this.#program = program;
    this.connection = request.socket;
    this.served = usage.requests;
    usage.requests += 1;
    this.#readBefore = usage.bytesRead;
  }

  get takesOver(): boolean {
    return this.#program.handOver !== undefined;
  }

  /** Whether node:http keeps the connection; known once the head is written. */
  get staysOpen(): boolean {
    return !this.#isLast && this.#response.shouldKeepAlive && !this.#request.socket.destroyed;
  }

  /** Bytes that node:http has read since the request before; with pipelined requests those of the next one may be among them. */
  get received(): number {
    this.#usage.bytesRead = this.#request.socket.bytesRead ?? 0;
    return this.#usage.bytesRead - this.#readBefore;
  }

  get trailers(): HeaderList | undefined {
    return trailersOf(this.#request);
  }

  handOver(x: Exchange, to: HandedOver): Promise<AppAnswered> {
    this.#isAnswered = true;
    return this.#program.handOver!(x, to);
  }

  fail(error: Error): void {
    this.#program.fail(error);
  }

  interim(status: number, _reason: string, headers: HeaderList): void {
    sendInterim(this.#request, this.#response, status, headers);
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const response = this.#response;
    this.#program.answersHere?.();
    if (response.headersSent || response.destroyed) return { bytes: 0, wireBytes: 0, complete: false };
    this.#isAnswered = true;
    const { framing, length } = frameAnswer(answer, 1001);
    // Node would find it, too, in the middle of its work.
    const head = writeResponseHead(answer.status, answer.reason, answer.headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    this.#writeHead(answer);
    if (answer.bodiless) {
      response.end();
      return { bytes: 0, wireBytes: 0, complete: true };
    }
    return writeBody(response, answer.body, framing === 'length' ? length : undefined);
  }

  #writeHead({ status, reason, headers, close }: Answer): void {
    const response = this.#response;
    const isHttp2 = this.#request.httpVersionMajor > 1;
    const names = new Set<string>();
    if (response.hasHeader('Content-Length')) response.removeHeader('Content-Length');
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      if (isHttp2 && HOP_BY_HOP.has(key)) continue;
      // What this answer says takes the place of what the framework has set; what it says twice stands twice.
      if (names.has(key)) response.appendHeader(name, value);
      else response.setHeader(name, value);
      names.add(key);
    }
    if (isHttp2) {
      response.writeHead(status);
      return;
    }
    this.#isLast = close;
    if (close)
      response.setHeader(
        'Connection',
        names.has('connection') ? `${headers.combined('connection')}, close` : 'close',
      );
    // Node has words for a status that has none.
    response.writeHead(status, reason);
  }

  /** An upgrade comes by another event (upgrade.ts); node:http has not given this connection away. */
  upgrade(): Tunnel {
    throw new Error(
      'the connection of this request stays with node:http: call upgrade() from its upgrade event',
    );
  }

  drop(): void {
    this.#response.destroy();
  }

  protected override get isGone(): boolean {
    return this.#response.destroyed;
  }

  protected override listenForEnd(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#response.on('close', () => this.#closed());
  }

  /** A framework with limits of its own may have answered for a backend that was too slow: nobody waits for that then. */
  #closed(): void {
    if (!this.#isAnswered || !this.#response.writableFinished) this.tellGone();
  }
}

/** Fields that HTTP/2 has no place for (RFC 9113 section 8.2.2). */
export const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
