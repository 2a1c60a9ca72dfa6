// The clients whose requests are counted (AuthDigestNcCheck) or whose nonces serve once: each has a number, which travels
// as `opaque`. A bounded table; the client that was heard of longest ago makes room, and is asked to log in again.

/** About what Apache takes for a client, in bytes. */
const CLIENT_SIZE = 60;
const DEFAULT_SIZE = 1000;

/** What a client has used last: nothing up to that serves again. */
export interface DigestClient {
  readonly number: number;
  /** What its nonce was made of: a time, or the nonce's number. */
  nonce: number;
  /** Its nonce-count. */
  count: number;
}

export class DigestClients {
  readonly #most: number;
  readonly #clients: Map<number, DigestClient> = new Map();
  #next = 1;
  #nonces = 0;

  /** `size` is AuthDigestShmemSize. */
  constructor(size: number = DEFAULT_SIZE) {
    this.#most = Math.max(1, Math.floor(size / CLIENT_SIZE));
  }

  find(number: number): DigestClient | undefined {
    const client = this.#clients.get(number);
    if (client === undefined) return undefined;
    this.#clients.delete(number);
    this.#clients.set(number, client);
    return client;
  }

  add(): DigestClient {
    const client: DigestClient = { number: this.#next++, nonce: 0, count: 0 };
    if (this.#clients.size >= this.#most) this.#clients.delete(this.#clients.keys().next().value!);
    this.#clients.set(client.number, client);
    return client;
  }

  /** The number of a nonce that serves once; it stands where others have their time. */
  nextNonce(): number {
    return ++this.#nonces;
  }
}
