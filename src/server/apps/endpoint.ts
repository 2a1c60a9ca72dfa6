// Addresses of processes: how they are written, reached, and found free.

import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import type { AppAddress, AppEndpoint } from '../../request/apps.ts';
import { native } from '../../request/native.ts';
import { systemCode } from '../start-error.ts';

/** For people and logs: `http://127.0.0.1:8000` or `unix:/run/shop.sock`. */
export function endpointText(endpoint: AppEndpoint): string {
  if (endpoint.kind === 'unix') return `unix:${endpoint.path}`;
  const host = endpoint.host.includes(':') ? `[${endpoint.host}]` : endpoint.host;
  return `http://${host}:${endpoint.port}`;
}

export function isSameEndpoint(a: AppAddress, b: AppAddress): boolean {
  if (a.kind === 'unix') return b.kind === 'unix' && a.path === b.path;
  return a.kind === 'tcp' && b.kind === 'tcp' && a.port === b.port;
}

/** Opens a connection to a process; the caller hears `connect` or `error`, and destroys it. */
export function connectTo(endpoint: AppEndpoint): Socket {
  return endpoint.kind === 'unix'
    ? connect({ path: native(endpoint.path) })
    : connect({ host: endpoint.host, port: endpoint.port });
}

const ANSWER_MS = 2000;

/** Does anybody accept connections there? The system's code of the refusal, or undefined where somebody does. */
export function refusalOf(endpoint: AppEndpoint): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTo(endpoint);
    const end = (code: string | undefined): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(ANSWER_MS, () => end('ETIMEDOUT'));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error) => end(systemCode(error) ?? 'ECONNREFUSED'));
  });
}

/** Why a process could not listen there; undefined where it can. A socket whose process is gone is removed. */
export async function obstacleAt(endpoint: AppEndpoint): Promise<string | undefined> {
  if (endpoint.kind === 'unix') return obstacleAtPath(endpoint);
  return (await refusalOf(endpoint)) === undefined ? 'is in use by another process' : undefined;
}

async function obstacleAtPath(endpoint: AppEndpoint & { kind: 'unix' }): Promise<string | undefined> {
  const path = native(endpoint.path);
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) return undefined;
  if (!file.isSocket()) return 'is the name of a file that is no socket';
  const refusal = await refusalOf(endpoint);
  if (refusal === undefined) return 'is in use by another process';
  if (refusal !== 'ECONNREFUSED') return `cannot be looked at (${refusal})`;
  try {
    unlinkSync(path);
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOENT') return `is a socket that a process left behind, and cannot be removed (${code})`;
  }
  return undefined;
}

/** Below the ranges from which systems take the local ports of outgoing connections. */
const FIRST_PORT = 20_000;
const LAST_PORT = 31_999;
const MOST_TRIES = 100;

/** Ports of this machine for processes; none is given twice while its process lives. */
export class FreePorts {
  readonly #taken: Set<number> = new Set();

  /** A port of 127.0.0.1 and ::1 on which nobody listens. Throws where a hundred in a row are not free. */
  async take(): Promise<number> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT + 1));
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if ((await canListen(port, '127.0.0.1')) && (await canListen(port, '0.0.0.0'))) return port;
      this.#taken.delete(port);
    }
    throw new Error(`no free port was found between ${FIRST_PORT} and ${LAST_PORT}`);
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
