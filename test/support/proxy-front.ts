// A whole server in this process, for tests that look at both of its sides: a configuration text in front, backends
// on loopback behind.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import type { LogSink } from '../../src/request/io.ts';
import type { Module } from '../../src/request/module.ts';
import { ConfigurationError, startServer } from '../../src/server/instance.ts';
import { Machine } from '../../src/server/machine.ts';

/** Answers for the system's resolver. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** The real machine, with every log in memory. */
class LoggingMachine extends Machine {
  readonly lines: string[] = [];
  readonly #resolve: Resolve | undefined;

  constructor(resolve: Resolve | undefined) {
    super(() => undefined);
    this.#resolve = resolve;
  }

  override resolve(host: string): Promise<readonly string[]> {
    return this.#resolve === undefined ? super.resolve(host) : this.#resolve(host);
  }

  override openLog(): LogSink {
    return { write: (line) => void this.lines.push(line) };
  }
}

export interface Front {
  readonly port: number;
  /** Lines of all logs. */
  readonly log: readonly string[];
  /** Sends bytes on a new connection and answers everything that comes back until the end. */
  exchange(bytes: string): Promise<string>;
  /** `GET path` with `Connection: close`. */
  get(path: string, fields?: string): Promise<string>;
  /** Takes another configuration in the place of the first. */
  reload(conf: string): Promise<void>;
  /** A connection of the test's own. */
  open(): Promise<Socket>;
  close(): Promise<void>;
}

/**
 * Starts a server for a configuration without Listen lines, with modules of the test behind the real ones; a
 * configuration with errors rejects. `resolve` knows the names of hosts where the system is not to be asked.
 */
export async function startFront(
  conf: string,
  extra: readonly Module[] = [],
  resolve?: Resolve,
): Promise<Front> {
  const all = [...modules, ...extra];
  const machine = new LoggingMachine(resolve);
  const head = `ServerName www.example.test\nDocumentRoot "${tmpdir()}"\n`;
  let text = `${head}${conf}\n`;
  const instance = await startServer({
    read: () => readSite({ sources: [{ name: '/test.conf', text }], modules: all, io: machine }),
    modules: all,
    machine,
    listens: [{ host: '127.0.0.1', port: 0 }],
  }).catch((error) => {
    if (error instanceof ConfigurationError)
      throw new Error(error.diagnostics.map((d) => d.message).join('\n'));
    throw error;
  });
  const port = instance.ports[0]!;
  return {
    port,
    log: machine.lines,
    exchange: (bytes) => exchangeBytes(port, bytes),
    get: (path, fields = '') =>
      exchangeBytes(
        port,
        `GET ${path} HTTP/1.1\r\nHost: www.example.test\r\n${fields}Connection: close\r\n\r\n`,
      ),
    reload: (next) => {
      text = `${head}${next}\n`;
      return instance.reload();
    },
    open: async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      return socket;
    },
    close: async () => {
      instance.cut();
      await instance.stop(0);
    },
  };
}

function exchangeBytes(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let text = '';
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.write(bytes, 'latin1');
  });
}

/** Status line, header lines and body of the first answer in `text`. */
export function splitAnswer(text: string): { status: string; head: string; body: string } {
  const end = text.indexOf('\r\n\r\n');
  const head = text.slice(0, end < 0 ? text.length : end);
  return { status: head.split('\r\n')[0] ?? '', head, body: end < 0 ? '' : text.slice(end + 4) };
}
