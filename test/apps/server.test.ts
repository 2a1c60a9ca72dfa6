// A server and the processes that it started: they end with it, outlive its reloads, and what a killed server leaves is
// cleared by the next one.
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Command, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { until } from '../support/scene.ts';
import { serverUser } from '../support/server-user.ts';
import { isAlive, untilGone } from '../support/supervised.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
  shop.write('app.mjs', APP);
});

afterEach(() => shop.close());

/** Answers its process and that of a child which lives for as long as nobody ends it. */
const APP = `import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
const { pid } = spawn('sleep', ['1000'], { stdio: 'ignore' });
if (process.env.IGNORE_TERM) process.on('SIGTERM', () => undefined);
console.error('one line, ' + (process.env.WORD ?? 'no word'));
createServer((request, response) => {
  setTimeout(() => response.end(process.pid + ' ' + pid), request.url === '/slow' ? 300 : 0);
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

function siteOf(...lines: readonly string[]): string {
  return `Listen 127.0.0.1:{PORT}
ServerName x
ErrorLog {ROOT}/error.log
<App shop>
AppCommand "${process.execPath} app.mjs"
AppDirectory {ROOT}
AppReady http:/
${lines.join('\n')}
</App>
ProxyPass / app://shop/
`;
}

/** What is kept for the next start goes into the workshop. */
async function serve(conf: string): Promise<Command> {
  shop.write('site.conf', conf);
  const server = shop.start(['serve', '-f', 'site.conf'], { env: { TMPDIR: shop.root } });
  await server.ready();
  return server;
}

async function pids(): Promise<readonly [number, number]> {
  const { status, text } = await visit(shop.port);
  expect(status).toBe(200);
  const [pid, child] = text.split(' ').map(Number);
  return [pid!, child!];
}

async function reload(server: Command, conf: string): Promise<void> {
  const before = server.err().length;
  shop.write('site.conf', conf);
  server.signal('SIGHUP');
  await until('the reload', () =>
    server.err().slice(before).includes('the configuration was read again') ? true : undefined,
  );
}

function recordsLeft(): readonly string[] {
  const folder = readdirSync(shop.root).find((name) => name.startsWith('portico-apps-'));
  return folder === undefined ? [] : readdirSync(`${shop.root}/${folder}`);
}

describe('the end of a server', () => {
  it('ends what it started, whole, and leaves no record', async () => {
    const server = await serve(siteOf());
    const [pid, child] = await pids();
    expect(recordsLeft().length).toBe(1);
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(isAlive(pid)).toBe(false);
    await untilGone(child);
    expect(recordsLeft()).toEqual([]);
  });

  it('enforces it where a process ignores the signal, after AppStopTimeout', async () => {
    const server = await serve(siteOf('AppEnv IGNORE_TERM=1', 'AppStopTimeout 1s'));
    const [pid] = await pids();
    const began = Date.now();
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(Date.now() - began).toBeGreaterThanOrEqual(1000);
    expect(isAlive(pid)).toBe(false);
  });

  it('waits for nobody when it is told twice', async () => {
    const server = await serve(siteOf('AppEnv IGNORE_TERM=1', 'AppStopTimeout 10min'));
    const [pid, child] = await pids();
    server.signal('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(isAlive(pid)).toBe(true);
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    await untilGone(pid);
    await untilGone(child);
  });

  it('answers first what is under way', async () => {
    const server = await serve(siteOf());
    await pids();
    const slow = visit(shop.port, '/slow');
    await new Promise((resolve) => setTimeout(resolve, 100));
    server.signal('SIGTERM');
    expect((await slow).status).toBe(200);
    expect(await server.ended).toBe(0);
  });
});

describe('a crash', () => {
  /** `/once` ends the first process that is asked, in the midst of its work. */
  const DYING = `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    if (request.url !== '/') appendFileSync('asked', request.method + request.url + '\\n');
    if (request.url === '/always' || (request.url === '/once' && !existsSync('died'))) {
      writeFileSync('died', '');
      setTimeout(() => process.exit(1), 50);
    } else response.end('alive');
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
`;

  it('under a request that may be sent twice is not seen by the client', async () => {
    shop.write('app.mjs', DYING);
    await serve(siteOf());
    expect(await visit(shop.port, '/once')).toEqual({ status: 200, text: 'alive' });
    expect(shop.read('asked')).toBe('GET/once\nGET/once\n');
  });

  it('under any other is answered with 502, once; one that ends every process is tried three times', async () => {
    shop.write('app.mjs', DYING);
    await serve(siteOf('AppHold 30s'));
    const posted = await fetch(`http://127.0.0.1:${shop.port}/once`, { method: 'POST', body: 'x' });
    expect(posted.status).toBe(502);
    expect(shop.read('asked')).toBe('POST/once\n');
    expect((await visit(shop.port, '/')).text).toBe('alive');
    expect((await visit(shop.port, '/always')).status).toBe(502);
    expect(shop.read('asked')).toBe('POST/once\nGET/always\nGET/always\nGET/always\n');
    expect((await visit(shop.port, '/')).text).toBe('alive');
  });
});

describe('a server that was killed', () => {
  it('leaves processes, which the next one ends before it starts its own', async () => {
    const conf = siteOf(`AppAddress http://127.0.0.1:${await freePort()}`);
    const first = await serve(conf);
    const [pid, child] = await pids();
    first.signal('SIGKILL');
    await first.ended;
    expect(isAlive(pid)).toBe(true);
    expect(isAlive(child)).toBe(true);
    const second = await serve(conf);
    const [next] = await pids();
    expect(next).not.toBe(pid);
    await untilGone(pid);
    await untilGone(child);
    expect(shop.read('error.log')).toContain(
      `app shop: process ${pid} was left by a server that was killed: it is ended`,
    );
    second.signal('SIGTERM');
    await second.ended;
    expect(recordsLeft()).toEqual([]);
  });

  it('is cleared up after also where no application is left in the configuration', async () => {
    const first = await serve(siteOf());
    const [pid, child] = await pids();
    first.signal('SIGKILL');
    await first.ended;
    await serve('Listen 127.0.0.1:{PORT}\nServerName x\nErrorLog {ROOT}/error.log\n');
    await untilGone(pid);
    await untilGone(child);
  });

  it('is none while it lives: two servers with the same file leave each other alone', async () => {
    const ports = [shop.port, await freePort()] as const;
    shop.write('site.conf', siteOf().replace('{PORT}', '${SHOP_PORT}'));
    const processes: string[] = [];
    for (const port of ports) {
      const env = { TMPDIR: shop.root, SHOP_PORT: String(port) };
      await shop.start(['serve', '-f', 'site.conf'], { env }).ready();
      processes.push((await visit(port)).text);
    }
    expect(recordsLeft().length).toBe(2);
    expect((await visit(ports[0])).text).toBe(processes[0]);
    expect((await visit(ports[1])).text).toBe(processes[1]);
    expect(shop.read('error.log')).not.toContain('was left by a server');
  });
});

describe('a reload', () => {
  it('keeps the processes of what is unchanged', async () => {
    const server = await serve(siteOf());
    const before = await pids();
    await reload(server, `${siteOf('AppHold 3s', 'AppIdleStop 1h')}Redirect 410 /gone\n`);
    expect(await pids()).toEqual(before);
  });

  it('replaces the processes of what has changed, and fails no request', async () => {
    const server = await serve(siteOf('AppInstances 2'));
    const [pid, child] = await pids();
    const statuses = new Map<number, number>();
    let isOver = false;
    const clients = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        const { status } = await visit(shop.port, Math.random() < 0.3 ? '/slow' : '/');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    await reload(server, siteOf('AppInstances 2', 'AppEnv WORD=new'));
    await untilGone(pid);
    await untilGone(child);
    isOver = true;
    await Promise.all(clients);
    expect([...statuses.keys()]).toEqual([200]);
    expect(statuses.get(200)).toBeGreaterThan(10);
    expect(shop.read('error.log')).toMatch(/app shop \[\d+\]: one line, new/);
  });

  it('that cannot be used keeps everything; one that removes the application ends it', async () => {
    const server = await serve(siteOf());
    const [pid, child] = await pids();
    shop.write('site.conf', siteOf('AppEnv WORD=new', 'AppNonsense'));
    server.signal('SIGHUP');
    await until('the refusal', () => (server.err().includes('stays in force') ? true : undefined));
    expect((await pids())[0]).toBe(pid);
    await reload(server, 'Listen 127.0.0.1:{PORT}\nServerName x\nRedirect 410 /\n');
    expect((await visit(shop.port)).status).toBe(410);
    await untilGone(pid);
    await untilGone(child);
  });
});

describe('what an application prints', () => {
  it('is in the error log, every line once and at every LogLevel', async () => {
    const server = await serve(`LogLevel emerg\n${siteOf()}`);
    const [pid] = await pids();
    server.signal('SIGTERM');
    await server.ended;
    const lines = shop
      .read('error.log')
      .split('\n')
      .filter((line) => line.includes('one line'));
    expect(lines.length).toBe(1);
    expect(lines[0]).toMatch(
      new RegExp(`\\[app:error\\] \\[pid \\d+\\] app shop \\[${pid}\\]: one line, no word$`),
    );
  });

  it('is in a log of its own where it has one, as it was printed', async () => {
    const server = await serve(siteOf('AppLog {ROOT}/shop.log'));
    await pids();
    server.signal('SIGTERM');
    await server.ended;
    expect(shop.read('shop.log')).toBe('one line, no word\n');
    expect(shop.read('error.log')).not.toContain('one line');
  });
});

describe('AppUser', () => {
  it('is refused where the server may not become that user', async () => {
    shop.write('site.conf', siteOf('AppUser root'));
    const user = serverUser === undefined ? {} : { user: serverUser };
    const server = shop.start(['serve', '-f', 'site.conf'], { env: { TMPDIR: shop.root }, ...user });
    expect(await server.ended).toBe(1);
    expect(server.err()).toContain('AppUser root');
  });
});
