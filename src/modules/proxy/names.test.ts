// Names of backends: which of their addresses are tried, and when they are looked up again.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../test/support/ports.ts';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import { quickest } from '../../../test/support/quickest.ts';
import { until } from '../../../test/support/scene.ts';
import {
  answering,
  type ScriptedBackend,
  startScriptedBackend,
} from '../../../test/support/scripted-backend.ts';
import { startSilentListener } from '../../../test/support/silent-listener.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

function saying(text: string): string {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

async function backend(text: string, port: number, host: string): Promise<ScriptedBackend> {
  const started = await startScriptedBackend(answering(saying(text)), port, host);
  running.push(started);
  return started;
}

/** A front whose only known name is `app.test`; `addresses` may change while it runs. */
async function front(
  port: number,
  addresses: { now: readonly string[] },
  parameters = '',
): Promise<{ front: Front; asked: string[] }> {
  const asked: string[] = [];
  const started = await startFront(`ProxyPass / http://app.test:${port}/ ${parameters}`, [], async (host) => {
    asked.push(host);
    if (host !== 'app.test' || addresses.now.length === 0) {
      throw Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' });
    }
    return addresses.now;
  });
  running.unshift(started);
  return { front: started, asked };
}

async function bodyOf(one: Front): Promise<string> {
  return splitAnswer(await one.get('/')).body;
}

describe('the addresses of a backend', () => {
  it('are asked of the system: localhost is found whichever of its addresses listens', async () => {
    const port = await freePort();
    await backend('here', port, '127.0.0.1');
    const started = await startFront(`ProxyPass / http://localhost:${port}/`);
    running.unshift(started);
    expect(await bodyOf(started)).toBe('here');
  });

  it('are asked of the system: a name that does not exist is 500', async () => {
    const started = await startFront('ProxyPass / http://no-such-host.invalid/');
    running.unshift(started);
    const { status, body } = splitAnswer(await started.get('/'));
    expect(status).toBe('HTTP/1.1 500 Proxy Error');
    expect(body).toContain('DNS lookup failure for: no-such-host.invalid');
  });

  it('are tried one after the other when one refuses, and the one that answered first of all next time', async () => {
    const port = await freePort();
    await backend('two', port, '127.0.0.2');
    const { front: started, asked } = await front(port, { now: ['127.0.0.3', '127.0.0.2'] }, 'ttl=1');
    expect(await bodyOf(started)).toBe('two');
    expect(await bodyOf(started)).toBe('two');
    expect(asked).toEqual(['app.test']);
  });

  it('are tried although one of them is silent', async () => {
    const silent = await startSilentListener('127.0.0.3');
    running.push(silent);
    await backend('two', silent.port, '127.0.0.2');
    const { front: started } = await front(
      silent.port,
      { now: ['127.0.0.3', '127.0.0.2'] },
      'connectiontimeout=4 disablereuse=On addressttl=60',
    );
    const begin = performance.now();
    expect(await bodyOf(started)).toBe('two');
    expect(performance.now() - begin).toBeGreaterThan(900);
    // Were the silent one tried first again, no request would be quicker than the first.
    const again = await quickest(900, async () => expect(await bodyOf(started)).toBe('two'));
    expect(again).toBeLessThan(900);
  });

  it('are named in the log when none of them answers', async () => {
    const port = await freePort();
    const { front: started } = await front(port, { now: ['127.0.0.3', '127.0.0.2'] });
    expect(splitAnswer(await started.get('/')).status).toBe('HTTP/1.1 503 Service Unavailable');
    expect(started.log.join('\n')).toContain(
      `(111)Connection refused: AH00957: http: attempt to connect to 127.0.0.2:${port} (app.test:${port}) failed`,
    );
  });

  it('may be silent for connectiontimeout and no longer', async () => {
    const silent = await startSilentListener('127.0.0.1');
    running.push(silent);
    const started = await startFront(`ProxyPass / http://127.0.0.1:${silent.port}/ connectiontimeout=300ms`);
    running.unshift(started);
    const begin = performance.now();
    expect(splitAnswer(await started.get('/')).status).toBe('HTTP/1.1 503 Service Unavailable');
    const took = performance.now() - begin;
    expect(took).toBeGreaterThan(290);
    expect(took).toBeLessThan(3000);
    expect(started.log.join('\n')).toContain('(110)Connection timed out: AH00957');
  });

  it('of version 6 are reached, named and written out', async () => {
    const port = await freePort();
    await backend('six', port, '::1');
    const named = await front(port, { now: ['::1'] });
    expect(await bodyOf(named.front)).toBe('six');
    const written = await startFront(`ProxyPass / http://[::1]:${port}/`);
    running.unshift(written);
    expect(await bodyOf(written)).toBe('six');
  });
});

describe('a name that moves', () => {
  it('is looked up again when its time is over, and kept connections follow', async () => {
    const port = await freePort();
    const one = await backend('one', port, '127.0.0.1');
    await backend('two', port, '127.0.0.2');
    const addresses = { now: ['127.0.0.1'] };
    const { front: started, asked } = await front(port, addresses, 'addressttl=1 ttl=60');
    const begun = performance.now();
    expect(await bodyOf(started)).toBe('one');
    addresses.now = ['127.0.0.2'];
    expect(await bodyOf(started)).toBe('one');
    expect(one.connections.length).toBe(1);
    // The look-up goes on beside the request that finds it due, and those that come meanwhile.
    const bodies: string[] = [];
    await until('the other address', async () => {
      bodies.push(await bodyOf(started));
      return bodies.at(-1) === 'two' || undefined;
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(1000);
    expect(bodies.filter((body) => body !== 'one')).toEqual(['two']);
    expect(await bodyOf(started)).toBe('two');
    expect(one.connections.length).toBe(1);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(asked.length).toBeLessThanOrEqual(1 + (performance.now() - begun) / 1000);
  });

  it('is looked up again when its addresses refuse, for the same request', async () => {
    const port = await freePort();
    const one = await backend('one', port, '127.0.0.1');
    await backend('two', port, '127.0.0.2');
    const addresses = { now: ['127.0.0.1'] };
    const { front: started } = await front(port, addresses, 'addressttl=-1 disablereuse=On');
    expect(await bodyOf(started)).toBe('one');
    await one.close();
    addresses.now = ['127.0.0.2'];
    await sleep(600);
    expect(await bodyOf(started)).toBe('two');
  });

  it('is looked up for every connection with addressttl=0, and connections are not kept', async () => {
    const port = await freePort();
    const one = await backend('one', port, '127.0.0.1');
    const { front: started, asked } = await front(port, { now: ['127.0.0.1'] }, 'addressttl=0');
    await bodyOf(started);
    await bodyOf(started);
    expect(asked).toEqual(['app.test', 'app.test']);
    expect(one.connections.length).toBe(2);
    expect(one.requests[0]).toContain('Connection: close');
  });

  it('and comes into being is found a moment later', async () => {
    const port = await freePort();
    await backend('one', port, '127.0.0.1');
    const addresses: { now: string[] } = { now: [] };
    const { front: started, asked } = await front(port, addresses);
    const begun = performance.now();
    expect(splitAnswer(await started.get('/')).status).toBe('HTTP/1.1 500 Proxy Error');
    addresses.now = ['127.0.0.1'];
    const statuses: string[] = [];
    await until('the address', async () => {
      statuses.push(splitAnswer(await started.get('/')).status);
      return statuses.at(-1) === 'HTTP/1.1 200 OK' || undefined;
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(1000);
    expect(statuses.filter((status) => status !== 'HTTP/1.1 500 Proxy Error')).toEqual(['HTTP/1.1 200 OK']);
    expect(asked.length).toBe(2);
  });
});
