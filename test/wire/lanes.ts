// Whole servers with the corpus: a real Apache (`HttpProtocolOptions Strict`) or the built portico, on loopback, with
// many lanes. A lane is a port of the server and a backend behind it, used by one question at a time, so that what
// the backend saw belongs to what was sent.

import { chownSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/ports.ts';
import { loadModuleLines } from '../support/prelude.ts';
import { type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';
import { type RunningServer, type ServerKind, startServer } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';
import {
  BACKEND_FIELD,
  type ClientView,
  readClientView,
  responseVerdict,
  servedVerdict,
} from './client-view.ts';
import type { Verdict } from './verdict.ts';

const OK_ANSWER = `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n${BACKEND_FIELD}: yes\r\nContent-Length: 3\r\n\r\nok\n`;

/** Less than the second for which a server waits: an answer that takes longer is one about what did not come. */
const PROMPT_MS = 900;

/** Longer than anything waits for: a connection that is still open then is a defect. */
const LONGEST_MS = 20_000;

/** One second is what an unfinished request is waited for; it is answered 408 then, and nothing else is. */
const CONF = `HttpProtocolOptions Strict
AllowEncodedSlashes NoDecode
TraceEnable On
KeepAliveTimeout 200ms
MaxKeepAliveRequests 0
Timeout 5
<IfModule reqtimeout_module>
    RequestReadTimeout header=1 body=1
</IfModule>
<IfModule mpm_event_module>
    StartServers 1
    ServerLimit 2
    ThreadsPerChild 64
    MaxRequestWorkers 128
</IfModule>
`;

const MODULES = ['proxy', 'proxy_http', 'reqtimeout'];

export interface Asked {
  readonly verdict: Verdict;
  readonly view: ClientView;
  /** What reached the backend: whole requests, their chunks undone. */
  readonly received: readonly string[];
  /** The bytes of each connection to the backend. */
  readonly wire: readonly Buffer[];
}

/** What the backend of a lane says, and what it heard. */
interface Part {
  answer: Buffer | undefined;
  heard: Buffer[][];
  /** Settle when the connections of `heard` are closed. */
  ended: Promise<void>[];
}

/** False for a request whose body broke off. */
function isWhole(request: string): boolean {
  const length = /^content-length: (\d+)\r$/im.exec(request)?.[1];
  return length === undefined || request.length - request.indexOf('\r\n\r\n') - 4 === Number(length);
}

export class Lane {
  readonly port: number;
  readonly #backend: ScriptedBackend;
  readonly #part: Part;
  #seen = 0;

  constructor(port: number, backend: ScriptedBackend, part: Part) {
    this.port = port;
    this.#backend = backend;
    this.#part = part;
  }

  /** Sends the bytes; with `ends` the client then closes its direction, and the server need not wait for more. */
  async askRequests(bytes: Buffer, ends: boolean): Promise<Asked> {
    this.#part.answer = undefined;
    const from = performance.now();
    const view = readClientView(await this.#converse(bytes, ends));
    // A client that has ended is not waited for.
    const isPrompt = ends || performance.now() - from < PROMPT_MS;
    const heard = await this.#take();
    return { verdict: servedVerdict(view, heard.received, isPrompt), view, ...heard };
  }

  /** Lets the backend answer one request of that method with the bytes and close. */
  async askResponses(bytes: Buffer, method: string): Promise<Asked> {
    this.#part.answer = bytes;
    const target = method === 'CONNECT' ? 'x:80' : '/';
    const text = await this.#converse(
      Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      false,
    );
    const view = readClientView(text, method);
    return { verdict: responseVerdict(view), view, ...(await this.#take()) };
  }

  async #take(): Promise<{ received: string[]; wire: Buffer[] }> {
    await Promise.all(this.#part.ended.splice(0));
    const received = this.#backend.requests.slice(this.#seen).filter(isWhole);
    this.#seen = this.#backend.requests.length;
    return { received, wire: this.#part.heard.splice(0).map((chunks) => Buffer.concat(chunks)) };
  }

  #converse(bytes: Buffer, ends: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      let text = '';
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new Error(`the connection is still open after ${LONGEST_MS} ms; it said: ${text}`));
      }, LONGEST_MS);
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      socket.on('end', () => socket.end());
      socket.on('error', () => undefined);
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
      if (ends) socket.end(bytes);
      else socket.write(bytes);
    });
  }
}

export interface Lanes {
  readonly server: RunningServer;
  readonly lanes: readonly Lane[];
  close(): Promise<void>;
}

/** Starts a server with that many lanes. */
export async function startLanes(kind: ServerKind, count: number): Promise<Lanes> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-wire-'));
  const backends: ScriptedBackend[] = [];
  const lanes: Lane[] = [];
  mkdirSync(join(root, 'logs'));
  for (const folder of [root, join(root, 'logs')])
    if (serverUser !== undefined) chownSync(folder, serverUser.uid, serverUser.gid);
  let hosts = '';
  for (let at = 0; at < count; at++) {
    const part: Part = { answer: undefined, heard: [], ended: [] };
    const backend = await startScriptedBackend(async (talk) => {
      const heard: Buffer[] = [];
      part.heard.push(heard);
      part.ended.push(new Promise((resolve) => talk.socket.once('close', () => resolve())));
      talk.socket.on('data', (chunk: Buffer) => void heard.push(chunk));
      talk.socket.on('error', () => undefined);
      if ((await talk.request()) === '') return;
      talk.socket.end(part.answer ?? OK_ANSWER);
    });
    const port = await freePort();
    backends.push(backend);
    lanes.push(new Lane(port, backend, part));
    hosts += `Listen 127.0.0.1:${port}\n<VirtualHost 127.0.0.1:${port}>\nAllowEncodedSlashes NoDecode\nProxyPass / http://127.0.0.1:${backend.port}/ nocanon disablereuse=on\nProxy100Continue Off\n</VirtualHost>\n`;
  }
  const port = await freePort();
  const confFile = join(root, 'httpd.conf');
  const modules = loadModuleLines([`only ${MODULES.join(' ')}`]);
  writeFileSync(
    confFile,
    `ServerRoot ${root}\nListen 127.0.0.1:${port}\n${modules}ServerName www.example.test\nErrorLog ${root}/logs/error.log\n${CONF}${hosts}`,
  );
  const server = await startServer(kind, { root, confFile, port });
  return {
    server,
    lanes,
    async close() {
      await server.stop();
      for (const backend of backends) await backend.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Asks for every item, each lane one at a time; answers in the order of the items. */
export async function askLanes<T, R>(
  { lanes }: Lanes,
  items: readonly T[],
  ask: (lane: Lane, item: T) => Promise<R>,
): Promise<R[]> {
  const answers = new Array<R>(items.length);
  let next = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      while (next < items.length) {
        const at = next++;
        answers[at] = await ask(lane, items[at]!);
      }
    }),
  );
  return answers;
}
