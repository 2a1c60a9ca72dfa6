// A whole site in memory: configuration and files as texts, requests through all phases, answers as they would be sent.
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import { Exchange, type RequestBody } from '../../src/request/exchange.ts';
import type { SiteIo } from '../../src/request/io.ts';
import { serve } from '../../src/request/serve.ts';
import { openSite } from '../../src/request/site.ts';
import type { Answer, Transport } from '../../src/request/transport.ts';
import type { BodySource } from '../../src/wire/body.ts';
import { HeaderList } from '../../src/wire/header-list.ts';

/** The moment at which every request comes in: 2024-02-03 04:05:06 UTC. */
export const NOW: number = Date.UTC(2024, 1, 3, 4, 5, 6);

export interface MemoryAnswer {
  readonly status: number;
  /** By name in lower case; several of a name joined. */
  header(name: string): string | undefined;
  readonly body: string;
}

export interface MemoryRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The body does not say how long it is. */
  readonly chunked?: boolean;
  readonly clientAddress?: string;
}

export interface MemorySite {
  readonly logLines: readonly string[];
  /** `line` is method and target, or a target alone. */
  ask(line: string, more?: MemoryRequest): Promise<MemoryAnswer>;
}

/** A byte string as a body that comes in one piece. */
function textSource(text: string): BodySource {
  return {
    start(sink) {
      if (text !== '') sink.data(Buffer.from(text, 'latin1'));
      sink.end();
    },
    pause: () => {},
    resume: () => {},
    abort: () => {},
  };
}

function readBody(body: Answer['body']): Promise<string> {
  if (body === undefined) return Promise.resolve('');
  if (typeof body === 'string') return Promise.resolve(body);
  if (Buffer.isBuffer(body)) return Promise.resolve(body.toString('latin1'));
  return new Promise((resolve, reject) => {
    let text = '';
    body.start({
      data(chunk) {
        text += chunk.toString('latin1');
        return true;
      },
      end: () => resolve(text),
      fail: reject,
    });
  });
}

/** A machine with these files and nothing else; what is logged is kept. */
export function memoryIo(files: Readonly<Record<string, string>>, logLines: string[] = []): SiteIo {
  const io = createMemoryIo(files);
  return {
    ...io,
    now: () => NOW,
    pid: 1,
    openLog: () => ({ write: (line) => void logLines.push(line) }),
    openFile: (path, start, length) => textSource(io.read(path).slice(start, start + length)),
    resolve: async () => {
      throw new Error('no names are known here');
    },
    userHome: () => undefined,
    userName: () => undefined,
    groupName: () => undefined,
  };
}

function transportFor(clientAddress: string, take: (answer: Answer) => void): Transport {
  return {
    remoteAddress: clientAddress,
    remotePort: 50000,
    localAddress: '192.0.2.80',
    localPort: 80,
    secure: false,
    served: 0,
    interim: () => {},
    async send(answer) {
      take(answer);
      return { bytes: 0, wireBytes: 0, complete: true };
    },
    upgrade() {
      throw new Error('no connection to hand over');
    },
    drop: () => {},
    watch() {},
    unwatch() {},
  };
}

function requestBody({ body, chunked }: MemoryRequest): RequestBody | undefined {
  if (body === undefined) return undefined;
  return { source: textSource(body), length: chunked ? undefined : body.length, expectsContinue: false };
}

/** A site of the given configuration with every module on; throws when it has an error. */
export async function memorySite(conf: string, files: Readonly<Record<string, string>>): Promise<MemorySite> {
  const logLines: string[] = [];
  const io = memoryIo(files, logLines);
  const read = readSite({
    sources: [{ name: '/srv/httpd.conf', text: conf }],
    modules,
    io,
    serverRoot: '/srv',
  });
  if (read.site === undefined) throw new Error(read.diagnostics.map(({ message }) => message).join('\n'));
  const live = await openSite(read.site, modules, io);
  return {
    logLines,
    async ask(line, request = {}) {
      const { headers = {}, clientAddress = '198.51.100.7' } = request;
      const [method, target] = line.includes(' ') ? (line.split(' ') as [string, string]) : ['GET', line];
      const list = new HeaderList();
      for (const [name, value] of Object.entries(headers)) list.append(name, value);
      const hostname = list.get('host') ?? 'www.example.test';
      const query = target.indexOf('?');
      let answer: Answer | undefined;
      const transport = transportFor(clientAddress, (sent) => {
        answer = sent;
      });
      await serve(
        new Exchange(
          live,
          live.findServer('192.0.2.80', 80, hostname),
          transport,
          {
            requestLine: `${method} ${target} HTTP/1.1`,
            method,
            target,
            rawPath: query < 0 ? target : target.slice(0, query),
            args: query < 0 ? undefined : target.slice(query + 1),
            hostname,
            port: undefined,
            protocol: 1001,
            headers: list,
            body: requestBody(request),
          },
          NOW,
        ),
      );
      if (answer === undefined) throw new Error('nothing was sent');
      const { status, headers: sent } = answer;
      return { status, header: (name) => sent.combined(name), body: await readBody(answer.body) };
    },
  };
}

/** What is wrong with a configuration: messages in order, warnings marked. */
export function complaintsOf(conf: string, files: Readonly<Record<string, string>> = {}): string[] {
  const { diagnostics } = readSite({
    sources: [{ name: '/srv/httpd.conf', text: conf }],
    modules,
    io: createMemoryIo({ '/srv/htdocs/index.html': '', ...files }),
    serverRoot: '/srv',
  });
  return diagnostics.map(({ severity, message }) =>
    severity === 'error' ? message : `${severity}: ${message}`,
  );
}
