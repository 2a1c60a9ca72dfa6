// One request of node:http as an exchange sees it: the answer goes out by the framework's response object, with what the
// framework has set on it, and what is not answered goes on to the program.

import type { ServerResponse } from 'node:http';
import type { Exchange } from '../../request/exchange.ts';
import {
  type Answer,
  type ClientWatcher,
  type Sent,
  type Tunnel,
  UnsafeAnswer,
} from '../../request/transport.ts';
import { frameAnswer } from '../../server/answer-framing.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { writeResponseHead } from '../../wire/serialize.ts';
import type { AppAnswered, FrameworkTransport, HandedOver } from '../framework-transport.ts';
import { writeBody } from './answer-body.ts';
import { type NodeRequest, trailersOf } from './arrived.ts';
import { type ConnectionEnds, endsOf } from './connection.ts';

/** What a framework does with what is not answered here. */
export interface Program {
  /** Undefined where there is nobody. */
  handOver?(x: Exchange, to: HandedOver): Promise<AppAnswered>;
  fail(error: Error): void;
}

/** How a middleware is set up for one request. */
export type Place = Pick<FrameworkTransport, 'base' | 'hasDocuments' | 'servesFiles'>;

export class NodeTransport implements FrameworkTransport {
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
  readonly #request: NodeRequest;
  readonly #response: ServerResponse;
  readonly #program: Program;
  #watchers: ClientWatcher[] = [];
  #isWatching = false;

  constructor(request: NodeRequest, response: ServerResponse, place: Place, program: Program) {
    const ends: ConnectionEnds = endsOf(request.socket);
    this.#request = request;
    this.#response = response;
    this.#program = program;
    this.base = place.base;
    this.hasDocuments = place.hasDocuments;
    this.servesFiles = place.servesFiles;
    this.remoteAddress = ends.remoteAddress;
    this.remotePort = ends.remotePort;
    this.localAddress = ends.localAddress;
    this.localPort = ends.localPort;
    this.secure = ends.secure;
    this.connection = request.socket;
  }

  get takesOver(): boolean {
    return this.#program.handOver !== undefined;
  }

  get trailers(): HeaderList | undefined {
    return trailersOf(this.#request);
  }

  handOver(x: Exchange, to: HandedOver): Promise<AppAnswered> {
    return this.#program.handOver!(x, to);
  }

  fail(error: Error): void {
    this.#program.fail(error);
  }

  interim(status: number, _reason: string, headers: HeaderList): void {
    const link = headers.combined('link');
    // node:http has no way to send others, and sends them to clients of HTTP/1.0, too.
    if (status !== 103 || link === undefined || this.#response.headersSent) return;
    const { httpVersionMajor, httpVersionMinor } = this.#request;
    if (httpVersionMajor === 1 && httpVersionMinor === 0) return;
    const rest = [...headers].filter(([name]) => name.toLowerCase() !== 'link');
    this.#response.writeEarlyHints({ ...Object.fromEntries(rest), link });
  }

  send(answer: Answer): Promise<Sent> | Sent {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return { bytes: 0, wireBytes: 0, complete: false };
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
    // Node would take the removal of a field that is not there for a wish: no chunks, and the connection ends.
    for (const name of ['Content-Length', 'Transfer-Encoding'])
      if (response.hasHeader(name)) response.removeHeader(name);
    for (const [name, value] of headers) {
      const key = name.toLowerCase();
      if (isHttp2 && HOP_BY_HOP.has(key)) continue;
      // What this answer says takes the place of what the framework has set; what it says twice stands twice.
      if (names.has(key)) response.appendHeader(name, value);
      else response.setHeader(name, value);
      names.add(key);
    }
    if (close && !isHttp2) response.setHeader('Connection', 'close');
    response.statusCode = status;
    if (!isHttp2) response.statusMessage = reason;
  }

  /** An upgrade comes by another event (upgrade.ts); node:http has not given this connection away. */
  upgrade(): Tunnel {
    throw new Error(
      'the connection of this request stays with node:http: call upgrade() from its upgrade event',
    );
  }

  drop(): void {
    this.#request.socket.destroy();
  }

  watch(watcher: ClientWatcher): void {
    const response = this.#response;
    if (response.destroyed) {
      watcher.onClientGone();
      return;
    }
    this.#watchers.push(watcher);
    if (this.#isWatching) return;
    this.#isWatching = true;
    response.on('close', () => this.#closed());
  }

  unwatch(watcher: ClientWatcher): void {
    this.#watchers = this.#watchers.filter((each) => each !== watcher);
  }

  #closed(): void {
    if (this.#response.writableFinished) return;
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher.onClientGone();
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
