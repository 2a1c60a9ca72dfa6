// The built portico before a scripted backend, both on loopback: bytes in at the front, what arrived at the back.
import { converse } from './conversation.ts';
import { makeScene, type Scene } from './scene.ts';
import { type ScriptedBackend, startScriptedBackend, type Talk } from './scripted-backend.ts';
import type { RunningServer } from './server-process.ts';

export interface Play {
  readonly scene: Scene;
  readonly server: RunningServer;
  readonly backend: ScriptedBackend;
  /** Sends bytes on a new connection; settles with all that came back once the server has closed it. */
  send(bytes: string): Promise<string>;
  /**
   * The requests that reached the backend since this was asked last. A request of its own goes through first: what
   * was sent before has arrived by then, and the server is seen to serve on, in the process that was started.
   */
  received(): Promise<string[]>;
  close(): Promise<void>;
}

/** The target of the request by which `received` finds the end. */
export const MARK = '/mark';

const MARK_REQUEST = `GET ${MARK} HTTP/1.1\r\nHost: mark\r\nConnection: close\r\n\r\n`;

export const OK_ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n';

/** What a backend says to one request; it may do anything with the connection. */
export type Act = (talk: Talk, request: string) => Promise<void> | void;

export const answerOk: Act = (talk) => talk.write(OK_ANSWER);

/**
 * Starts both; `{BACKEND}` in the configuration is the backend's port. The configuration must map `/mark` to the
 * backend. No connection is closed for being idle, so that a close means what the test says it means.
 */
export async function startPlay(conf: string, act: Act = answerOk): Promise<Play> {
  const scene = await makeScene();
  const backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    for (;;) {
      const request = await talk.request();
      if (request === '') return;
      if (request.startsWith(`GET ${MARK} `)) talk.write(OK_ANSWER);
      else await act(talk, request);
    }
  });
  scene.onClose(() => backend.close());
  const text = `KeepAliveTimeout 60\n${conf.replaceAll('{BACKEND}', String(backend.port))}`;
  const server = await scene.start(text).catch(async (error: unknown) => {
    await scene.close();
    throw error;
  });
  let told = 0;
  return {
    scene,
    server,
    backend,
    send: (bytes) => converse(scene.port, bytes),
    async received() {
      process.kill(server.pid, 0);
      const answer = await converse(scene.port, MARK_REQUEST);
      if (!answer.startsWith('HTTP/1.1 200 OK\r\n'))
        throw new Error(`the server no longer serves: ${answer}`);
      const found = backend.requests.slice(told);
      told = backend.requests.length;
      const isMark = (text: string): boolean => text.startsWith(`GET ${MARK} `);
      if (found.filter(isMark).length !== 1)
        throw new Error(`the mark came through oddly: ${found.join('---\n')}`);
      return found.filter((text) => !isMark(text));
    },
    close: () => scene.close(),
  };
}
