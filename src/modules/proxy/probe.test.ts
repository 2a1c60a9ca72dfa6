// `ping=`: a backend has to ask for a request's body before it gets it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Front, splitAnswer, startFront } from '../../../test/support/proxy-front.ts';
import {
  type ScriptedBackend,
  startScriptedBackend,
  type Talk,
} from '../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function start(
  script: (talk: Talk, index: number) => Promise<void> | void,
  parameters = 'ping=300ms',
): Promise<{ front: Front; backend: ScriptedBackend }> {
  const backend = await startScriptedBackend(script);
  running.push(backend);
  const front = await startFront(`ProxyPass / http://127.0.0.1:${backend.port}/ ${parameters}`);
  running.unshift(front);
  return { front, backend };
}

const OK_TEXT = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const POST =
  'POST /x HTTP/1.1\r\nHost: www.example.test\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc';

describe('a probe in front of a body', () => {
  it('is answered by the backend, and the client hears nothing of it', async () => {
    let seen = '';
    const { front } = await start(async (talk) => {
      seen = await talk.head();
      talk.write('HTTP/1.1 100 Continue\r\n\r\n');
      await sleep(50);
      talk.write(OK_TEXT);
    });
    const answer = await front.exchange(POST);
    expect(splitAnswer(answer).status).toBe('HTTP/1.1 200 OK');
    expect(answer).not.toContain('100 Continue');
    expect(seen).toContain('\r\nExpect: 100-Continue\r\n');
    expect(seen).toContain('\r\nContent-Length: 3\r\n');
  });

  it('that is not answered in time is 503', async () => {
    const { front, backend } = await start(async (talk) => {
      await talk.head();
    });
    const begin = performance.now();
    expect(splitAnswer(await front.exchange(POST)).status).toBe('HTTP/1.1 503 Proxy Error');
    expect(front.log.join('\n')).toContain('AH00898: Timeout on 100-Continue returned by /x');
    expect(performance.now() - begin).toBeGreaterThan(290);
    expect(backend.connections.length).toBe(1);
  });

  it('is not made for a request without a body', async () => {
    let seen = '';
    const { front } = await start(async (talk) => {
      seen = await talk.head();
      talk.write(OK_TEXT);
    });
    await front.get('/x');
    expect(seen).not.toContain('Expect');
  });

  it('finds a kept connection that is gone, and the request is sent on another', async () => {
    const { front, backend } = await start(async (talk, index) => {
      await talk.head();
      talk.write('HTTP/1.1 100 Continue\r\n\r\n');
      await sleep(20);
      talk.write(OK_TEXT);
      if (index > 0) return;
      // The next request's head ends the first connection.
      await sleep(10);
      talk.socket.once('data', () => talk.reset());
    });
    expect(splitAnswer(await front.exchange(POST)).status).toBe('HTTP/1.1 200 OK');
    await sleep(50);
    expect(splitAnswer(await front.exchange(POST)).status).toBe('HTTP/1.1 200 OK');
    expect(backend.connections.length).toBe(2);
  });

  it('is answered with a final response that is the answer', async () => {
    const { front } = await start(async (talk) => {
      await talk.head();
      talk.write('HTTP/1.1 413 Too Much\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      talk.end();
    });
    expect(splitAnswer(await front.exchange(POST)).status).toMatch(/^HTTP\/1\.1 413 /);
  });
});
