// Where requests are only tried out, no connection is opened: what a backend would be sent is written down and told.

import type { Exchange } from '../../request/exchange.ts';
import { HANDED_OVER } from '../../request/serve.ts';
import { DONE, type Verdict } from '../../request/verdict.ts';
import type { RequestCarrier, RequestStart } from './backend-roles.ts';
import type { Origin, Target } from './target.ts';

/** Where the backend is, as people write it. */
export function addressOf({ socket, authority, port }: Origin): string {
  if (socket !== undefined) return `unix:${socket}`;
  return /:[0-9]+$/.test(authority) ? authority : `${authority}:${port}`;
}

/** Takes a request as a connection does. `done` is called once, with the verdict that ends the exchange. */
export class RehearsedCarrier implements RequestCarrier {
  readonly carried = 0;
  readonly #x: Exchange;
  readonly #target: Target;
  readonly #done: (verdict: Verdict) => void;
  #bytes = '';

  constructor(x: Exchange, target: Target, done: (verdict: Verdict) => void) {
    this.#x = x;
    this.#target = target;
    this.#done = done;
  }

  begin(_method: string, bytes: string, { isWhole }: RequestStart): boolean {
    this.#bytes = bytes;
    if (isWhole) this.finishRequest();
    return true;
  }

  write(bytes: Buffer | string): boolean {
    this.#bytes += typeof bytes === 'string' ? bytes : bytes.toString('latin1');
    return true;
  }

  cork(): void {
    // Nothing goes out piece by piece.
  }

  uncork(): void {
    // As above.
  }

  finishRequest(): void {
    const { origin, url } = this.#target;
    const deed = { kind: 'forward', url, address: addressOf(origin), bytes: this.#bytes } as const;
    this.#x.site.rehearsal?.note(this.#x, { kind: 'deed', deed });
    this.#done(endRehearsed(this.#x));
  }

  giveUp(): void {
    this.#bytes = '';
  }
}

/** The answer would be somebody else's: none is made. */
export function endRehearsed(x: Exchange): Verdict {
  x.notes.set(HANDED_OVER, '1');
  return DONE;
}
