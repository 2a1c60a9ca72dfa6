// Members that refuse, break off, answer 503 or keep silent: who gets the request then, and that nobody does something twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../test/support/ports.ts';
import { type Front, splitAnswer, startFront } from '../../../../test/support/proxy-front.ts';
import {
  type ScriptedBackend,
  startScriptedBackend,
  type Talk,
} from '../../../../test/support/scripted-backend.ts';

const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.close();
});

/** What a backend does with one request. */
type Act = (talk: Talk, request: string) => unknown;

function answer(text: string, status = '200 OK'): Act {
  return (talk) => talk.write(`HTTP/1.1 ${status}\r\nContent-Length: ${text.length}\r\n\r\n${text}`);
}

const hangUp: Act = (talk) => talk.end();
const reset: Act = (talk) => talk.reset();
const keepSilent: Act = () => undefined;

async function startMember(act: Act, port = 0): Promise<ScriptedBackend> {
  const backend = await startScriptedBackend(async (talk) => {
    talk.socket.on('error', () => undefined);
    for (;;) {
      const request = await talk.request();
      if (request === '') return;
      await act(talk, request);
    }
  }, port);
  running.push(backend);
  return backend;
}

interface MemberLine {
  readonly port: number;
  readonly parameters?: string;
}

/** A front with one balancer for everything. */
async function startBalanced(members: readonly MemberLine[], settings = '', conf = ''): Promise<Front> {
  const lines = members.map(
    ({ port, parameters = '' }) => `BalancerMember http://127.0.0.1:${port} ${parameters}`,
  );
  const front = await startFront(
    `<Proxy balancer://app>\n${lines.join('\n')}\n${settings === '' ? '' : `ProxySet ${settings}`}\n</Proxy>\n` +
      `ProxyPass / balancer://app/\n${conf}`,
  );
  running.unshift(front);
  return front;
}

async function body(front: Front, path = '/x', fields = ''): Promise<string> {
  return splitAnswer(await front.get(path, fields)).body;
}

async function status(front: Front, path = '/x', fields = ''): Promise<number> {
  return Number(splitAnswer(await front.get(path, fields)).status.split(' ')[1]);
}

function send(front: Front, method: string, text: string, fields = ''): Promise<string> {
  return front.exchange(
    `${method} /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${fields}Content-Length: ${text.length}\r\n\r\n${text}`,
  );
}

describe('a member that refuses connections', () => {
  it('is passed over at once, and left alone for its time', async () => {
    const dead = await freePort();
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: dead }, { port: one.port }]);
    for (let i = 0; i < 4; i++) expect(await body(front)).toBe('one');
    const log = front.log.join('\n');
    expect(log).toContain(
      `AH00959: ap_proxy_connect_backend disabling worker for (127.0.0.1:${dead}) for 60s`,
    );
    expect(log.match(/AH00957/g)).toHaveLength(1);
  });

  it('is tried again once its time is over, by one request', async () => {
    const dead = await freePort();
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: dead, parameters: 'retry=2' }, { port: one.port }]);
    const attempts = (): number => front.log.join('\n').match(/AH00957/g)?.length ?? 0;
    for (let i = 0; i < 3; i++) expect(await body(front)).toBe('one');
    expect(attempts()).toBe(1);
    await sleep(2100);
    for (let i = 0; i < 4; i++) expect(await body(front)).toBe('one');
    expect(attempts()).toBe(2);
  });

  it('comes back by itself when it answers again', async () => {
    const port = await freePort();
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port, parameters: 'retry=2' }, { port: one.port }]);
    expect(await body(front)).toBe('one');
    await startMember(answer('back'), port);
    expect(await body(front)).toBe('one');
    await sleep(2100);
    const seen = new Set<string>();
    for (let i = 0; i < 4; i++) seen.add(await body(front));
    expect([...seen].sort()).toEqual(['back', 'one']);
  });

  it('is not counted as one when its errors do not count', async () => {
    const dead = await freePort();
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: dead, parameters: 'status=+I' }, { port: one.port }]);
    const all: number[] = [];
    for (let i = 0; i < 4; i++) all.push(await status(front));
    expect(all).toEqual([503, 200, 503, 200]);
    expect(front.log.join('\n')).not.toContain('AH00959');
  });

  it('gives no answer when it is the only one, and says so', async () => {
    const dead = await freePort();
    const front = await startBalanced([{ port: dead }], 'forcerecovery=Off');
    expect([await status(front), await status(front)]).toEqual([503, 503]);
    const log = front.log.join('\n');
    expect(log).toContain('AH01170: balancer://app: All workers are in error state');
    expect(log.match(/AH00957/g)).toHaveLength(1);
  });

  it('is tried for every request where all are down, because nobody else is there', async () => {
    const ports = [await freePort(), await freePort()];
    const front = await startBalanced(ports.map((port) => ({ port })));
    expect(await status(front)).toBe(503);
    const late = await startMember(answer('late'), ports[1]);
    expect(await body(front)).toBe('late');
    expect(late.requests).toHaveLength(1);
  });

  it('is answered 502 where only 502 has an ErrorDocument, as without a balancer', async () => {
    const dead = await freePort();
    const front = await startBalanced([{ port: dead }], '', 'ErrorDocument 502 "soon"');
    const { status: line, body: page } = splitAnswer(await front.get('/x'));
    expect([line.split(' ')[1], page]).toEqual(['502', 'soon']);
    expect(front.log.join('\n').match(/answering 502 instead of 503/g)).toHaveLength(1);
  });
});

describe('a body', () => {
  it('that no member has seen goes to the next one: short, long and chunked', async () => {
    const dead = await freePort();
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: dead, parameters: 'retry=0' }, { port: one.port }]);
    const long = 'x'.repeat(100_000);
    // The dead member's turn comes every other time.
    for (const text of ['short', 'short', long, long]) {
      expect(splitAnswer(await send(front, 'POST', text)).body).toBe('one');
    }
    const chunk = `${(20_000).toString(16)}\r\n${'y'.repeat(20_000)}\r\n`;
    for (let i = 0; i < 2; i++) {
      const text = await front.exchange(
        `POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`,
      );
      expect(splitAnswer(text).body).toBe('one');
    }
    const bodies = one.requests.map((request) => request.slice(request.indexOf('\r\n\r\n') + 4));
    expect(bodies).toEqual(['short', 'short', long, long, 'y'.repeat(20_000), 'y'.repeat(20_000)]);
  });

  for (const [name, act] of [
    ['hangs up', hangUp],
    ['resets the connection', reset],
  ] as const) {
    it(`of a POST reaches one member only when that ${name}`, async () => {
      const bad = await startMember(act);
      const one = await startMember(answer('one'));
      const front = await startBalanced([{ port: bad.port }, { port: one.port }]);
      expect(splitAnswer(await send(front, 'POST', 'pay')).status).toBe('HTTP/1.1 502 Proxy Error');
      expect([bad.requests.length, one.requests.length]).toEqual([1, 0]);
    });
  }

  it('of a POST reaches exactly one member, whoever fails how', async () => {
    const acts: readonly Act[] = [hangUp, reset, answer('no', '503 Service Unavailable'), answer('yes')];
    const members = await Promise.all(acts.map((act) => startMember(act)));
    const dead = await freePort();
    const front = await startBalanced(
      [
        { port: dead, parameters: 'retry=0' },
        ...members.map(({ port }) => ({ port, parameters: 'retry=0' })),
      ],
      'failonstatus=503',
    );
    for (let i = 0; i < 15; i++) await send(front, 'POST', `payment ${i};`);
    const seen = members.flatMap(({ requests }) =>
      requests.map((request) => /payment \d+;/.exec(request)?.[0]),
    );
    expect(seen.length).toBeGreaterThan(10);
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('a member that breaks off', () => {
  it('is answered 502 and stays in use, as in Apache', async () => {
    const bad = await startMember(hangUp);
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: bad.port }, { port: one.port }]);
    const all: number[] = [];
    for (let i = 0; i < 4; i++) all.push(await status(front));
    expect(all).toEqual([502, 200, 502, 200]);
  });

  it('on a kept connection closes the client, and is left alone', async () => {
    const bad = await startMember(hangUp);
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: one.port }, { port: bad.port }]);
    const get = 'GET /x HTTP/1.1\r\nHost: a\r\n\r\n';
    const socket = await front.open();
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.endsWith('one')) socket.write(get);
    });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write(get);
    await closed;
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    for (let i = 0; i < 3; i++) expect(await body(front)).toBe('one');
    expect(bad.requests).toHaveLength(1);
  });
});

describe('an answer', () => {
  it('of 503 is the member’s own: it is passed on and counts for nothing', async () => {
    const bad = await startMember(answer('busy', '503 Service Unavailable'));
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: bad.port }, { port: one.port }]);
    const all: string[] = [];
    for (let i = 0; i < 4; i++) all.push(await body(front));
    expect(all).toEqual(['busy', 'one', 'busy', 'one']);
  });

  it('named by failonstatus is passed on, and its member left alone', async () => {
    const bad = await startMember(answer('busy', '503 Service Unavailable'));
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: bad.port }, { port: one.port }], 'failonstatus=500,503');
    const all: string[] = [];
    for (let i = 0; i < 4; i++) all.push(await body(front));
    expect(all).toEqual(['busy', 'one', 'one', 'one']);
    expect(front.log.join('\n')).toContain(
      `AH01174: balancer://app: Forcing worker (http://127.0.0.1:${bad.port}) into error state due to status code 503 matching 'failonstatus' balancer parameter`,
    );
  });
});

describe('a silent member', () => {
  it('is answered 502 and stays in use; with failontimeout it does not', async () => {
    const bad = await startMember(keepSilent);
    const one = await startMember(answer('one'));
    const members = [{ port: bad.port, parameters: 'timeout=1' }, { port: one.port }];
    const patient = await startBalanced(members);
    const strict = await startBalanced(members, 'failontimeout=On');
    const first = await Promise.all([status(patient), status(strict)]);
    expect(first).toEqual([502, 502]);
    expect([await status(strict), await status(strict)]).toEqual([200, 200]);
    expect(await status(patient)).toBe(200);
    expect(await status(patient)).toBe(502);
    expect(strict.log.join('\n')).toContain(
      `AH02460: balancer://app: Forcing worker (http://127.0.0.1:${bad.port}) into error state due to timeout and 'failontimeout' parameter being set`,
    );
    expect(strict.log.join('\n')).not.toContain('AH00959');
  });
});

describe('requests under way', () => {
  it('make bybusyness choose another member, until they are over', async () => {
    let release = (): void => undefined;
    const slow = await startMember((talk) => {
      release = () => void answer('slow')(talk, '');
    });
    const one = await startMember(answer('one'));
    const front = await startBalanced([{ port: slow.port }, { port: one.port }], 'lbmethod=bybusyness');
    const held = body(front);
    while (slow.requests.length === 0) await sleep(5);
    for (let i = 0; i < 3; i++) expect(await body(front)).toBe('one');
    release();
    expect(await held).toBe('slow');
    const next = body(front);
    while (slow.requests.length === 1) await sleep(5);
    release();
    expect(await next).toBe('slow');
  });

  it('include tunnels, until they are closed', async () => {
    const upgraded = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    const first = await startMember((talk, request) =>
      /^upgrade:/im.test(request) ? talk.write(upgraded) : answer('first')(talk, request),
    );
    const one = await startMember(answer('one'));
    const front = await startBalanced(
      [{ port: first.port, parameters: 'upgrade=websocket' }, { port: one.port }],
      'lbmethod=bybusyness',
    );
    const client = await front.open();
    const switched = new Promise<string>((resolve) => {
      client.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1')));
    });
    client.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    expect(await switched).toMatch(/^HTTP\/1\.1 101 /);
    for (let i = 0; i < 3; i++) expect(await body(front)).toBe('one');
    client.destroy();
    const tunnel = first.connections[0]!.socket;
    while (!tunnel.destroyed) await sleep(5);
    await sleep(20);
    expect(await body(front)).toBe('first');
  });

  it('that wait for a member get the first that becomes usable', async () => {
    const port = await freePort();
    const front = await startBalanced([{ port, parameters: 'retry=2' }], 'timeout=5 forcerecovery=Off');
    expect(await status(front)).toBe(503);
    await startMember(answer('back'), port);
    const begun = performance.now();
    expect(await body(front)).toBe('back');
    expect(performance.now() - begun).toBeGreaterThan(100);
  });

  it('that wait together are all answered, and nobody is once the client has gone', async () => {
    const port = await freePort();
    const front = await startBalanced(
      [{ port, parameters: 'retry=2' }],
      'timeout=9 forcerecovery=Off',
      'LogLevel authz_core:debug',
    );
    expect(await status(front)).toBe(503);
    const all = Promise.all(Array.from({ length: 20 }, (_, at) => body(front, `/${at}`)));
    const impatient = await front.open();
    impatient.write('GET /gone HTTP/1.1\r\nHost: a\r\n\r\n');
    // Each of the 22 requests is logged on its way to the balancer.
    while (front.log.filter((line) => line.includes('AH01628')).length < 22) await sleep(5);
    await sleep(50);
    impatient.resetAndDestroy();
    await sleep(50);
    const back = await startMember(answer('back'), port);
    expect(new Set(await all)).toEqual(new Set(['back']));
    expect(back.requests.filter((request) => request.startsWith('GET /gone '))).toEqual([]);
  });

  it('that wait in vain are answered 503', async () => {
    const dead = await freePort();
    const front = await startBalanced([{ port: dead }], 'timeout=1 forcerecovery=Off');
    expect(await status(front)).toBe(503);
    const begun = performance.now();
    expect(await status(front)).toBe(503);
    expect(performance.now() - begun).toBeGreaterThan(950);
  });
});

describe('a session', () => {
  it('stays with its member, also when another is owed the request', async () => {
    const members = await Promise.all(['one', 'two'].map((text) => startMember(answer(text))));
    const front = await startBalanced(
      members.map(({ port }, at) => ({ port, parameters: `route=r${at}` })),
      'stickysession=S',
    );
    for (let i = 0; i < 5; i++) expect(await body(front, '/x', 'Cookie: S=id.r1\r\n')).toBe('two');
    for (let i = 0; i < 3; i++) expect(await body(front, '/x;S=id.r0')).toBe('one');
  });

  it('moves when its member is down, and nofailover forbids it', async () => {
    const dead = await freePort();
    const one = await startMember(answer('one'));
    const members = [
      { port: dead, parameters: 'route=dead' },
      { port: one.port, parameters: 'route=one' },
    ];
    const moves = await startBalanced(members, 'stickysession=S');
    const stays = await startBalanced(members, 'stickysession=S nofailover=On');
    const cookie = 'Cookie: S=id.dead\r\n';
    expect(await body(moves, '/x', cookie)).toBe('one');
    expect(await status(stays, '/x', cookie)).toBe(503);
    expect(await status(stays, '/x', cookie)).toBe(503);
    expect(await body(stays)).toBe('one');
    expect(stays.log.join('\n')).toContain(
      'AH01167: balancer://app: All workers are in error state for route (dead)',
    );
  });

  it('goes on at a draining member, which gets nobody new', async () => {
    const members = await Promise.all(['one', 'two'].map((text) => startMember(answer(text))));
    const front = await startBalanced(
      [
        { port: members[0]!.port, parameters: 'route=one status=+N' },
        { port: members[1]!.port, parameters: 'route=two' },
      ],
      'stickysession=S',
    );
    for (let i = 0; i < 4; i++) expect(await body(front)).toBe('two');
    for (let i = 0; i < 2; i++) expect(await body(front, '/x', 'Cookie: S=id.one\r\n')).toBe('one');
  });
});
