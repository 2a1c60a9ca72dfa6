// The two ends of a tunnel through a server under test: a client and a backend on bare sockets, which say every byte
// and every end, and keep what they hear.
import { connect, createServer, type Server, type Socket } from 'node:net';

const LONGEST_MS = 15_000;

/** One socket of a test. Failures are kept, not thrown. */
export class End {
  readonly socket: Socket;
  text = '';
  /** What came, where it is too much to be kept as text. */
  bytes = 0;
  keepsText = true;
  isEnded = false;
  isClosed = false;
  error: string | undefined = undefined;
  #wake: (() => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.keepsText) this.text += chunk.toString('latin1');
      this.#changed();
    });
    socket.on('end', () => {
      this.isEnded = true;
      this.#changed();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    socket.on('close', () => {
      this.isClosed = true;
      this.#changed();
    });
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** Waits until `holds` is true, which is asked whenever something came; rejects with what there is otherwise. */
  async until(what: string, holds: () => boolean, longestMs = LONGEST_MS): Promise<void> {
    const deadline = Date.now() + longestMs;
    while (!holds()) {
      const left = deadline - Date.now();
      if (left <= 0)
        throw new Error(`${what}: not within ${longestMs} ms; heard ${JSON.stringify(this.text)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  hears(text: string): Promise<void> {
    return this.until(`to hear ${JSON.stringify(text)}`, () => this.text.includes(text));
  }

  /** The other side has ended its direction, or the connection is gone. */
  ends(longestMs?: number): Promise<void> {
    return this.until('the end', () => this.isEnded || this.isClosed, longestMs);
  }

  closes(longestMs?: number): Promise<void> {
    return this.until('the close', () => this.isClosed, longestMs);
  }

  write(text: string): void {
    this.socket.write(text, 'latin1');
  }

  end(text = ''): void {
    this.socket.end(text, 'latin1');
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** A client that keeps its direction open when the server ends its own. */
export function openEnd(port: number): Promise<End> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new End(socket));
    });
  });
}

export const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

export const ASK = 'GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

export interface SwitchingBackend {
  readonly port: number;
  /** The next connection that has come; each is handed out once. */
  next(): Promise<End>;
  readonly count: number;
  close(): Promise<void>;
}

/** A backend that says nothing by itself: the test plays it. */
export async function startSwitchingBackend(): Promise<SwitchingBackend> {
  const all: End[] = [];
  let taken = 0;
  let wake: () => void = () => undefined;
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    all.push(new End(socket));
    wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async next() {
      while (all[taken] === undefined) await new Promise<void>((resolve) => (wake = resolve));
      return all[taken++]!;
    },
    get count() {
      return all.length;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const { socket } of all) socket.destroy();
      }),
  };
}

export interface Tunnelled {
  readonly client: End;
  readonly backend: End;
}

/** Opens a tunnel through the server on `port`, as far as the client's sight of the 101. */
export async function openTunnel(port: number, backend: SwitchingBackend): Promise<Tunnelled> {
  const client = await openEnd(port);
  client.write(ASK);
  const end = await backend.next();
  await end.hears('\r\n\r\n');
  end.write(SWITCH);
  await client.hears('\r\n\r\n');
  client.text = '';
  end.text = '';
  return { client, backend: end };
}
