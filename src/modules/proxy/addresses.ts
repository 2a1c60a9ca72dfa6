// The addresses behind the names of backends: asked of the system, kept for a while, the one that answered last in
// front. Owns what is known of names; which address is connected to is the socket's business.

/** Where no `addressttl` says otherwise: names of containers and services move, and the system does not say when. */
export const DEFAULT_TTL = 10_000;

/** A name that has no address is not asked for again for a moment: look-ups share threads with files. */
const FAILURE_TTL = 1000;

/** Names can come from requests (`http://$1/`): the memory of them is bounded. */
const MOST_NAMES = 1000;

/** Asks the system; rejects with its error (`code`, `syscall`) where a name has no address. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What is known of a name. */
export interface Known {
  /** In the order in which they are tried. */
  readonly addresses: readonly string[];
  /** On the clock. */
  readonly askedAt: number;
}

interface Failure {
  readonly error: Error;
  readonly askedAt: number;
}

export class Addresses {
  readonly #resolve: Resolve;
  readonly #now: () => number;
  readonly #known: Map<string, Known> = new Map();
  readonly #failures: Map<string, Failure> = new Map();
  readonly #asked: Map<string, Promise<readonly string[]>> = new Map();

  constructor(resolve: Resolve, now: () => number = () => performance.now()) {
    this.#resolve = resolve;
    this.#now = now;
  }

  /** The addresses of a name; those that are known already where they are younger than `ttl` (milliseconds). */
  find(host: string, ttl: number = DEFAULT_TTL): readonly string[] | Promise<readonly string[]> {
    const known = this.#known.get(host);
    return known !== undefined && this.#now() - known.askedAt < ttl ? known.addresses : this.#ask(host);
  }

  /** What is known of a name, however old. */
  known(host: string): Known | undefined {
    return this.#known.get(host);
  }

  /** Has the time of what is known of a name run out, or was it never asked for? */
  isOld(host: string, ttl: number = DEFAULT_TTL): boolean {
    const known = this.#known.get(host);
    return known === undefined || this.#now() - known.askedAt >= ttl;
  }

  /** Looks again where none of the addresses answered: true when there are others by now. Never rejects. */
  async lookAgain(host: string): Promise<boolean> {
    const before = this.#known.get(host);
    try {
      const after = await this.#ask(host);
      return before !== undefined && !isSameSet(before.addresses, after);
    } catch {
      return false;
    }
  }

  /** This address of the name answered: it is tried first, as long as the name leads to the same ones. */
  prefer(host: string, address: string): void {
    const known = this.#known.get(host);
    if (known === undefined || known.addresses[0] === address || !known.addresses.includes(address)) return;
    const others = known.addresses.filter((other) => other !== address);
    this.#known.set(host, { addresses: [address, ...others], askedAt: known.askedAt });
  }

  /** One question at a time for each name, however many wait for the answer. */
  #ask(host: string): Promise<readonly string[]> {
    const under = this.#asked.get(host);
    if (under !== undefined) return under;
    const failure = this.#failures.get(host);
    if (failure !== undefined && this.#now() - failure.askedAt < FAILURE_TTL) {
      return Promise.reject(failure.error);
    }
    const asked = this.#resolve(host)
      .then(
        (addresses) => this.#learn(host, addresses),
        (error: Error) => this.#fail(host, error),
      )
      .finally(() => this.#asked.delete(host));
    this.#asked.set(host, asked);
    return asked;
  }

  #learn(host: string, addresses: readonly string[]): readonly string[] {
    const before = this.#known.get(host);
    const isSame = before !== undefined && isSameSet(before.addresses, addresses);
    const kept = isSame ? before.addresses : addresses;
    this.#failures.delete(host);
    remember(this.#known, host, { addresses: kept, askedAt: this.#now() });
    return kept;
  }

  /** Where the name server is out of reach, what it said last still holds; a name that is gone is gone. */
  #fail(host: string, error: Error): readonly string[] {
    const known = this.#known.get(host);
    const isTemporary = 'code' in error && error.code === 'EAI_AGAIN';
    if (known !== undefined && isTemporary) return this.#learn(host, known.addresses);
    this.#known.delete(host);
    remember(this.#failures, host, { error, askedAt: this.#now() });
    throw error;
  }
}

function remember<V>(memory: Map<string, V>, host: string, value: V): void {
  if (!memory.has(host) && memory.size >= MOST_NAMES) {
    const [oldest] = memory.keys();
    if (oldest !== undefined) memory.delete(oldest);
  }
  memory.set(host, value);
}

function isSameSet(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((address) => others.includes(address));
}
