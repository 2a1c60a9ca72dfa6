// Applications with real processes: started for requests, watched, replaced, stopped.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../test/support/ports.ts';
import { isListening, until } from '../../../test/support/scene.ts';
import {
  askInstance,
  isAlive,
  obtain,
  type Supervised,
  superviseApps,
  untilGone,
  visitApp,
} from '../../../test/support/supervised.ts';

let apps: Supervised;

afterEach(async () => {
  await apps.close();
});

function make(): Supervised {
  apps = superviseApps();
  return apps;
}

function stateOf(name = 'shop'): string | undefined {
  return apps.supervisor.report(name)?.state;
}

describe('a stopped application', () => {
  it('is started once for a hundred requests, which are all answered', async () => {
    const { supervisor } = make();
    apps.apply({ env: { START_MS: '300' } });
    expect(stateOf()).toBe('stopped');
    const answers = await Promise.all(Array.from({ length: 100 }, () => visitApp(supervisor)));
    expect(new Set(answers)).toEqual(new Set(apps.pids().map(String)));
    expect(supervisor.report('shop')).toMatchObject({
      state: 'ready',
      starts: 1,
      restarts: 0,
      requests: 100,
      busy: 0,
      waiting: 0,
    });
  });

  it('is not started before somebody asks, unless it starts at boot', async () => {
    make();
    apps.apply({ name: 'lazy' }, { name: 'eager', start: 'boot' });
    await until('the start', () => (stateOf('eager') === 'ready' ? true : undefined));
    expect(stateOf('lazy')).toBe('stopped');
    expect(apps.pids('lazy')).toEqual([]);
  });

  it('is not started by requests where only a command does', async () => {
    const { supervisor } = make();
    apps.apply({ start: 'manual' });
    expect(supervisor.acquire('shop')).toMatchObject({ kind: 'refusal', cause: 'stopped' });
    expect(await supervisor.start('shop')).toEqual({ isDone: true });
    await visitApp(supervisor);
    expect(await supervisor.stop('shop')).toEqual({ isDone: true });
    expect(supervisor.acquire('shop')).toMatchObject({ kind: 'refusal', cause: 'stopped' });
  });

  it('refuses what waits too long, and what finds the queue full', async () => {
    const { supervisor } = make();
    apps.apply({ env: { START_MS: '3000' }, queue: 2 });
    const first = obtain(supervisor, 'shop', 100);
    const second = obtain(supervisor, 'shop', 100);
    expect(await obtain(supervisor)).toMatchObject({ kind: 'refusal', cause: 'queue-full' });
    expect(await first).toMatchObject({ kind: 'refusal', cause: 'not-ready', retryAfter: 1 });
    expect(await second).toMatchObject({ cause: 'not-ready' });
    expect(supervisor.acquire('shop', 0)).toMatchObject({ cause: 'not-ready' });
    expect(supervisor.report('shop')?.starts).toBe(1);
  });

  it('forgets a request that is given up', async () => {
    const { supervisor } = make();
    apps.apply({});
    const waiting = supervisor.acquire('shop');
    if (waiting.kind !== 'wait') throw new Error('it was ready at once');
    waiting.cancel();
    expect(await waiting.result).toMatchObject({ kind: 'refusal', cause: 'cancelled' });
    expect(supervisor.report('shop')?.waiting).toBe(0);
    expect(supervisor.acquire('blog')).toMatchObject({ kind: 'refusal', cause: 'gone' });
  });
});

describe('readiness', () => {
  it('is proven by an answer to a GET, a connection, or a printed text', async () => {
    const { supervisor } = make();
    apps.apply(
      { name: 'http', env: { START_MS: '200' } },
      { name: 'tcp', probe: { kind: 'tcp' }, env: { START_MS: '200' } },
      { name: 'output', probe: { kind: 'output', text: 'listening' }, env: { START_MS: '200' } },
    );
    for (const name of ['http', 'tcp', 'output'])
      expect(await visitApp(supervisor, '/', name)).toBe(String(apps.pids(name)[0]));
  });

  it('is not proven by an answer that says no', async () => {
    const { supervisor } = make();
    apps.write(
      'app.mjs',
      `import { createServer } from 'node:http';
       const from = Date.now();
       createServer((request, response) => {
         response.statusCode = request.url === '/healthz' && Date.now() < from + 1000 ? 503 : 200;
         response.end(String(Date.now() - from));
       }).listen(process.env.PORT, '127.0.0.1');`,
    );
    apps.apply({});
    expect(Number(await visitApp(supervisor))).toBeGreaterThanOrEqual(1000);
  });

  it('that does not come in time is a failure, and the process ends', async () => {
    const { supervisor } = make();
    apps.apply({ env: { START_MS: '60000' }, readyTimeout: 300, restartLimit: 1 });
    const refusal = await obtain(supervisor);
    const [pid = 0] = apps.pids();
    expect(refusal).toMatchObject({ kind: 'refusal', cause: 'failed' });
    expect(refusal.kind === 'refusal' && refusal.why).toMatch(
      /^app shop is given up: it was not ready within 0.3 seconds \(connect ECONNREFUSED/,
    );
    await untilGone(pid);
  });
});

describe('a crash', () => {
  it('is mended by the next request', async () => {
    const { supervisor } = make();
    apps.apply({});
    const first = await visitApp(supervisor);
    process.kill(Number(first), 'SIGKILL');
    const second = await visitApp(supervisor);
    expect(second).not.toBe(first);
    expect(supervisor.report('shop')).toMatchObject({ state: 'ready', starts: 2, restarts: 1 });
    expect(apps.log.join('\n')).toContain(`error: app shop: process ${first} was ended by SIGKILL`);
  });

  it('is mended without a request where others run or it starts at boot', async () => {
    make();
    apps.apply({ start: 'boot', instances: 2 });
    const isWhole = (): true | undefined => {
      const { instances = [] } = apps.supervisor.report('shop') ?? {};
      return instances.filter(({ state }) => state === 'ready').length === 2 ? true : undefined;
    };
    await until('two processes', isWhole);
    const [first = 0] = apps.pids();
    process.kill(first, 'SIGKILL');
    await until('the end of the first', () => (apps.pids().includes(first) ? undefined : true));
    await until('two processes again', isWhole);
  });

  it('in a loop waits longer each time, is given up, and says why with its last words', async () => {
    const { supervisor } = make();
    apps.apply({ env: { EXIT: '7', WORDS: 'no such database' }, restartLimit: 3 });
    const began = performance.now();
    const refusal = await obtain(supervisor);
    // 1 and 2 seconds between three starts.
    expect(performance.now() - began).toBeGreaterThan(3000);
    expect(refusal).toMatchObject({
      kind: 'refusal',
      cause: 'failed',
      why: 'app shop is given up: it ended with exit code 7 before it was ready',
      retryAfter: 60,
    });
    const report = supervisor.report('shop');
    expect(report).toMatchObject({ state: 'failed', starts: 3, failuresInRow: 3 });
    expect(report?.failure?.why).toBe('ended with exit code 7 before it was ready');
    expect(report?.output.at(-1)).toBe('no such database');
    expect(apps.log.at(-1)).toMatch(/given up after 3 failures in a row/);
    // A command tries again.
    expect(await supervisor.start('shop')).toMatchObject({ isDone: false });
  });

  it('is not mended where it must not be', async () => {
    const { supervisor } = make();
    apps.apply({ restart: 'never' });
    process.kill(Number(await visitApp(supervisor)), 'SIGKILL');
    await until('the failure', () => (stateOf() === 'failed' ? true : undefined));
    expect(supervisor.acquire('shop')).toMatchObject({ kind: 'refusal', cause: 'failed', retryAfter: 3600 });
    expect(await supervisor.start('shop')).toEqual({ isDone: true });
  });

  it('of a program that is not there names it, and the folder where there is none', async () => {
    const { supervisor } = make();
    apps.apply(
      { name: 'program', command: ['no-such-program'], restartLimit: 1 },
      { name: 'folder', directory: '/no/such/folder', restartLimit: 1 },
      { name: 'background', command: ['/bin/sh', '-c', 'sleep 1 & exit 0'], restartLimit: 1 },
    );
    for (const [name, text] of [
      ['program', 'the program no-such-program is in no folder of PATH='],
      ['folder', 'its directory /no/such/folder does not exist'],
      ['background', 'ended with exit code 0 before it was ready: it must not put itself in the background'],
    ] as const) {
      const refusal = await obtain(supervisor, name);
      expect(refusal.kind === 'refusal' ? refusal.why : 'a lease').toContain(text);
    }
  });
});

describe('the way to a process', () => {
  it('is asked anew when it does not take a connection', async () => {
    const { supervisor } = make();
    apps.apply({});
    await visitApp(supervisor);
    const lease = await obtain(supervisor);
    if (lease.kind === 'refusal') throw new Error(lease.why);
    lease.refused();
    expect(stateOf()).toBe('starting');
    expect(await visitApp(supervisor)).toBe(String(apps.pids()[0]));
    expect(supervisor.report('shop')).toMatchObject({ state: 'ready', starts: 1, busy: 0 });
  });

  it('is taken from one that takes no connections for as long as it may need to get ready', async () => {
    const { supervisor } = make();
    apps.write(
      'app.mjs',
      `import { createServer } from 'node:http';
       const server = createServer((q, r) => {
         r.end(String(process.pid));
         if (q.url === '/deaf') server.close();
       }).listen(process.env.PORT, '127.0.0.1');
       setInterval(() => undefined, 1000);`,
    );
    apps.apply({ readyTimeout: 2000 });
    const pid = Number(await visitApp(supervisor, '/deaf'));
    expect(Number(await visitApp(supervisor))).not.toBe(pid);
    await untilGone(pid);
    expect(apps.log.join('\n')).toMatch(
      /process \d+ has taken no connection for 2 seconds \(connect ECONNREFUSED/,
    );
  });

  it('leads to IPv6 where the application listens there', async () => {
    const { supervisor } = make();
    apps.write(
      'app.mjs',
      `import { createServer } from 'node:http';
       createServer((q, r) => r.end(String(process.pid))).listen(process.env.PORT, '::1', () => console.log('up'));`,
    );
    apps.apply(
      { name: 'http', probe: { kind: 'http', path: '/' } },
      { name: 'output', probe: { kind: 'output', text: 'up' } },
    );
    for (const name of ['http', 'output']) {
      expect(await visitApp(supervisor, '/', name)).toBe(String(apps.pids(name)[0]));
      expect(supervisor.report(name)?.instances[0]?.endpoint).toMatchObject({ host: '::1' });
    }
  });

  it('leads to the least busy of several', async () => {
    const { supervisor } = make();
    apps.apply({ instances: 3 });
    await supervisor.start('shop');
    await until('three processes', () =>
      supervisor.report('shop')?.instances.every(({ state }) => state === 'ready') ? true : undefined,
    );
    const leases = await Promise.all(Array.from({ length: 9 }, () => obtain(supervisor)));
    expect(supervisor.report('shop')?.instances.map(({ busy }) => busy)).toEqual([3, 3, 3]);
    for (const lease of leases) if (lease.kind === 'lease') lease.release();
  });

  it('has no port that somebody else has taken meanwhile: another one is tried', async () => {
    const { supervisor } = make();
    // The first process hands its port to somebody outside of its group, and fails.
    apps.write(
      'app.mjs',
      `import { existsSync, writeFileSync } from 'node:fs';
       import { spawn } from 'node:child_process';
       import { createServer } from 'node:http';
       const { PORT } = process.env;
       if (existsSync('stranger')) {
         createServer((q, r) => r.end('own')).listen(PORT, '127.0.0.1', () => console.log('own ready'));
       } else {
         const code = "require('node:http').createServer().listen(" + PORT + ", '127.0.0.1')";
         const child = spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore' });
         writeFileSync('stranger', String(child.pid));
         setTimeout(() => process.exit(1), 1500);
       }`,
    );
    apps.apply({ probe: { kind: 'output', text: 'own ready' } });
    try {
      expect(await visitApp(supervisor)).toBe('own');
      expect(supervisor.report('shop')).toMatchObject({ starts: 2, restarts: 0, failuresInRow: 0 });
    } finally {
      process.kill(Number(readFileSync(`${apps.folder}/stranger`, 'utf8')), 'SIGKILL');
    }
  });

  it('is not shown by a stranger who listens in its place', async () => {
    const { supervisor } = make();
    const port = await freePort();
    apps.write('app.mjs', 'setInterval(() => undefined, 1000);');
    apps.apply({ address: { kind: 'tcp', host: '127.0.0.1', port }, restartLimit: 1 });
    const waiting = obtain(supervisor);
    await until('the process', () => (apps.pids().length > 0 ? true : undefined));
    const stranger = createServer((_request, response) => response.end('stranger'));
    await new Promise<void>((resolve) => stranger.listen(port, '127.0.0.1', resolve));
    const refusal = await waiting;
    stranger.close();
    expect(refusal.kind === 'refusal' && refusal.why).toMatch(
      new RegExp(`it lost its address http://127.0.0.1:${port} to process ${process.pid} \\(`),
    );
  });

  it('says who has a fixed address already', async () => {
    const { supervisor } = make();
    const port = await freePort();
    const address = { kind: 'tcp', host: '127.0.0.1', port } as const;
    apps.apply({ name: 'first', address }, { name: 'second', address, restartLimit: 1 });
    await visitApp(supervisor, '/', 'first');
    const refusal = await obtain(supervisor, 'second');
    expect(refusal.kind === 'refusal' && refusal.why).toBe(
      `app second is given up: it was not started: its address http://127.0.0.1:${port} is in use by another process`,
    );
    expect(await visitApp(supervisor, '/', 'first')).toBe(String(apps.pids('first')[0]));
  });

  it('may be a socket in the file system, also one that a killed process left', async () => {
    const { supervisor } = make();
    const path = `${apps.folder}/shop.sock`;
    apps.write(
      'app.mjs',
      `import { createServer } from 'node:http';
       createServer((q, r) => r.end(String(process.pid))).listen('shop.sock');`,
    );
    apps.apply({ address: { kind: 'unix', path } });
    const first = await visitApp(supervisor);
    process.kill(Number(first), 'SIGKILL');
    expect(await visitApp(supervisor)).not.toBe(first);
    apps.write('file.sock', 'no socket');
    apps.apply({ address: { kind: 'unix', path: `${apps.folder}/file.sock` }, restartLimit: 1 });
    await until('the failure', () =>
      apps.log.join('\n').includes('file.sock is the name of a file that is no socket') ? true : undefined,
    );
  });
});

describe('an idle application', () => {
  it('is stopped, and started again by the next request', async () => {
    const { supervisor } = make();
    apps.apply({ idleStop: 300 });
    const first = await visitApp(supervisor);
    await untilGone(Number(first));
    await until('the stop', () => (stateOf() === 'stopped' ? true : undefined));
    expect(await visitApp(supervisor)).not.toBe(first);
    expect(supervisor.report('shop')).toMatchObject({ starts: 2, restarts: 0, failuresInRow: 0 });
  });

  it('is not idle while a request is under way', async () => {
    const { supervisor } = make();
    apps.apply({ idleStop: 200, env: { ANSWER_MS: '1500' } });
    const [pid] = await Promise.all([visitApp(supervisor)]);
    expect(supervisor.report('shop')?.starts).toBe(1);
    await untilGone(Number(pid));
  });

  it('loses no request that crosses its stop, at a fixed address', async () => {
    const { supervisor } = make();
    const port = await freePort();
    apps.apply({ idleStop: 1, address: { kind: 'tcp', host: '127.0.0.1', port } });
    const deadline = performance.now() + 5000;
    let answered = 0;
    while (performance.now() < deadline) {
      await visitApp(supervisor);
      answered += 1;
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 400));
    }
    expect(answered).toBeGreaterThan(3);
    expect(supervisor.report('shop')?.starts).toBeGreaterThan(1);
    expect(supervisor.report('shop')?.failuresInRow).toBe(0);
  });
});

describe('the end of a process', () => {
  it('takes along what it started', async () => {
    const { supervisor } = make();
    apps.write(
      'start.sh',
      `#!/bin/sh
sleep 1000 &
echo "grandchild $!"
exec "$@"
`,
    );
    apps.apply({ command: ['./start.sh', process.execPath, 'app.mjs'] });
    const pid = Number(await visitApp(supervisor));
    const grandchild = Number(/grandchild (\d+)/.exec(apps.printed.join('\n'))?.[1]);
    expect(isAlive(grandchild)).toBe(true);
    // It crashes: what it left goes before the next one comes.
    process.kill(pid, 'SIGKILL');
    await untilGone(grandchild);
    await visitApp(supervisor);
    const second = Number(/grandchild (\d+)/.exec(apps.printed.toReversed().join('\n'))?.[1]);
    expect(second).not.toBe(grandchild);
    await supervisor.stop('shop');
    await untilGone(second);
  });

  it('is enforced where it ignores the signal', async () => {
    const { supervisor } = make();
    apps.apply({ env: { IGNORE_TERM: '1' }, stopTimeout: 500 });
    const pid = Number(await visitApp(supervisor));
    const began = performance.now();
    expect(await supervisor.stop('shop')).toEqual({ isDone: true });
    expect(performance.now() - began).toBeGreaterThan(500);
    expect(isAlive(pid)).toBe(false);
    expect(apps.printed.join('\n')).toContain('no');
  });

  it('waits for requests under way when a command stops it', async () => {
    const { supervisor } = make();
    apps.apply({ env: { ANSWER_MS: '1000' } });
    await supervisor.start('shop');
    const answer = visitApp(supervisor);
    const stopped = supervisor.stop('shop');
    expect(supervisor.acquire('shop')).toMatchObject({ kind: 'refusal', cause: 'stopped' });
    expect(await answer).toMatch(/^\d+$/);
    expect(await stopped).toEqual({ isDone: true });
    expect(stateOf()).toBe('stopped');
  });

  it('comes at once when nobody waits any more', async () => {
    const { supervisor } = make();
    apps.apply({ env: { IGNORE_TERM: '1' }, stopTimeout: 60_000 });
    const pid = Number(await visitApp(supervisor));
    const over = supervisor.shutDown();
    supervisor.kill();
    await over;
    expect(isAlive(pid)).toBe(false);
    expect(supervisor.acquire('shop')).toMatchObject({ kind: 'refusal', cause: 'gone' });
  });
});

describe('a deploy', () => {
  /** Requests one after the other, several at once, until the returned function is called; what they were answered. */
  function keepAsking(): () => Promise<readonly string[]> {
    const answers: string[] = [];
    let isOver = false;
    const loops = Array.from({ length: 8 }, async () => {
      while (!isOver) answers.push(await visitApp(apps.supervisor));
    });
    return async () => {
      isOver = true;
      await Promise.all(loops);
      return answers;
    };
  }

  it('fails no request: the new process is ready before the old one leaves', async () => {
    const { supervisor } = make();
    apps.apply({ env: { ANSWER_MS: '20', START_MS: '300' }, instances: 2 });
    const old = await visitApp(supervisor);
    const end = keepAsking();
    const leaving: number[] = [];
    supervisor.onLeaving(({ id }) => leaving.push(id));
    expect(await supervisor.restart('shop')).toEqual({ isDone: true });
    await untilGone(Number(old));
    const answers = await end();
    expect(answers.length).toBeGreaterThan(20);
    // The other one of the old may have been busy longer.
    const report = await until('the end of the old processes', () => {
      const now = supervisor.report('shop');
      return now?.instances.length === 2 ? now : undefined;
    });
    expect(report).toMatchObject({ state: 'ready', starts: 4, restarts: 0, waiting: 0, busy: 0 });
    expect(new Set(leaving).size).toBe(2);
  });

  it('at a fixed address holds requests while one process takes the place of the other', async () => {
    const { supervisor } = make();
    const port = await freePort();
    apps.apply({ address: { kind: 'tcp', host: '127.0.0.1', port }, env: { ANSWER_MS: '20' } });
    const old = await visitApp(supervisor);
    const end = keepAsking();
    expect(await supervisor.restart('shop')).toEqual({ isDone: true });
    expect(isAlive(Number(old))).toBe(false);
    await visitApp(supervisor);
    const answers = await end();
    expect(new Set(answers).size).toBe(2);
    expect(await isListening(port)).toBe(true);
  });

  it('that goes wrong leaves the old process in force', async () => {
    const { supervisor } = make();
    apps.apply({});
    const old = await visitApp(supervisor);
    apps.write('app.mjs', 'console.error("a mistake"); process.exit(1);');
    const outcome = await supervisor.restart('shop');
    expect(outcome).toEqual({
      isDone: false,
      why: 'app shop: the new process ended with exit code 1 before it was ready; the old one goes on',
    });
    expect(await visitApp(supervisor)).toBe(old);
    await until('the end of the attempt', () => (apps.pids().length === 1 ? true : undefined));
    expect(supervisor.report('shop')).toMatchObject({ state: 'ready', failuresInRow: 0 });
    expect(supervisor.report('shop')?.output).toContain('a mistake');
  });

  it('follows a changed configuration; what is unchanged keeps its process, what is missing ends', async () => {
    const { supervisor } = make();
    apps.apply({ name: 'same' }, { name: 'changed' }, { name: 'removed' });
    const before = Object.fromEntries(
      await Promise.all(
        ['same', 'changed', 'removed'].map(async (name) => [name, await visitApp(supervisor, '/', name)]),
      ),
    ) as Record<string, string>;
    apps.apply({ name: 'same', idleStop: 60_000, hold: 5000 }, { name: 'changed', env: { MORE: '1' } });
    await untilGone(Number(before.removed));
    await untilGone(Number(before.changed));
    expect(await visitApp(supervisor, '/', 'same')).toBe(before.same);
    expect(await visitApp(supervisor, '/', 'changed')).not.toBe(before.changed);
    expect(supervisor.acquire('removed')).toMatchObject({ kind: 'refusal', cause: 'gone' });
    expect(supervisor.reports().map(({ name }) => name)).toEqual(['same', 'changed']);
  });

  it('changes how many processes there are', async () => {
    const { supervisor } = make();
    apps.apply({ instances: 1 });
    const first = await visitApp(supervisor);
    apps.apply({ instances: 3 });
    const count = (wanted: number) => (): true | undefined => {
      const { instances = [] } = supervisor.report('shop') ?? {};
      return instances.length === wanted && instances.every(({ state }) => state === 'ready')
        ? true
        : undefined;
    };
    await until('three processes', count(3));
    apps.apply({ instances: 1 });
    await until('one process', count(1));
    expect(await visitApp(supervisor)).toBe(first);
  });

  it('keeps requests that are under way in the old process', async () => {
    const { supervisor } = make();
    apps.apply({ env: { ANSWER_MS: '1500' } });
    const lease = await obtain(supervisor);
    if (lease.kind === 'refusal') throw new Error(lease.why);
    const answer = askInstance(lease.instance);
    expect(await supervisor.restart('shop')).toEqual({ isDone: true });
    const old = Number(await answer);
    expect(await visitApp(supervisor)).not.toBe(String(old));
    expect(isAlive(old)).toBe(true);
    lease.release();
    await untilGone(old);
  });
});
