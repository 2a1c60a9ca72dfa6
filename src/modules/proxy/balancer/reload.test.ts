// What a reload leaves of the state of balancers: nothing, unless BalancerPersist asks for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type Backend, startEchoBackend } from '../../../../test/support/echo-backend.ts';
import { freePort } from '../../../../test/support/ports.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

async function startMember(): Promise<Backend> {
  const backend = await startEchoBackend();
  running.push(backend);
  return backend;
}

function balancer(lines: readonly string[], settings = ''): string {
  const members = lines.map((line) => `BalancerMember ${line}`).join('\n');
  return `<Proxy balancer://app>\n${members}\n${settings}\n</Proxy>\nProxyPass / balancer://app/`;
}

async function start(conf: string): Promise<Front> {
  const front = await startFront(conf);
  running.unshift(front);
  return front;
}

/** The path that a request of `/x` had at its member, and so which member it was; or the status. */
async function ask(front: Front): Promise<string> {
  const { status, body } = splitAnswer(await front.get('/x'));
  return /^GET (\S+)/.exec(body)?.[1] ?? status.split(' ')[1]!;
}

const attempts = (front: Front): number => front.log.join('\n').match(/AH00957/g)?.length ?? 0;

describe('a reload', () => {
  it('forgets that a member was in error', async () => {
    const dead = await freePort();
    const conf = balancer([`http://127.0.0.1:${dead}`], 'ProxySet forcerecovery=Off');
    const front = await start(conf);
    expect([await ask(front), await ask(front), attempts(front)]).toEqual(['503', '503', 1]);
    await front.reload(conf);
    expect([await ask(front), attempts(front)]).toEqual(['503', 2]);
  });

  it('begins the order anew', async () => {
    const { port } = await startMember();
    const conf = balancer([`http://127.0.0.1:${port}/one`, `http://127.0.0.1:${port}/two`]);
    const front = await start(conf);
    expect(await ask(front)).toBe('/one/x');
    await front.reload(conf);
    expect(await ask(front)).toBe('/one/x');
  });
});

describe('BalancerPersist', () => {
  it('keeps a member in error', async () => {
    const dead = await freePort();
    const conf = `BalancerPersist On\n${balancer([`http://127.0.0.1:${dead}`], 'ProxySet forcerecovery=Off')}`;
    const front = await start(conf);
    expect([await ask(front), attempts(front)]).toEqual(['503', 1]);
    for (let i = 0; i < 2; i++) {
      await front.reload(conf);
      expect([await ask(front), attempts(front)]).toEqual(['503', 1]);
    }
    expect(front.log.join('\n')).toContain('AH01170');
  });

  it('goes on with the order, and with what stood in the first configuration', async () => {
    const { port } = await startMember();
    const lines = (more: string): string[] => [
      `http://127.0.0.1:${port}/one`,
      `http://127.0.0.1:${port}/two ${more}`,
    ];
    const front = await start(`BalancerPersist On\n${balancer(lines(''))}`);
    expect(await ask(front)).toBe('/one/x');
    await front.reload(`BalancerPersist On\n${balancer(lines('status=+D'))}`);
    expect([await ask(front), await ask(front)]).toEqual(['/two/x', '/one/x']);
  });

  it('leaves members alone that are new, and forgets those that are gone', async () => {
    const { port } = await startMember();
    const at = (name: string): string => `http://127.0.0.1:${port}/${name}`;
    const front = await start(`BalancerPersist On\n${balancer([at('one'), at('two')])}`);
    expect(await ask(front)).toBe('/one/x');
    await front.reload(`BalancerPersist On\n${balancer([at('two'), at('three')])}`);
    const seen = [await ask(front), await ask(front)];
    expect(seen.sort()).toEqual(['/three/x', '/two/x']);
  });

  it('counts requests out that were under way', async () => {
    const { port, seen: begun } = await startMember();
    const at = (name: string): string => `http://127.0.0.1:${port}/${name}`;
    const conf = `BalancerPersist On\n${balancer([at('one'), at('two')], 'ProxySet lbmethod=bybusyness')}`;
    const front = await start(conf);
    const slow = front.get('/_delay/0.3');
    while (begun.length === 0) await sleep(5);
    await front.reload(conf);
    await slow;
    const seen: string[] = [];
    for (let i = 0; i < 4; i++) seen.push(await ask(front));
    expect(seen.filter((path) => path === '/one/x')).toHaveLength(2);
  });
});

describe('a method without its module', () => {
  it('keeps the server from starting, as in Apache, and the error says which line is missing', async () => {
    const modules = ['proxy', 'proxy_http', 'proxy_balancer']
      .map((name) => `LoadModule ${name}_module modules/mod_${name}.so\n`)
      .join('');
    await expect(start(`${modules}${balancer(['http://127.0.0.1:1'])}`)).rejects.toThrow(
      'AH02432: Cannot find LB Method: byrequests; add LoadModule lbmethod_byrequests_module modules/mod_lbmethod_byrequests.so',
    );
  });
});
