// The body of a request on its way to a backend. A small one is read whole before anything is sent, so that it has a
// Content-Length and can be sent again; a larger one flows through, as fast as the slower side.

import type { RequestBody } from '../../request/exchange.ts';
import { BodyError, type BodySink, type BodySource } from '../../wire/body.ts';
import { CHUNK_END, chunkHead, LAST_CHUNK } from '../../wire/chunked.ts';
import type { RequestCarrier } from './backend-roles.ts';
import type { RequestFraming } from './forward-head.ts';
import type { Meter } from './meter.ts';

/** What is read before the request is begun (Apache: 16 KiB). */
const PREFETCH = 16 * 1024;

/** What is read where a body without a length has to get one; Apache has no limit and writes to a file. */
const LARGEST_SPOOL = 16 * 1024 * 1024;

type Mode = 'new' | 'prefetching' | 'held' | 'streaming' | 'stopped';

/** A connection, as the body sees it that goes over it. */
export type BodyCarrier = Pick<RequestCarrier, 'write' | 'cork' | 'uncork' | 'finishRequest'>;

/** What a body has to look like on its way. */
export interface RelayOptions {
  /** The backend cannot take a body without a length: such a one is read whole. */
  readonly needsLength: boolean;
  /** The connection marks the end itself, so that a body is never chunked. */
  readonly isFramed?: boolean;
}

/** Told about the body's own troubles. */
export interface RelayOwner {
  /** The prefetch is over: all of the body is here, or enough of it. */
  onPrefetched(): void;
  /** A body that was streamed is sent to its end. */
  onBodySent(): void;
  /** The client's body broke off. */
  onBodyFailed(error: BodyError): void;
}

export class RequestRelay implements BodySink {
  readonly #source: BodySource;
  readonly #length: number | undefined;
  readonly #needsWhole: boolean;
  #owner: RelayOwner;
  #isFramed: boolean;
  #meter: Meter | undefined = undefined;
  #mode: Mode = 'new';
  /** What is held, as byte strings: it leaves in one with the head. */
  #held: string[] = [];
  #heldBytes = 0;
  #isComplete = false;
  #isChunked = false;
  #connection: BodyCarrier | undefined = undefined;

  constructor(body: RequestBody, owner: RelayOwner, { needsLength, isFramed = false }: RelayOptions) {
    this.#source = body.source;
    this.#length = body.length;
    this.#owner = owner;
    this.#needsWhole = needsLength && body.length === undefined;
    this.#isFramed = isFramed;
  }

  /** The body goes to another backend than was meant: what has been read of it stays. */
  adopt(owner: RelayOwner, isFramed: boolean, meter: Meter): void {
    this.#owner = owner;
    this.#isFramed = isFramed;
    this.#meter = meter;
  }

  /** All of the body is at hand: it can be sent, and sent again. */
  get isHeldWhole(): boolean {
    return this.#isComplete && this.#mode === 'held';
  }

  /** Bytes at hand. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Nothing of the body has been read. */
  get isUntouched(): boolean {
    return this.#mode === 'new';
  }

  /** True when the length is known and too large to be worth waiting for. */
  get isLong(): boolean {
    return this.#length !== undefined && this.#length > PREFETCH;
  }

  prefetch(): void {
    this.#mode = 'prefetching';
    this.#source.start(this);
  }

  get framing(): RequestFraming {
    if (this.#isComplete) return { kind: 'length', length: this.#heldBytes };
    return this.#length === undefined ? { kind: 'chunked' } : { kind: 'length', length: this.#length };
  }

  /** The body can only be sent once it is held whole. */
  get needsWhole(): boolean {
    return this.#needsWhole;
  }

  /** The whole body as a byte string; for `isHeldWhole` only. */
  text(): string {
    return this.#held.join('');
  }

  /** Sends what is held and lets the rest follow. */
  stream(connection: BodyCarrier): void {
    this.#connection = connection;
    this.#isChunked = !this.#isFramed && this.framing.kind === 'chunked';
    const isNew = this.#mode === 'new';
    this.#mode = 'streaming';
    const held = this.#held;
    this.#held = [];
    let goesOn = true;
    for (const chunk of held) goesOn = this.#write(connection, chunk);
    if (this.#isComplete) this.#finish();
    else if (isNew) this.#source.start(this);
    else if (goesOn) this.#source.resume();
  }

  /** The backend takes bytes again. */
  onDrain(): void {
    if (this.#mode === 'streaming') this.#source.resume();
  }

  /** Nobody takes the body any longer. */
  stop(): void {
    if (this.#mode === 'stopped') return;
    const wasStarted = this.#mode !== 'new';
    this.#mode = 'stopped';
    this.#connection = undefined;
    this.#held = [];
    if (wasStarted && !this.#isComplete) this.#source.abort();
  }

  /** What is held is copied as it comes; what is written may stay with the socket. */
  get copies(): boolean {
    return this.#mode !== 'streaming';
  }

  data(chunk: Buffer): boolean {
    if (this.#mode === 'streaming') return this.#write(this.#connection!, chunk);
    if (this.#mode === 'stopped') return false;
    this.#held.push(chunk.toString('latin1'));
    this.#heldBytes += chunk.length;
    if (this.#needsWhole) return this.#spool();
    if (this.#heldBytes < PREFETCH) return true;
    if (this.#mode === 'prefetching') {
      this.#mode = 'held';
      this.#owner.onPrefetched();
    }
    // The owner may have begun to stream meanwhile.
    return this.#mode !== 'held';
  }

  #spool(): boolean {
    if (this.#heldBytes <= LARGEST_SPOOL) return true;
    this.#source.abort();
    this.fail(new BodyError(413, 'the body is too large to be given a length'));
    return false;
  }

  end(): void {
    this.#isComplete = true;
    if (this.#mode === 'streaming') this.#finish();
    else if (this.#mode === 'prefetching') {
      this.#mode = 'held';
      this.#owner.onPrefetched();
    }
  }

  fail(error: Error): void {
    if (this.#mode === 'stopped') return;
    this.#mode = 'stopped';
    this.#held = [];
    this.#owner.onBodyFailed(error instanceof BodyError ? error : new BodyError(400, error.message));
  }

  #write(connection: BodyCarrier, chunk: Buffer | string): boolean {
    if (this.#meter !== undefined) this.#meter.transferred += chunk.length;
    if (!this.#isChunked) return connection.write(chunk);
    if (chunk.length === 0) return true;
    connection.cork();
    connection.write(chunkHead(chunk.length));
    connection.write(chunk);
    const goesOn = connection.write(CHUNK_END);
    connection.uncork();
    return goesOn;
  }

  #finish(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    if (this.#isChunked) connection.write(LAST_CHUNK);
    connection.finishRequest();
    this.#owner.onBodySent();
  }
}
