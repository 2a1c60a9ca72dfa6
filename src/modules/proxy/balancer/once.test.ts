// What a balancer sends to a second member, and what never: a request that the first may have begun must not be done twice.
import { afterEach, describe, expect, it } from 'vitest';
import { startEchoBackend } from '../../../../test/support/echo-backend.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import { startScriptedBackend } from '../../../../test/support/scripted-backend.ts';
import {
  END,
  type FcgiTalk,
  type ScriptedFastCgi,
  startScriptedFastCgi,
  stdout,
} from '../../../../test/support/scripted-fastcgi.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

interface Stage {
  readonly front: Front;
  /** The input of each request that the first member, and the second, has got. */
  readonly first: string[];
  readonly second: string[];
}

async function startApplication(seen: string[], act: (talk: FcgiTalk) => void): Promise<ScriptedFastCgi> {
  const application = await startScriptedFastCgi(async (talk) => {
    seen.push(await talk.input());
    act(talk);
  });
  running.push(application);
  return application;
}

/** A balancer of two FastCGI applications, of which the first ends every connection without an answer. */
async function stage(): Promise<Stage> {
  const first: string[] = [];
  const second: string[] = [];
  const bad = await startApplication(first, (talk) => talk.socket.end());
  const good = await startApplication(second, (talk) => {
    talk.write(stdout('Content-Type: text/plain\r\n\r\ngood'), END);
    talk.socket.end();
  });
  const front = await startFront(
    `<Proxy balancer://app>
BalancerMember fcgi://127.0.0.1:${bad.port}
BalancerMember fcgi://127.0.0.1:${good.port}
</Proxy>
ProxyPass / balancer://app/`,
  );
  running.unshift(front);
  return { front, first, second };
}

function send(front: Front, method: string, body = ''): Promise<string> {
  const fields = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  return front.exchange(`${method} /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}\r\n${body}`);
}

describe('an application that breaks off', () => {
  it.each(['GET', 'HEAD', 'DELETE'])('leaves a %s to the next', async (method) => {
    const { front, first, second } = await stage();
    expect(splitAnswer(await send(front, method)).status).toBe('HTTP/1.1 200 OK');
    expect([first.length, second.length]).toEqual([1, 1]);
  });

  it.each([
    ['POST', ''],
    ['POST', 'pay'],
    ['PATCH', 'change'],
    ['PUT', 'what is gone once it is sent'],
  ])('keeps a %s with the body "%s" to itself', async (method, body) => {
    const { front, first, second } = await stage();
    expect(splitAnswer(await send(front, method, body)).status).toBe('HTTP/1.1 503 Service Unavailable');
    expect([first, second]).toEqual([[body], []]);
  });

  it('is left alone from then on', async () => {
    const { front, first, second } = await stage();
    await send(front, 'POST', 'one');
    for (const body of ['two', 'three'])
      expect(splitAnswer(await send(front, 'POST', body)).body).toBe('good');
    expect([first, second]).toEqual([['one'], ['two', 'three']]);
  });
});

describe('a member that is asked whether it is there', () => {
  it('and keeps silent has seen no body: the next gets it', async () => {
    const silent = await startScriptedBackend(async (talk) => void (await talk.head()));
    const there = await startEchoBackend();
    running.push(silent, there);
    const front = await startFront(
      `<Proxy balancer://app>
BalancerMember http://127.0.0.1:${silent.port} ping=200ms
BalancerMember http://127.0.0.1:${there.port} ping=200ms
</Proxy>
ProxyPass / balancer://app/`,
    );
    running.unshift(front);
    const { status, body } = splitAnswer(await send(front, 'POST', 'pay once'));
    expect(status).toBe('HTTP/1.1 200 OK');
    expect(body).toMatch(/\n\npay once$/);
    expect([silent.connections.length, there.seen]).toEqual([1, ['POST /x HTTP/1.1']]);
  });
});
