// Connections that leave HTTP inside a program: node:http gives the socket away by its `upgrade` event, and rules either
// proxy it (WebSocket), answer it, or leave it to the program.

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Exchange } from '../../request/exchange.ts';
import { type Answer, type Sent, type Tunnel, UnsafeAnswer } from '../../request/transport.ts';
import { frameAnswer } from '../../server/answer-framing.ts';
import { AnswerSender } from '../../server/answer-sender.ts';
import { SocketTunnel } from '../../server/tunnel.ts';
import type { HeaderList } from '../../wire/header-list.ts';
import { reasonPhrase } from '../../wire/reason.ts';
import { writeResponseHead } from '../../wire/serialize.ts';
import type { AppAnswered, FrameworkTransport, HandedOver } from '../framework-transport.ts';
import type { Front } from '../front.ts';
import { ProgramConnection } from '../program-connection.ts';
import { headOf, type NodeRequest } from './arrived.ts';
import { endsOf } from './connection.ts';
import { SocketSource } from './socket-source.ts';

const decisions = new WeakMap<NodeRequest, Map<Front, Promise<boolean>>>();

/** What `tryUpgrade` answers for this request, for those whom it reaches another way, too; undefined where nobody has asked. */
export function upgradeDecision(front: Front, request: NodeRequest): Promise<boolean> | undefined {
  return decisions.get(request)?.get(front);
}

/**
 * True where the rules have taken the connection; false leaves it as it was. `base`: where they are mounted; undefined for
 * a request that is outside of it.
 */
export function tryUpgrade(
  front: Front,
  request: NodeRequest,
  duplex: Duplex,
  head: Buffer,
  base: string | undefined,
): Promise<boolean> {
  if (base === undefined) return Promise.resolve(false);
  const decision = decide(front, request, new UpgradeTransport(duplex as Socket, head, front, base));
  const before = decisions.get(request) ?? new Map<Front, Promise<boolean>>();
  decisions.set(request, before.set(front, decision));
  return decision;
}

async function decide(front: Front, request: NodeRequest, transport: UpgradeTransport): Promise<boolean> {
  const { socket } = transport;
  if (announcesBody(request)) {
    refuseUpgrade(socket, 400);
    return true;
  }
  // What goes wrong on it before somebody else listens must not end the process.
  socket.on('error', ignore);
  try {
    await front.serve(transport, {
      head: headOf(request, { url: request.url ?? '/', mayUpgrade: true }),
      body: () => undefined,
    });
  } catch (error) {
    front.settings.log(`portico: an upgrade failed: ${String(error)}`);
    socket.destroy();
    return true;
  }
  if (transport.isHandedOver) socket.off('error', ignore);
  return !transport.isHandedOver;
}

/** The same, and an end for a connection that nobody wants. */
export async function answerUpgrade(
  front: Front,
  request: NodeRequest,
  duplex: Duplex,
  head: Buffer,
  base: string | undefined,
): Promise<boolean> {
  if (await tryUpgrade(front, request, duplex, head, base)) return true;
  if (listenersOf(duplex) > 1) return false;
  refuseUpgrade(duplex, 404);
  return true;
}

/** Its bytes would be taken for the other protocol's. */
function announcesBody({ headers }: NodeRequest): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Ends a connection that nobody takes. */
export function refuseUpgrade(duplex: Duplex, status: number): void {
  duplex.on('error', ignore);
  duplex.end(`HTTP/1.1 ${status} ${reasonPhrase(status)}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** How many want to hear of upgrades of the server that has accepted this. */
function listenersOf(duplex: Duplex): number {
  const { server } = duplex as { server?: { listenerCount?(event: string): number } };
  return server?.listenerCount?.('upgrade') ?? 1;
}

function ignore(): void {}

class UpgradeTransport extends ProgramConnection implements FrameworkTransport {
  readonly socket: Socket;
  readonly takesOver: boolean;
  readonly lostBody = undefined;
  readonly served = 0;
  readonly connection: object;
  isHandedOver = false;
  readonly #head: Buffer;
  readonly #front: Front;
  readonly #sender: AnswerSender;
  #isListening = false;

  constructor(socket: Socket, head: Buffer, front: Front, base: string) {
    super({ base, ...front.documents }, endsOf(socket));
    this.socket = socket;
    this.#front = front;
    this.#head = head;
    this.#sender = new AnswerSender(socket);
    this.takesOver = front.settings.fallthrough;
    this.connection = socket;
  }

  handOver(_x: Exchange, _to: HandedOver): Promise<AppAnswered> {
    this.isHandedOver = true;
    return Promise.resolve({ status: 101, bytes: 0, wireBytes: 0, complete: true });
  }

  fail(): void {
    this.socket.destroy();
  }

  interim(status: number, reason: string, headers: HeaderList): void {
    const head = writeResponseHead(status, reason, headers);
    if (typeof head === 'string' && this.socket.writable) this.socket.write(head, 'latin1');
  }

  async send(answer: Answer): Promise<Sent> {
    const frame = frameAnswer(answer, 1001);
    answer.headers.merge('Connection', 'close');
    const head = writeResponseHead(answer.status, answer.reason, answer.headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    this.socket.on('drain', () => this.#sender.drained());
    this.socket.on('close', () => this.#sender.closed());
    this.socket.resume();
    const sent = await this.#sender.send(head, answer.bodiless ? undefined : answer.body, frame);
    this.socket.end();
    return sent;
  }

  upgrade(reason: string, headers: HeaderList): Tunnel {
    const head = writeResponseHead(101, reason, headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    const socket = this.socket;
    const source = new SocketSource(socket, this.#head);
    const tunnel = new SocketTunnel(socket, source, head.length, () => socket.destroySoon());
    socket.on('drain', () => tunnel.drained());
    const forget = this.#front.keepTunnel(() => socket.destroy());
    socket.on('close', () => {
      forget();
      tunnel.fail(new Error('the client has gone'));
    });
    if (socket.writable) socket.write(head, 'latin1');
    return tunnel;
  }

  drop(): void {
    this.socket.destroy();
  }

  protected override get isGone(): boolean {
    return this.socket.destroyed;
  }

  protected override listenForEnd(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.socket.on('close', this.tellGone);
  }
}
