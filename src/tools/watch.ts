// What the way of a request through a configuration depends on: which of the things in which the requests of a log differ
// for the same URL (the client's address, User-Agent, Referer) it has looked at. What is only handed on to a backend or
// a program decides nothing and is told apart.

import type { RequestEvent } from '../request/rehearsal.ts';
import { HeaderList } from '../wire/header-list.ts';
import { type Ends, InjectedTransport } from './injected-transport.ts';

export const READ_ADDRESS = 1;
export const READ_AGENT = 2;
export const READ_REFERER = 4;
const READ_FIELDS: number = READ_AGENT | READ_REFERER;
export const READ_ALL: number = READ_ADDRESS | READ_FIELDS;

/** Watches one request. */
export class Watch {
  /** The sum of READ_… */
  reads = 0;
  /** A backend or a program would be told of the client. */
  handsOn = false;
  /** The access files that were met. */
  readonly accessFiles: string[] = [];
  #isOff = false;

  read(what: number): void {
    if (!this.#isOff) this.reads |= what;
  }

  readField(name: string): void {
    if (name === 'user-agent') this.read(READ_AGENT);
    else if (name === 'referer') this.read(READ_REFERER);
  }

  readFields(): void {
    this.read(READ_FIELDS);
  }

  see(event: RequestEvent): void {
    // Whatever comes after it, a deed is put together no longer.
    this.#isOff = event.kind === 'handing-on';
    if (event.kind === 'handing-on' || event.kind === 'deed') this.handsOn = true;
    else if (event.kind === 'htaccess') this.accessFiles.push(event.path);
  }
}

export class WatchedTransport extends InjectedTransport {
  readonly #watch: Watch;

  constructor(ends: Ends, readsBody: boolean, watch: Watch) {
    super(ends, readsBody);
    this.#watch = watch;
  }

  override get remoteAddress(): string {
    this.#watch.read(READ_ADDRESS);
    return super.remoteAddress;
  }
}

/** The fields of a request. Those who take them out of `flat` hand them on, or ask for one of them first. */
export class WatchedHeaders extends HeaderList {
  readonly #watch: Watch;

  constructor(from: HeaderList, watch: Watch) {
    super();
    this.#watch = watch;
    for (const text of from.flat) this.flat.push(text);
  }

  override get(name: string): string | undefined {
    this.#watch.readField(name);
    return super.get(name);
  }

  override has(name: string): boolean {
    this.#watch.readField(name);
    return super.has(name);
  }

  override getAll(name: string): string[] {
    this.#watch.readField(name);
    return super.getAll(name);
  }

  override count(name: string): number {
    this.#watch.readField(name);
    return super.count(name);
  }

  override isUniform(name: string): boolean {
    this.#watch.readField(name);
    return super.isUniform(name);
  }

  override combined(name: string): string | undefined {
    this.#watch.readField(name);
    return super.combined(name);
  }

  override longestJoined(): number {
    this.#watch.readFields();
    return super.longestJoined();
  }

  override clone(): WatchedHeaders {
    return new WatchedHeaders(this, this.#watch);
  }

  override *[Symbol.iterator](): IterableIterator<[string, string]> {
    this.#watch.readFields();
    yield* super[Symbol.iterator]();
  }
}
