// What every transport of a program's request knows from its beginning: where the rules are mounted, who is at both ends,
// and who wants to hear that the client has gone.

import type { ClientWatcher } from '../request/transport.ts';
import type { FrameworkTransport } from './framework-transport.ts';

/** Who is at both ends of a connection. */
export interface ConnectionEnds {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** TLS. */
  readonly secure: boolean;
}

/** How a middleware is set up for one request. */
export type Place = Pick<FrameworkTransport, 'base' | 'hasDocuments' | 'servesFiles'>;

export abstract class ProgramConnection {
  readonly base: string;
  readonly hasDocuments: boolean;
  readonly servesFiles: boolean;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly secure: boolean;
  #watchers: ClientWatcher[] = [];

  constructor(place: Place, ends: ConnectionEnds) {
    this.base = place.base;
    this.hasDocuments = place.hasDocuments;
    this.servesFiles = place.servesFiles;
    this.remoteAddress = ends.remoteAddress;
    this.remotePort = ends.remotePort;
    this.localAddress = ends.localAddress;
    this.localPort = ends.localPort;
    this.secure = ends.secure;
  }

  /** The client has gone already. */
  protected abstract get isGone(): boolean;

  /** Somebody wants to know of it for the first time, or again after nobody did; `tellGone` is to be called. */
  protected abstract listenForEnd(): void;

  protected get isWatched(): boolean {
    return this.#watchers.length > 0;
  }

  watch(watcher: ClientWatcher): void {
    if (this.isGone) {
      watcher.onClientGone();
      return;
    }
    if (this.#watchers.length === 0) this.listenForEnd();
    this.#watchers.push(watcher);
  }

  unwatch(watcher: ClientWatcher): void {
    this.#watchers = this.#watchers.filter((each) => each !== watcher);
  }

  /** Nobody waits for the answer any more. */
  protected readonly tellGone = (): void => {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher.onClientGone();
  };
}
