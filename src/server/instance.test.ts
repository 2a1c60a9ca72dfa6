import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../test/support/ports.ts';
import { stubModule } from '../../test/support/stub-site.ts';
import { createMemoryIo } from '../conf/memory-io.ts';
import { readSite, type SiteResult } from '../conf/site.ts';
import type { CoreServerConfig } from '../request/core-config.ts';
import type { Hook } from '../request/exchange.ts';
import type { Module } from '../request/module.ts';
import { OK } from '../request/verdict.ts';
import { ConfigurationError, type ServerInstance, type ServerOptions, startServer } from './instance.ts';
import { StartError } from './start-error.ts';

let folder: string;
const running: ServerInstance[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-instance-'));
});

afterEach(async () => {
  for (const instance of running.splice(0)) {
    instance.cut();
    await instance.stop(0);
  }
  rmSync(folder, { recursive: true });
});

function siteOf(module: Module): SiteResult {
  return readSite({ sources: [], modules: [module], io: createMemoryIo({}) });
}

const anyPort = [{ host: '127.0.0.1', port: 0 }];

function says(text: string): Hook {
  return (x) => {
    x.responseBody = text;
    return OK;
  };
}

async function start(
  hook: Hook,
  core: Partial<CoreServerConfig> = {},
  more: Partial<ServerOptions> = { listens: anyPort },
): Promise<ServerInstance> {
  const module = stubModule(hook, core);
  const instance = await startServer({ read: () => siteOf(module), modules: [module], ...more });
  running.push(instance);
  return instance;
}

/** A client that sends a request and resets the connection before the server has accepted it. */
function askAndReset(port: number): void {
  const script = `const s = require('node:net').connect(${port}, '127.0.0.1', () => {
    s.write('POST / HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: 0\\r\\n\\r\\n', () => s.resetAndDestroy());
  });`;
  // The server runs in this process, which waits meanwhile.
  expect(spawnSync(process.execPath, ['-e', script]).status).toBe(0);
}

async function get(port: number, path = '/'): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(socket, 'close');
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

describe('a server', () => {
  it('serves on the Listen lines of its configuration and says where', async () => {
    const port = await freePort();
    const instance = await start(says('here'), { listens: [{ host: '127.0.0.1', port }] }, {});
    expect(instance.urls).toEqual([`http://127.0.0.1:${port}`]);
    expect(await get(port)).toBe('here');
  });

  it('listens on IPv4 and IPv6 where a line names only a port', async () => {
    const port = await freePort();
    const instance = await start(says('both'), { listens: [{ port }] }, {});
    expect(instance.urls).toEqual([`http://localhost:${port}`]);
    expect(await get(port)).toBe('both');
  });

  it('does not start without a Listen line', async () => {
    await expect(start(says(''), {}, {})).rejects.toThrow('no listening sockets available');
  });

  it('names the Listen line and the way out when the port is taken, and leaves nothing open', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const free = await freePort();
    const listens = [
      { host: '127.0.0.1', port: free },
      { host: '127.0.0.1', port },
    ];
    const failure = await start(says(''), { listens }, {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartError);
    expect(String(failure)).toContain(`Listen 127.0.0.1:${port}: another program already listens`);
    other.close();
    const again = createServer();
    await new Promise<void>((resolve) => again.listen(free, '127.0.0.1', resolve));
    again.close();
  });

  it('names an address the machine does not have', async () => {
    await expect(start(says(''), { listens: [{ host: '192.0.2.1', port: 8080 }] }, {})).rejects.toThrow(
      'Listen 192.0.2.1:8080: this machine has no address 192.0.2.1',
    );
  });

  it('does not start with a configuration that has errors', async () => {
    const module = stubModule(says(''));
    const read = (): SiteResult =>
      readSite({
        sources: [{ name: 'a.conf', text: 'Nonsense on' }],
        modules: [module],
        io: createMemoryIo({}),
      });
    await expect(startServer({ read, modules: [module], listens: anyPort })).rejects.toBeInstanceOf(
      ConfigurationError,
    );
  });

  it('does not start with a log it cannot write', async () => {
    await expect(start(says(''), { errorLog: join(folder, 'missing/error.log') })).rejects.toThrow(
      'AH00015: Unable to open logs',
    );
  });

  it('writes a PidFile and removes it', async () => {
    const pidFile = join(folder, 'portico.pid');
    writeFileSync(pidFile, '4194304\n');
    const instance = await start(says(''), { pidFile });
    expect(readFileSync(pidFile, 'latin1')).toBe(`${process.pid}\n`);
    await instance.stop();
    expect(existsSync(pidFile)).toBe(false);
  });

  it('does not start beside the process of its PidFile', async () => {
    const pidFile = join(folder, 'portico.pid');
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20000)']);
    await once(other, 'spawn');
    writeFileSync(pidFile, `${other.pid}\n`);
    await expect(start(says(''), { pidFile })).rejects.toThrow(`process ${other.pid} already serves`);
    expect(existsSync(pidFile)).toBe(true);
    other.kill('SIGKILL');
  });
});

describe('reload', () => {
  it('answers new requests from the new site while the old one finishes', async () => {
    const closed: string[] = [];
    let begun: () => void = () => {};
    let letGo: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const mayEnd = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const versionOf = (text: string, wait: () => Promise<void>): Module => ({
      ...stubModule(async (x) => {
        await wait();
        x.responseBody = text;
        return OK;
      }),
      close: () => void closed.push(text),
    });
    const first = versionOf('old', () => {
      begun();
      return mayEnd;
    });
    const second = versionOf('new', async () => {});
    let module = first;
    const instance = await startServer({
      read: () => siteOf(module),
      modules: [first, second],
      listens: anyPort,
    });
    running.push(instance);
    const [port = 0] = instance.ports;
    const slow = get(port);
    await hasBegun;
    module = second;
    await instance.reload();
    expect(await get(port)).toBe('new');
    expect(closed).toEqual([]);
    letGo();
    expect(await slow).toBe('old');
    await expect.poll(() => closed).toEqual(['old']);
  });

  it('keeps everything when the new configuration cannot be used', async () => {
    const module = stubModule(says('steady'));
    let text = '';
    const instance = await startServer({
      read: () => readSite({ sources: [{ name: 'a', text }], modules: [module], io: createMemoryIo({}) }),
      modules: [module],
      listens: anyPort,
    });
    running.push(instance);
    text = 'Nonsense';
    await expect(instance.reload()).rejects.toBeInstanceOf(ConfigurationError);
    expect(await get(instance.ports[0] ?? 0)).toBe('steady');
  });

  it('opens and closes listeners as the Listen lines change', async () => {
    const [a, b] = [await freePort(), await freePort()];
    const listens = (ports: number[]): Partial<CoreServerConfig> => ({
      listens: ports.map((port) => ({ host: '127.0.0.1', port })),
    });
    const first = stubModule(says('1'), listens([a]));
    const second = stubModule(says('2'), listens([b]));
    let module = first;
    const instance = await startServer({ read: () => siteOf(module), modules: [first, second] });
    running.push(instance);
    expect(await get(a)).toBe('1');
    module = second;
    await instance.reload();
    expect(await get(b)).toBe('2');
    const refused = connect({ port: a, host: '127.0.0.1' });
    const [error] = await once(refused, 'error');
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('stop', () => {
  it('finishes what is running, then closes the site', async () => {
    let isClosed = false;
    const module: Module = {
      ...stubModule(async (x) => {
        await sleep(100);
        x.responseBody = 'finished';
        return OK;
      }),
      close: () => {
        isClosed = true;
      },
    };
    const instance = await startServer({ read: () => siteOf(module), modules: [module], listens: anyPort });
    const answer = get(instance.ports[0] ?? 0);
    await sleep(30);
    await instance.stop();
    expect(await answer).toBe('finished');
    expect(isClosed).toBe(true);
  });

  it('cuts what is not finished at the deadline', async () => {
    const told: string[] = [];
    const instance = await start(
      () => new Promise(() => undefined),
      {},
      { listens: anyPort, tell: (t) => told.push(t) },
    );
    const answer = get(instance.ports[0] ?? 0);
    await sleep(30);
    const from = Date.now();
    await instance.stop(80);
    expect(Date.now() - from).toBeLessThan(1000);
    expect(await answer).toBe('');
    expect(told.at(-1)).toContain('1 connections were cut');
  });
});

describe('a connection that is reset before it is accepted', () => {
  it('is nobody: no request of it is served, since rules on addresses could not hold for it', async () => {
    const served: string[] = [];
    const instance = await start((x) => {
      served.push(x.clientAddress);
      x.responseBody = '';
      return OK;
    });
    const [port = 0] = instance.ports;
    for (let i = 0; i < 3; i++) askAndReset(port);
    await get(port);
    expect(served).toEqual(['127.0.0.1']);
  });
});
