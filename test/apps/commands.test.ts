// `portico apps`: what people and scripts see of the applications of a running server, and what they can do to them.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask, NODE_APP, PASS_ALL, shopSection } from '../support/app-scene.ts';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { testAsRoot } from '../support/parts.ts';
import { until } from '../support/scene.ts';
import { serverUser } from '../support/server-user.ts';

let shop: Workshop;
let env: { TMPDIR: string };

beforeEach(async () => {
  shop = await openWorkshop();
  shop.write('shop/server.cjs', NODE_APP);
  mkdirSync(join(shop.root, 'tmp'));
  env = { TMPDIR: join(shop.root, 'tmp') };
});

afterEach(() => shop.close());

type Server = ReturnType<Workshop['start']>;

async function start(conf = shopSection() + PASS_ALL, words: readonly string[] = []): Promise<Server> {
  shop.write('site.conf', `Listen 127.0.0.1:{PORT}\nServerName localhost\n${conf}`);
  const server = shop.start(['serve', '-f', 'site.conf', ...words], { env });
  await server.ready();
  return server;
}

const apps = (...words: string[]): ReturnType<Workshop['run']> => shop.run(['apps', ...words], { env });

const visit = (path = '/'): ReturnType<typeof ask> => ask(`http://127.0.0.1:${shop.port}${path}`);

interface Listed {
  readonly server: { readonly pid: number; readonly configuration: string; readonly urls: readonly string[] };
  readonly apps: readonly {
    readonly name: string;
    readonly state: string;
    readonly requests: number;
    readonly instances: readonly { readonly pid: number; readonly memory?: number }[];
  }[];
}

describe('portico apps', () => {
  test('shows every application of this user, as a table and as JSON', async () => {
    const server = await start();
    const before = await apps();
    expect(before.code).toBe(0);
    expect(before.out).toMatch(
      /^NAME +STATE +PID +UPTIME +REQUESTS +BUSY +WAITING +RESTARTS +MEMORY +ADDRESS\n/m,
    );
    expect(before.out).toMatch(/^shop +stopped +- +- +0 +0 +0 +0 +- +-$/m);
    const { pid } = (await visit()).told;
    const after = await apps();
    expect(after.out).toContain(`${shop.root}/site.conf (pid ${server.pid}, http://127.0.0.1:${shop.port})`);
    expect(after.out).toMatch(
      new RegExp(`^shop +ready +${pid} +\\d+s +1 +0 +0 +0 +\\d+\\.\\dM +127\\.0\\.0\\.1:\\d+$`, 'm'),
    );
    const [listed] = JSON.parse((await apps('--json')).out) as Listed[];
    expect(listed).toMatchObject({
      server: { pid: server.pid, configuration: `${shop.root}/site.conf` },
      apps: [{ name: 'shop', state: 'ready', requests: 1, instances: [{ pid }] }],
    });
    expect(listed!.apps[0]!.instances[0]!.memory).toBeGreaterThan(1_000_000);
  });

  test('starts, stops and restarts one', async () => {
    await start();
    const started = await apps('start', 'shop');
    expect(started).toMatchObject({ code: 0, out: expect.stringMatching(/^shop: started \(pid \d+\)\n$/) });
    const { pid } = (await visit()).told;
    expect(started.out).toContain(String(pid));

    const restarted = await apps('restart', 'SHOP');
    expect(restarted).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^shop: restarted \(pid \d+\)\n$/),
    });
    const other = (await visit()).told.pid;
    expect(other).not.toBe(pid);

    expect(await apps('stop', 'shop')).toMatchObject({ code: 0, out: 'shop: stopped\n' });
    expect((await visit()).status).toBe(503);
    expect((await apps()).out).toMatch(/^shop +stopped \(by command\) /m);
    expect((await apps('start', 'shop')).code).toBe(0);
    expect((await visit()).status).toBe(200);
  });

  test('says why an application cannot be restarted, and the old one goes on', async () => {
    await start();
    const { pid } = (await visit()).told;
    shop.write('shop/version', 'broken');
    const restarted = await apps('restart', 'shop');
    expect(restarted.code).toBe(1);
    expect(restarted.err).toMatch(/the new process ended with exit code 1.*; the old one goes on/);
    expect((await visit()).told.pid).toBe(pid);
  });

  test('knows what it cannot do', async () => {
    expect(await apps()).toMatchObject({
      code: 1,
      err: expect.stringContaining('no portico with applications of this user'),
    });
    await start();
    expect(await apps('restart', 'shpo')).toMatchObject({
      code: 1,
      err: 'portico: there is no application shpo; there is shop\n',
    });
    expect(await apps('restart')).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs the name of an application'),
    });
    expect(await apps('list', 'shop')).toMatchObject({ code: 2 });
    expect(await apps('dance', 'shop')).toMatchObject({
      code: 2,
      err: expect.stringContaining('an action is one of'),
    });
    expect(await apps('--control', 'nowhere')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no portico listens at'),
    });
    shop.write('other.conf', 'Listen 127.0.0.1:1\n');
    expect(await apps('-f', 'other.conf')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no portico with applications runs on'),
    });
  });

  test('asks the server whose configuration is named, where several run', async () => {
    await start();
    const { pid } = (await visit()).told;
    const other = await openWorkshop();
    try {
      other.write('shop/server.cjs', NODE_APP);
      other.write('site.conf', `Listen 127.0.0.1:{PORT}\nServerName localhost\n${shopSection()}${PASS_ALL}`);
      await other.start(['serve', '-f', 'site.conf'], { env }).ready();
      expect((await apps()).out.match(/^shop +/gm)).toHaveLength(2);
      const unclear = await apps('stop', 'shop');
      expect(unclear.code).toBe(1);
      expect(unclear.err).toContain('several servers have an application shop; say which with -f FILE');
      expect((await apps('restart', 'shop', '-f', 'site.conf')).code).toBe(0);
      expect((await visit()).told.pid).not.toBe(pid);
    } finally {
      await other.close();
    }
  });
});

describe('portico explain', () => {
  test('shows what an application would be asked, and starts nothing', async () => {
    shop.write('site.conf', `Listen 127.0.0.1:{PORT}\nServerName localhost\n${shopSection()}${PASS_ALL}`);
    const explained = await shop.run(['explain', '-f', 'site.conf', '/cart?item=1'], { env });
    expect(explained.code).toBe(0);
    expect(explained.out).toContain('ProxyPass / app://shop/');
    expect(explained.out).toContain('GET /cart?item=1 HTTP/1.1');
    expect(existsSync(join(shop.root, 'shop/starts'))).toBe(false);
  });
});

describe('the control channel', () => {
  const path = (): string => join(shop.root, 'own.control');
  const CONF = `AppControl {ROOT}/own.control\n${shopSection()}${PASS_ALL}`;

  test('stands where the configuration says, for its user alone, and goes with the server', async () => {
    const server = await start(CONF);
    expect(lstatSync(path()).mode & 0o777).toBe(0o600);
    expect((await apps('--control', 'own.control')).code).toBe(0);
    expect((await apps('-f', 'site.conf')).code).toBe(0);
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(existsSync(path())).toBe(false);
  });

  test('stands beside the PidFile', async () => {
    await start(`PidFile {ROOT}/portico.pid\n${shopSection()}${PASS_ALL}`);
    expect((await apps('--control', 'portico.control')).code).toBe(0);
    expect((await apps('-f', 'site.conf')).code).toBe(0);
  });

  test('is found wherever it stands, until the server is gone', async () => {
    const server = await start(CONF);
    expect((await apps()).out).toMatch(/^shop +/m);
    expect((await shop.run(['restart', 'shop'], { env })).out).toMatch(/^shop: restarted/);
    server.signal('SIGTERM');
    await server.ended;
    expect(await apps()).toMatchObject({
      code: 1,
      err: expect.stringContaining('no portico with applications'),
    });
    expect(readdirSync(join(env.TMPDIR, `portico-${process.geteuid?.()}`))).toEqual([]);
  });

  test('is left out where the configuration says so, and where there are no applications', async () => {
    const server = await start(`AppControl off\n${shopSection()}${PASS_ALL}`);
    expect(await apps('-f', 'site.conf')).toMatchObject({
      code: 1,
      err: expect.stringContaining('says AppControl off'),
    });
    server.signal('SIGTERM');
    await server.ended;
    await start('AppControl {ROOT}/own.control\n');
    expect(existsSync(path())).toBe(false);
  });

  test('is not put into a folder where others may write', async () => {
    const folder = join(env.TMPDIR, `portico-${process.geteuid?.()}`);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const server = await start();
    await until('the warning', () =>
      /cannot ask this server: .* others may write there/.test(server.err()) ? true : undefined,
    );
    expect((await visit()).status).toBe(200);
    expect((await apps()).code).toBe(1);
  });

  testAsRoot('is opened by nobody else', async () => {
    await start(CONF);
    const stranger = await shop.run(['apps', '--control', 'own.control'], { env, user: serverUser });
    expect(stranger).toMatchObject({
      code: 1,
      err: expect.stringContaining('permission denied; ask as the user who started portico'),
    });
  });

  test('takes the place of one that a dead server has left', async () => {
    const server = await start(CONF);
    server.signal('SIGKILL');
    await server.ended;
    expect(existsSync(path())).toBe(true);
    expect((await apps('--control', 'own.control')).err).toContain('no portico listens at');
    await start(CONF);
    expect((await apps('--control', 'own.control')).code).toBe(0);
  });

  test("leaves alone what is no server's", async () => {
    shop.write('own.control', 'a file');
    const server = await start(CONF);
    await until('the warning', () =>
      /is there already, and is no socket/.test(server.err()) ? true : undefined,
    );
    expect(shop.read('own.control')).toBe('a file');
    expect(await apps('--control', 'own.control')).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not a socket'),
    });
  });

  test('does not take the place of a server that lives', async () => {
    const listener = createServer((socket) => socket.end('no answer\n'));
    await new Promise<void>((resolve) => listener.listen(path(), resolve));
    try {
      const server = await start(CONF);
      await until('the warning', () => (/cannot ask this server/.test(server.err()) ? true : undefined));
      expect(await apps('--control', 'own.control')).toMatchObject({
        code: 1,
        err: expect.stringContaining('without an answer'),
      });
    } finally {
      listener.close();
    }
  });

  test.each([
    ['{"do":"apps"}\n', /^\{"ok":true,/],
    ['nonsense\n', /^\{"ok":false,"why":"not a request/],
    ['{"do":"stop","app":"../x"}\n', /^\{"ok":false,"why":"not a request/],
    ['{"do":"stop","app":"none"}\n', /^\{"ok":false,"why":"there is no application none/],
    ['{"do":"kill","app":"shop"}\n', /^\{"ok":false,"why":"not a request/],
    ['x'.repeat(5000), /^\{"ok":false,"why":"not a request/],
  ])('answers %j', async (line, expected) => {
    await start(CONF);
    const socket = connect(path());
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
    });
    socket.on('error', () => undefined);
    socket.write(line);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(text).toMatch(expected);
    expect((await apps('--control', 'own.control')).code).toBe(0);
  });
});
