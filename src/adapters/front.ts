// The rules inside a program: one configuration opened for requests, read again when its files change, and the way of a
// request through it. Knows no framework; sockets and servers are the program's.

import type { Site } from '../conf/site.ts';
import type { Diagnostic } from '../kit/diagnostic.ts';
import type { Soon } from '../kit/wait.ts';
import type { LiveSite, RequestBody } from '../request/exchange.ts';
import { Exchange } from '../request/exchange.ts';
import type { LogSink, SiteIo } from '../request/io.ts';
import { type EarlyError, serve } from '../request/serve.ts';
import { baseServerOf } from '../server/base-server.ts';
import { incomingOf, incomingOfError } from '../server/incoming.ts';
import { Machine } from '../server/machine.ts';
import { type OpenedSite, openServingSite } from '../server/serving-site.ts';
import { ioWith } from '../tools/io-with.ts';
import { MessageError } from '../wire/message-error.ts';
import type { RequestHead, RequestLimits } from '../wire/request-parser.ts';
import { adapterModules, hasDocuments, RulesError, readConfiguration } from './configuration.ts';
import { FileWatch } from './file-watch.ts';
import type { FrameworkTransport } from './framework-transport.ts';
import { type MiddlewareOptions, readOptions, type Settings } from './options.ts';

/** PROXY headers stand in front of the first request of a connection. */
const NO_PROXY_HEADERS: Diagnostic = {
  code: 'adapters/proxy-protocol',
  severity: 'error',
  message: 'RemoteIPProxyProtocol has no effect inside another program',
  why: 'The program reads the connection itself, and would take what the line is to protect from for granted.',
  hint: 'Take the line out, and let the balancer send X-Forwarded-For with RemoteIPHeader.',
};

/** What a request has to say for itself, whatever brought it. */
export interface ArrivedRequest {
  /** The bytes of the head, up to and with the empty line, as a byte string. */
  readonly head: string;
  /** The body that the head announces. */
  body(head: RequestHead, limits: RequestLimits): RequestBody | undefined;
}

type Documents = Pick<FrameworkTransport, 'hasDocuments' | 'servesFiles'>;

/** See the head of the file. */
export class Front {
  readonly settings: Settings;
  readonly #machine: Machine;
  readonly #io: SiteIo;
  readonly #watch: FileWatch;
  #site: Site;
  #opened: OpenedSite | undefined = undefined;
  #opening: Promise<void>;
  /** Requests wait for `#opening`. */
  #isOpening = true;
  #isClosed = false;
  /** What ends the connections that have left HTTP. */
  readonly #tunnels = new Set<() => void>();
  #documents: Documents;

  /** Throws where the options or the configuration have mistakes. */
  constructor(options: MiddlewareOptions) {
    this.settings = readOptions(options);
    const { log } = this.settings;
    this.#machine = new Machine((text) => log(`portico: ${text}`));
    const standard: LogSink = { write: log };
    this.#io = ioWith(this.#machine, {
      openLog: (target) => (target === 'stderr' ? standard : this.#machine.openLog(target)),
    });
    this.#site = readConfiguration(this.settings, this.#io);
    this.#documents = this.#documentsOf(this.#site);
    this.#watch = new FileWatch(this.#io, filesOf(this.#site));
    this.#opening = this.#open(this.#site);
    // Whoever waits for it hears of it; nobody else has to.
    this.#opening.catch(() => undefined);
  }

  /** Settles when requests can be answered at once; rejects where a module of the configuration cannot start. */
  get ready(): Promise<void> {
    return this.#opening;
  }

  /** Whether URLs stand for files, and files that exist are served. */
  get documents(): Documents {
    return this.#documents;
  }

  #documentsOf(site: Site): Documents {
    return { hasDocuments: hasDocuments(site), servesFiles: this.settings.files !== false };
  }

  async #open(site: Site): Promise<void> {
    const opened = await openServingSite(
      site,
      adapterModules,
      this.#io,
      (error) => this.settings.log(`portico: a module failed while it was closed: ${String(error)}`),
      this.#opened === undefined ? {} : { before: this.#opened.live },
    );
    if (opened.live.expectsProxyHeader !== undefined) {
      await opened.closeNow();
      throw new RulesError([NO_PROXY_HEADERS]);
    }
    const before = this.#opened;
    this.#opened = opened;
    this.#site = site;
    this.#documents = this.#documentsOf(site);
    this.#isOpening = false;
    void before?.retire();
  }

  /** A configuration that cannot be used changes nothing. */
  async #reload(): Promise<void> {
    try {
      const site = readConfiguration(this.settings, this.#io);
      this.#watch.watch(filesOf(site));
      await this.#open(site);
    } catch (error) {
      const text = error instanceof RulesError ? error.message : String(error);
      this.settings.log(
        `portico: the changed configuration is not used, the old one stays in force: ${text}`,
      );
    } finally {
      this.#isOpening = false;
    }
  }

  /** The site for one request; `leave` it when the request is over. */
  #enter(): Soon<OpenedSite> {
    if (this.#isOpening || this.#isClosed) return this.#enterLater();
    if (!this.#watch.hasChanged()) return this.#enterOpened();
    this.#isOpening = true;
    this.#opening = this.#reload();
    return this.#enterLater();
  }

  async #enterLater(): Promise<OpenedSite> {
    await this.#opening;
    if (this.#isClosed) throw new Error('the middleware is closed');
    return this.#enterOpened();
  }

  #enterOpened(): OpenedSite {
    const opened = this.#opened!;
    opened.enter();
    return opened;
  }

  /**
   * Leads a request through the phases; settles when it is answered, here or by the program. Rejects where the
   * configuration cannot be opened.
   */
  async serve(
    transport: FrameworkTransport,
    request: ArrivedRequest,
    onBegin?: (x: Exchange) => void,
  ): Promise<void> {
    const entered = this.#enter();
    const opened = entered instanceof Promise ? await entered : entered;
    try {
      const { x, early } = begin(opened.live, transport, request);
      onBegin?.(x);
      const served = serve(x, early);
      if (served instanceof Promise) await served;
    } finally {
      opened.leave();
    }
  }

  /** Remembers a connection that leaves HTTP, by what ends it; answers what forgets it. */
  keepTunnel(end: () => void): () => void {
    this.#tunnels.add(end);
    return () => this.#tunnels.delete(end);
  }

  /** Ends connections that have left HTTP: they last as long as both sides like, and a server waits for them. */
  endTunnels(): void {
    for (const end of this.#tunnels) end();
  }

  /** Ends what the configuration keeps (connections, programs, logs) once requests under way are over; tunnels at once. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.endTunnels();
    await this.#opening.catch(() => undefined);
    await this.#opened?.retire();
    await this.#machine.closeLogs();
  }
}

function filesOf({ files }: Site): readonly string[] {
  return files.map(({ path }) => path);
}

/** Reads the head as the server does, with the limits of the address that it came to. */
function begin(
  live: LiveSite,
  transport: FrameworkTransport,
  request: ArrivedRequest,
): { readonly x: Exchange; readonly early: EarlyError | undefined } {
  const { localAddress, localPort } = transport;
  const base = baseServerOf(live, localAddress, localPort);
  const { parser } = base;
  const head = parser.feed(Buffer.from(request.head, 'latin1'));
  const now = live.io.now();
  if (head === undefined) {
    base.lendParser();
    throw new Error('the head of a request has no end');
  }
  if (head instanceof MessageError) {
    const server = live.findServer(localAddress, localPort, '');
    const { status, note } = head;
    return {
      x: new Exchange(live, server, transport, incomingOfError(head), now),
      early: note === '' ? { status } : { status, note },
    };
  }
  const server = live.findServer(localAddress, localPort, head.host ?? '');
  const body = request.body(head, parser.limits);
  const x = new Exchange(live, server, transport, incomingOf(head, body), now);
  return { x, early: head.expect === 'unknown' ? { status: 417 } : undefined };
}
