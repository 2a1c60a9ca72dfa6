// More clients than the server is allowed or able to hold: requests wait for their turn, idle connections make room,
// and a process that is out of descriptors neither ends nor spins.
import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { converse, openSocket } from '../support/conversation.ts';
import { isListening, makeScene, type Scene, settled, until } from '../support/scene.ts';
import { type ScriptedBackend, startScriptedBackend } from '../support/scripted-backend.ts';

let scene: Scene | undefined;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await scene?.close();
  scene = undefined;
});

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n';

interface HeldBackend {
  readonly backend: ScriptedBackend;
  /** Paths of the requests that have come, in order. */
  readonly asked: string[];
  /** Answers the request for a path, and whatever comes for it from now on. */
  answer(path: string): void;
  answerAll(): void;
}

/** A backend that answers when it is told to. */
async function startHeldBackend(site: Scene): Promise<HeldBackend> {
  const asked: string[] = [];
  const answered = new Map<string, () => void>();
  let answersAll = false;
  const backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    for (;;) {
      const request = await talk.request();
      if (request === '') return;
      const path = / (\S+) /.exec(request)?.[1] ?? '';
      asked.push(path);
      if (!answersAll) await new Promise<void>((resolve) => answered.set(path, resolve));
      talk.write(OK);
    }
  });
  site.onClose(() => backend.close());
  return {
    backend,
    asked,
    answer: (path) => answered.get(path)?.(),
    answerAll() {
      answersAll = true;
      for (const resolve of answered.values()) resolve();
    },
  };
}

interface Client {
  readonly socket: Socket;
  text(): string;
}

async function ask(port: number, path: string, fields = ''): Promise<Client> {
  const socket = await openSocket(port);
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${fields}\r\n`);
  return { socket, text: () => text };
}

function answered({ text }: Client): Promise<string> {
  return until('the answer', () => (text().endsWith('ok\n') ? text() : undefined));
}

describe('MaxRequestWorkers', () => {
  test('requests beyond wait, and are answered in the order in which they came', async () => {
    scene = await makeScene();
    const { backend, asked, answer } = await startHeldBackend(scene);
    await scene.start(`MaxRequestWorkers 2\nProxyPass / http://127.0.0.1:${backend.port}/\n`);
    const clients: Client[] = [];
    for (const path of ['/1', '/2', '/3', '/4']) {
      clients.push(await ask(scene.port, path));
      if (clients.length <= 2) await until('the request', () => (asked.includes(path) ? true : undefined));
      else await sleep(50);
    }
    const idle = await openSocket(scene.port);
    sockets.push(idle);
    await sleep(200);
    expect(asked).toEqual(['/1', '/2']);
    answer('/2');
    await answered(clients[1]!);
    await until('the third', () => (asked.includes('/3') ? true : undefined));
    expect(asked).toEqual(['/1', '/2', '/3']);
    answer('/1');
    await until('the fourth', () => (asked.includes('/4') ? true : undefined));
    answer('/3');
    answer('/4');
    for (const client of clients) expect(await answered(client)).toMatch(/^HTTP\/1\.1 200 /);
    expect(scene.errorLog()).toContain('AH00484: server reached MaxRequestWorkers setting');
    // Those whose answers are complete hold no place, though they are still connected.
    const next = await ask(scene.port, '/5');
    await until('the fifth', () => (asked.includes('/5') ? true : undefined));
    answer('/5');
    await answered(next);
  });

  test('a client that goes while it waits is forgotten, and what it sends ahead is not read', async () => {
    scene = await makeScene();
    const { backend, asked, answer, answerAll } = await startHeldBackend(scene);
    const server = await scene.start(`MaxRequestWorkers 1\nProxyPass / http://127.0.0.1:${backend.port}/\n`);
    const first = await ask(scene.port, '/1');
    await until('the request', () => (asked.includes('/1') ? true : undefined));
    const gone = await ask(scene.port, '/gone');
    await sleep(100);
    gone.socket.resetAndDestroy();
    const eager = await ask(scene.port, '/eager');
    eager.socket.write(Buffer.alloc(8 * 2 ** 20, 'GET /more HTTP/1.1\r\nHost: x\r\n\r\n'));
    await sleep(300);
    expect(eager.socket.writableLength).toBeGreaterThan(2 ** 20);
    answer('/1');
    await answered(first);
    await until('the other', () => (asked.includes('/eager') ? true : undefined));
    expect(asked).toEqual(['/1', '/eager']);
    eager.socket.destroy();
    answerAll();
    process.kill(server.pid, 0);
  });

  test('a server that stops lets those who wait have their answers', async () => {
    scene = await makeScene();
    const { backend, asked, answerAll } = await startHeldBackend(scene);
    const server = await scene.start(`MaxRequestWorkers 1\nProxyPass / http://127.0.0.1:${backend.port}/\n`);
    const first = await ask(scene.port, '/1');
    await until('the request', () => (asked.includes('/1') ? true : undefined));
    const second = await ask(scene.port, '/2');
    await sleep(500);
    const { port } = scene;
    const stopped = server.stop();
    await until('the stop', async () => ((await isListening(port)) ? undefined : true));
    answerAll();
    expect(await answered(first)).toContain('\r\nConnection: close\r\n');
    expect(await answered(second)).toContain('\r\nConnection: close\r\n');
    await stopped;
  });
});

/** CPU seconds that a process has used. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe('a server with few descriptors', () => {
  const OPEN_FILES = 96;

  test('closes idle connections for new ones', async () => {
    scene = await makeScene();
    const { backend, answerAll } = await startHeldBackend(scene);
    answerAll();
    await scene.start(`KeepAliveTimeout 60\nProxyPass / http://127.0.0.1:${backend.port}/\n`, {
      openFiles: OPEN_FILES,
    });
    const clients: Client[] = [];
    for (let i = 0; i < 15; i++) {
      const some = await Promise.all(Array.from({ length: 10 }, () => ask(scene!.port, '/')));
      for (const client of some) expect(await answered(client)).toMatch(/^HTTP\/1\.1 200 /);
      clients.push(...some);
    }
    const open = (): Client[] => clients.filter(({ socket }) => !socket.destroyed && socket.readable);
    await until('the end of the others', () => (open().length < 100 ? true : undefined));
    expect(clients.slice(-20).every(({ socket }) => socket.readable)).toBe(true);
  });

  test('makes requests wait that it has no descriptors for, and turns clients away that it cannot hold', async () => {
    scene = await makeScene();
    const { backend, asked, answerAll } = await startHeldBackend(scene);
    const server = await scene.start(`ProxyPass / http://127.0.0.1:${backend.port}/\n`, {
      openFiles: OPEN_FILES,
    });
    const clients: Client[] = [];
    for (let i = 0; i < 300; i++) clients.push(await ask(scene.port, `/${i}`));
    const waited = await settled('the requests that it has descriptors for', () => asked.length);
    expect(waited).toBeGreaterThan(5);
    expect(waited).toBeLessThan(OPEN_FILES / 3);
    const before = cpuSeconds(server.pid);
    await sleep(1000);
    expect(cpuSeconds(server.pid) - before).toBeLessThan(0.5);
    expect(scene.errorLog()).toMatch(/as many as the limit of open files \(ulimit -n\) allows/);
    answerAll();
    const held = await Promise.all(
      clients.map(({ socket, text }) =>
        until('an answer or the end', () =>
          text().endsWith('ok\n') || socket.destroyed ? text() : undefined,
        ),
      ),
    );
    const answers = held.filter((text) => text !== '');
    expect(answers.length).toBeGreaterThanOrEqual(waited);
    expect(answers.filter((text) => !text.startsWith('HTTP/1.1 200 '))).toEqual([]);
    expect(answers.length).toBeLessThan(OPEN_FILES);
    expect(await lastAnswer(scene.port)).toMatch(/^HTTP\/1\.1 200 /);
  });

  // Scripts take more descriptors than are counted for a request.
  test('survives that there are none left', async () => {
    scene = await makeScene();
    scene.write('cgi-bin/wait', '#!/bin/sh\nsleep 1\nprintf "Content-Type: text/plain\\n\\nok\\n"\n', 0o755);
    scene.write('htdocs/page.txt', 'ok\n');
    const server = await scene.start('ScriptAlias /cgi-bin/ {ROOT}/cgi-bin/\n', { openFiles: 60 });
    const clients: Client[] = [];
    for (let i = 0; i < 100; i++) clients.push(await ask(scene.port, '/cgi-bin/wait'));
    await until('the use of all descriptors', () => (openFiles(server.pid) >= 59 ? true : undefined));
    const before = cpuSeconds(server.pid);
    await sleep(700);
    expect(cpuSeconds(server.pid) - before).toBeLessThan(0.4);
    const ends = await Promise.all(
      clients.map(({ socket, text }) =>
        until('an answer or the end', () =>
          socket.destroyed || /^HTTP.*\r\n\r\n[\s\S]/s.test(text()) ? text() : undefined,
        ),
      ),
    );
    expect(ends.filter((text) => text.startsWith('HTTP/1.1 200 ')).length).toBeGreaterThan(3);
    expect(ends.filter((text) => text !== '' && !/^HTTP\/1\.1 (?:200|500|503) /.test(text))).toEqual([]);
    expect(await lastAnswer(scene.port)).toMatch(/^HTTP\/1\.1 200 /);
    process.kill(server.pid, 0);
  });
});

/** The answer to a client that asks again when it is turned away. */
function lastAnswer(port: number): Promise<string> {
  const request = 'GET /page.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  return until('an answer', async () => (await converse(port, request)) || undefined);
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
