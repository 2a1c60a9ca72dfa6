// What keeps a server from starting, in words; and the PidFile, which tells who serves.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkshop, visit, type Workshop } from '../support/command.ts';
import { freePort } from '../support/ports.ts';
import { isListening, until } from '../support/scene.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

describe('a server that cannot start', () => {
  it('names the port that is taken and how to find who has it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(shop.port, '127.0.0.1', resolve));
    shop.write('site.conf', 'ServerName x\nListen 127.0.0.1:{PORT}\n');
    const { code, out, err } = await shop.run(['serve', '-f', 'site.conf']);
    other.close();
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toBe(
      `portico: Listen 127.0.0.1:${shop.port}: another program already listens on port ${shop.port}\n` +
        `  Stop it (\`ss -ltnp 'sport = :${shop.port}'\` shows which one it is) or choose another port.\n`,
    );
  });

  it('names every log that it cannot open, once', async () => {
    shop.write(
      'site.conf',
      'Listen 127.0.0.1:{PORT}\nErrorLog {ROOT}/a/error.log\nCustomLog {ROOT}/b/access.log "%U"\n',
    );
    const { code, err } = await shop.run(['serve', '-f', 'site.conf']);
    expect(code).toBe(1);
    expect(err).toMatch(/^portico: AH00015: Unable to open logs: .*\/a\/error\.log'; .*\/b\/access\.log'\n/);
    expect(err.match(/error\.log/g)).toHaveLength(1);
    expect(await isListening(shop.port)).toBe(false);
  });

  it('asks for a Listen line where there is none', async () => {
    shop.write('site.conf', 'ServerName x\n');
    const { code, err } = await shop.run(['serve', '-f', 'site.conf']);
    expect(code).toBe(1);
    expect(err).toBe(
      'portico: no listening sockets available, shutting down\n  Add a line such as `Listen 8080`.\n',
    );
  });
});

describe('a server without an ErrorLog', () => {
  it('says on standard error what goes wrong, and makes no file', async () => {
    const dead = await freePort();
    shop.write(
      'site.conf',
      `ServerName x\nListen 127.0.0.1:{PORT}\nProxyPass /app http://127.0.0.1:${dead}\n`,
    );
    const server = shop.start(['serve', '-f', 'site.conf']);
    await server.ready();
    await visit(shop.port, '/app');
    await until('the line', () => server.err().includes('[proxy:error]') || undefined);
    expect(readdirSync(shop.root)).toEqual(['site.conf']);
  });
});

describe('the PidFile', () => {
  const conf = 'ServerName x\nListen 127.0.0.1:{PORT}\nPidFile {ROOT}/pid\n';

  it('has the number of the process for as long as it serves', async () => {
    shop.write('site.conf', conf);
    const server = shop.start(['serve', '-f', 'site.conf']);
    await server.ready();
    expect(shop.read('pid')).toBe(`${server.pid}\n`);
    server.signal('SIGTERM');
    await server.ended;
    expect(existsSync(`${shop.root}/pid`)).toBe(false);
  });

  it('of a server that lives keeps a second one from starting, and is left alone', async () => {
    shop.write('site.conf', conf);
    const server = shop.start(['serve', '-f', 'site.conf']);
    await server.ready();
    const { code, err } = await shop.run(['serve', '-f', 'site.conf']);
    expect(code).toBe(1);
    expect(err).toBe(
      `portico: ${shop.root}/pid: process ${server.pid} already serves this configuration\n` +
        `  Stop it with \`kill ${server.pid}\`, or give this one a PidFile of its own.\n`,
    );
    expect(shop.read('pid')).toBe(`${server.pid}\n`);
  });

  it('of a server that was killed is replaced', async () => {
    shop.write('site.conf', conf);
    const killed = shop.start(['serve', '-f', 'site.conf']);
    await killed.ready();
    killed.signal('SIGKILL');
    await killed.ended;
    expect(shop.read('pid')).toBe(`${killed.pid}\n`);
    const server = shop.start(['serve', '-f', 'site.conf']);
    await server.ready();
    expect(shop.read('pid')).toBe(`${server.pid}\n`);
  });

  it('is replaced where its number was given to a younger process', async () => {
    const younger = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    const file = shop.write('pid', `${younger.pid}\n`);
    const lastYear = Date.now() / 1000 - 365 * 86_400;
    utimesSync(file, lastYear, lastYear);
    shop.write('site.conf', conf);
    const server = shop.start(['serve', '-f', 'site.conf']);
    await server.ready().finally(() => younger.kill('SIGKILL'));
    expect(shop.read('pid')).toBe(`${server.pid}\n`);
  });

  it('is not left behind by a start that fails', async () => {
    shop.write('site.conf', `${conf}ErrorLog {ROOT}/missing/error.log\n`);
    expect((await shop.run(['serve', '-f', 'site.conf'])).code).toBe(1);
    expect(existsSync(`${shop.root}/pid`)).toBe(false);
  });

  it('that is not a number is no hindrance', async () => {
    shop.write('pid', 'not a number\n');
    shop.write('site.conf', conf);
    const server = shop.start(['serve', '-f', 'site.conf']);
    await server.ready();
    expect(shop.read('pid')).toBe(`${server.pid}\n`);
  });
});
