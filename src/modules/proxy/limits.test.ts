// What the parameters of a worker do to its connections.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import { untilTrue } from '../../../test/support/scene.ts';
import {
  answering,
  type ScriptedBackend,
  startScriptedBackend,
} from '../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(parameters: string): Promise<{ front: Front; backend: ScriptedBackend }> {
  const backend = await startScriptedBackend(answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'));
  running.push(backend);
  const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/ ${parameters}`);
  running.unshift(front);
  return { front, backend };
}

/** The timer of a connection to a port of 127.0.0.1, as the kernel shows it: `02` for probes of an idle one. */
function timerTo(port: number): string | undefined {
  const end = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'latin1').split('\n');
  const row = rows.map((line) => line.trim().split(/\s+/)).find(([, , remote]) => remote === end);
  return row?.[5]?.slice(0, 2);
}

describe('connections of a worker', () => {
  it('are closed behind an answer where smax leaves no room for idle ones', async () => {
    const { front, backend } = await start('smax=0');
    await front.get('/');
    await front.get('/');
    expect(backend.connections.length).toBe(2);
    expect(backend.connections.every(({ socket }) => socket.readableEnded || socket.destroyed)).toBe(true);
  });

  it('are kept up to smax', async () => {
    const { front, backend } = await start('smax=1');
    await Promise.all([front.get('/'), front.get('/'), front.get('/')]);
    const open = (): number => backend.connections.filter(({ socket }) => !socket.readableEnded).length;
    await untilTrue('the end of the others', () => open() <= 1);
    await sleep(50);
    expect(open()).toBe(1);
  });

  it('are kept beyond smax where ttl says for how long', async () => {
    const { front, backend } = await start('smax=1 ttl=60');
    await Promise.all([front.get('/'), front.get('/'), front.get('/')]);
    await sleep(50);
    const made = backend.connections.length;
    expect(made).toBeGreaterThan(1);
    expect(backend.connections.filter(({ socket }) => !socket.readableEnded).length).toBe(made);
  });

  it('are probed while they are idle with keepalive=On, and not otherwise', async () => {
    const on = await start('keepalive=On');
    const off = await start('keepalive=Off');
    await on.front.get('/');
    await off.front.get('/');
    expect(timerTo(on.backend.port)).toBe('02');
    expect(timerTo(off.backend.port)).toBe('00');
  });

  it('come from the address that ProxySourceAddress names', async () => {
    const { front, backend } = await start('\nProxySourceAddress 127.0.0.9');
    await front.get('/');
    expect(backend.connections[0]!.socket.remoteAddress).toBe('127.0.0.9');
  });

  it('are made although ProxySourceAddress names an address of another machine', async () => {
    const { front, backend } = await start('\nProxySourceAddress 192.0.2.1');
    expect(splitAnswer(await front.get('/')).status).toBe('HTTP/1.1 200 OK');
    expect(backend.connections[0]!.socket.remoteAddress).toBe('127.0.0.1');
    expect(front.log.join('\n')).toContain('AH00956: http: failed to bind socket to local address');
  });
});
