// The connection of a request that comes from no socket: it says where the client is, and keeps the answer.

import type { Exchange } from '../request/exchange.ts';
import { type Answer, type Sent, type Transport, type Tunnel, UnsafeAnswer } from '../request/transport.ts';
import { frameAnswer } from '../server/answer-framing.ts';
import { abortContent, type BodyContent } from '../wire/body.ts';
import type { HeaderList } from '../wire/header-list.ts';
import { writeResponseHead } from '../wire/serialize.ts';

/** The two ends of a connection. */
export interface Ends {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
}

/** An answer as a client would have got it. */
export interface InjectedAnswer {
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderList;
  /** A byte string; undefined where nobody has asked for the body. */
  readonly body: string | undefined;
  /** False when the body broke off. */
  readonly isComplete: boolean;
}

export class InjectedTransport implements Transport {
  readonly #remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  readonly served = 0;
  readonly #readsBody: boolean;
  #answer: InjectedAnswer | undefined = undefined;
  #exchange: Exchange | undefined = undefined;

  constructor({ remoteAddress, remotePort, localAddress, localPort, secure }: Ends, readsBody: boolean) {
    this.#remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.localAddress = localAddress;
    this.localPort = localPort;
    this.secure = secure;
    this.#readsBody = readsBody;
  }

  get remoteAddress(): string {
    return this.#remoteAddress;
  }

  /** What was sent; undefined where nothing was. */
  get answer(): InjectedAnswer | undefined {
    return this.#answer;
  }

  carry(exchange: Exchange): void {
    this.#exchange = exchange;
  }

  interim(): void {
    // Nobody waits for it.
  }

  async send(answer: Answer): Promise<Sent> {
    const { status, reason, headers } = answer;
    frameAnswer(answer, this.#exchange?.protocol ?? 1001);
    const head = writeResponseHead(status, reason, headers);
    if (typeof head !== 'string') throw new UnsafeAnswer(`the ${head.part} of ${JSON.stringify(head.text)}`);
    const body = answer.bodiless ? undefined : answer.body;
    const sent = this.#readsBody ? await readBody(body) : passOver(body);
    this.#answer = { status, reason, headers, ...sent };
    const bytes = sent.body?.length ?? 0;
    return { bytes, wireBytes: head.length + bytes, complete: sent.isComplete };
  }

  upgrade(): Tunnel {
    throw new Error('a request that is tried out has no connection to hand over');
  }

  drop(): void {
    // The answer stays undefined.
  }

  watch(): void {
    // The client stays.
  }

  unwatch(): void {
    // As above.
  }
}

interface BodySent {
  readonly body: string | undefined;
  readonly isComplete: boolean;
}

function passOver(body: BodyContent | undefined): BodySent {
  abortContent(body);
  return { body: undefined, isComplete: true };
}

function readBody(body: BodyContent | undefined): Promise<BodySent> | BodySent {
  if (body === undefined) return { body: '', isComplete: true };
  if (typeof body === 'string') return { body, isComplete: true };
  if (Buffer.isBuffer(body)) return { body: body.toString('latin1'), isComplete: true };
  return new Promise((resolve) => {
    let text = '';
    body.start({
      data(chunk) {
        text += chunk.toString('latin1');
        return true;
      },
      end: () => resolve({ body: text, isComplete: true }),
      fail: () => resolve({ body: text, isComplete: false }),
    });
  });
}
