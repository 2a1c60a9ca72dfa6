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
import { type RunningServer, type ServerKind, startServer } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';
import { type ClientView, readClientView, responseVerdict, servedVerdict } from './client-view.ts';
import { type Heard, RecordingBackend } from './recording-backend.ts';
import type { Verdict } from './verdict.ts';

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

export interface Asked extends Heard {
  readonly verdict: Verdict;
  readonly view: ClientView;
}

export class Lane {
  readonly #port: number;
  readonly #backend: RecordingBackend;

  constructor(port: number, backend: RecordingBackend) {
    this.#port = port;
    this.#backend = backend;
  }

  /** Sends the bytes; with `ends` the client then closes its direction, and the server need not wait for more. */
  async askRequests(bytes: Buffer, ends: boolean): Promise<Asked> {
    const first = await this.#askOnce(bytes, ends);
    // A late 400 is one about bytes that did not come, or that of a busy machine.
    const isDoubtful = !first.isPrompt && first.view.answers.at(-1)?.status === '400';
    return isDoubtful ? this.#askOnce(bytes, ends) : first;
  }

  async #askOnce(bytes: Buffer, ends: boolean): Promise<Asked & { isPrompt: boolean }> {
    this.#backend.answer = undefined;
    const from = performance.now();
    const view = readClientView(await this.#converse(bytes, ends));
    // A client that has ended is not waited for.
    const isPrompt = ends || performance.now() - from < PROMPT_MS;
    const heard = await this.#backend.take();
    return { verdict: servedVerdict(view, heard.received, isPrompt), view, isPrompt, ...heard };
  }

  /** Lets the backend answer one request of that method with the bytes and close. */
  async askResponses(bytes: Buffer, method: string): Promise<Asked> {
    this.#backend.answer = bytes;
    const target = method === 'CONNECT' ? 'x:80' : '/';
    const text = await this.#converse(
      Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      false,
    );
    const view = readClientView(text, method);
    return { verdict: responseVerdict(view), view, ...(await this.#backend.take()) };
  }

  #converse(bytes: Buffer, ends: boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
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

/** Starts a server with that many lanes; `more` is configuration of the test's own. */
export async function startLanes(kind: ServerKind, count: number, more = ''): Promise<Lanes> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-wire-'));
  const backends: RecordingBackend[] = [];
  const lanes: Lane[] = [];
  mkdirSync(join(root, 'logs'));
  for (const folder of [root, join(root, 'logs')])
    if (serverUser !== undefined) chownSync(folder, serverUser.uid, serverUser.gid);
  let hosts = '';
  for (let at = 0; at < count; at++) {
    const backend = await RecordingBackend.start();
    const port = await freePort();
    backends.push(backend);
    lanes.push(new Lane(port, backend));
    hosts += `Listen 127.0.0.1:${port}\n<VirtualHost 127.0.0.1:${port}>\nAllowEncodedSlashes NoDecode\nProxyPass / http://127.0.0.1:${backend.port}/ nocanon disablereuse=on\nProxy100Continue Off\n</VirtualHost>\n`;
  }
  const port = await freePort();
  const confFile = join(root, 'httpd.conf');
  const modules = loadModuleLines([`only ${MODULES.join(' ')}`]);
  writeFileSync(
    confFile,
    `ServerRoot ${root}\nListen 127.0.0.1:${port}\n${modules}ServerName www.example.test\nErrorLog ${root}/logs/error.log\n${CONF}${more}${hosts}`,
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
