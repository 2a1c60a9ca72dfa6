// The command line program as a process: what it prints, how it starts, reloads and ends.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEchoBackend } from './support/echo-backend.ts';
import { freePort } from './support/ports.ts';
import { isListening } from './support/scene.ts';

/** The built command line program. */
const porticoCli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

let folder: string;
let port: number;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'portico-serve-'));
  port = await freePort();
  mkdirSync(join(folder, 'htdocs'));
  writeFileSync(join(folder, 'htdocs/a.txt'), 'first');
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

interface Run {
  readonly child: ChildProcess;
  out(): string;
  err(): string;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  ready(): Promise<void>;
}

function portico(...args: string[]): Run {
  const child = spawn(process.execPath, [porticoCli, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('latin1')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('latin1')));
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const ready = async (): Promise<void> => {
    await expect.poll(() => out || child.exitCode, { timeout: 15_000 }).toBeTruthy();
    expect(`${out}${child.exitCode === null ? '' : err}`).toMatch(/^portico: ready on /);
  };
  return { child, out: () => out, err: () => err, ended, ready };
}

function writeConf(...lines: string[]): void {
  const text = [
    `Listen 127.0.0.1:${port}`,
    'ServerName x.test',
    'DocumentRoot htdocs',
    `<Directory ${folder}/htdocs>`,
    'Require all granted',
    '</Directory>',
    ...lines,
  ];
  writeFileSync(join(folder, 'httpd.conf'), `${text.join('\n')}\n`);
}

async function get(path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

describe('portico serve', () => {
  it('says where it is ready, serves, and ends with 0 on SIGTERM', async () => {
    writeConf();
    const run = portico('serve', '-f', 'httpd.conf');
    await run.ready();
    expect(run.out()).toBe(`portico: ready on http://127.0.0.1:${port}\n`);
    expect(await get('/a.txt')).toEqual({ status: 200, text: 'first' });
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('finishes the answer under way when it is told to stop', async () => {
    const backend = await startEchoBackend();
    writeConf(`ProxyPass /app http://127.0.0.1:${backend.port}`);
    const run = portico('serve', '-f', 'httpd.conf');
    await run.ready();
    const answer = fetch(`http://127.0.0.1:${port}/app/_delay/2`);
    await expect.poll(() => backend.seen.length, { timeout: 15_000 }).toBe(1);
    run.child.kill('SIGTERM');
    const response = await answer;
    expect(response.status).toBe(200);
    expect(response.headers.get('connection')).toBe('close');
    expect(await run.ended).toBe(0);
    await backend.close();
  });

  it('ends at once when it is told twice', async () => {
    const backend = await startEchoBackend();
    writeConf(`ProxyPass /app http://127.0.0.1:${backend.port}`);
    const run = portico('serve', '-f', 'httpd.conf');
    await run.ready();
    const answer = fetch(`http://127.0.0.1:${port}/app/_delay/20`).catch(() => 'cut');
    await expect.poll(() => backend.seen.length, { timeout: 15_000 }).toBe(1);
    run.child.kill('SIGTERM');
    // Two signals that come before the process looks are one.
    await expect.poll(() => isListening(port), { timeout: 15_000 }).toBe(false);
    const from = Date.now();
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    expect(await answer).toBe('cut');
    expect(Date.now() - from).toBeLessThan(5000);
    await backend.close();
  });

  it('reads its configuration again on SIGHUP, and keeps the old one when the new one is bad', async () => {
    writeConf();
    const run = portico('serve', '-f', 'httpd.conf');
    await run.ready();
    writeConf('Redirect 410 /a.txt');
    run.child.kill('SIGHUP');
    await expect.poll(async () => (await get('/a.txt')).status).toBe(410);
    writeConf('Nonsense');
    run.child.kill('SIGUSR1');
    await expect.poll(() => run.err()).toContain('stays in force');
    expect(run.err()).toContain('Invalid command');
    expect((await get('/a.txt')).status).toBe(410);
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
  });

  it('says in one message what keeps it from starting, and ends with 1', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    writeConf();
    const taken = portico('serve', '-f', 'httpd.conf');
    expect(await taken.ended).toBe(1);
    expect(taken.err()).toContain(
      `Listen 127.0.0.1:${port}: another program already listens on port ${port}`,
    );
    expect(taken.err().match(/another program/g)).toHaveLength(1);
    other.close();
    const missing = portico('serve', '-f', 'missing.conf');
    expect(await missing.ended).toBe(1);
    expect(missing.err()).toContain('missing.conf');
    writeConf('Nonsense on');
    const bad = portico('serve', '-f', 'httpd.conf');
    expect(await bad.ended).toBe(1);
    expect(bad.err()).toContain(`AH00526: Syntax error on line 7 of ${folder}/httpd.conf:`);
    expect(`${taken.out()}${missing.out()}${bad.out()}`).toBe('');
  });

  it('answers wrong usage with 2', async () => {
    const run = portico('serve');
    expect(await run.ended).toBe(2);
    expect(run.err()).toContain('-f FILE');
  });
});

describe('portico serve --to', () => {
  it('puts a front door before an application, with files of its own', async () => {
    const backend = await startEchoBackend();
    const run = portico('serve', '--to', String(backend.port), '--port', String(port), '--static', 'htdocs');
    await run.ready();
    expect(await get('/a.txt')).toEqual({ status: 200, text: 'first' });
    expect((await get('/b%2Fc%20d?e=f')).text).toMatch(/^GET \/b%2Fc%20d\?e=f HTTP\/1\.1/);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    await backend.close();
  });

  it('starts the application and stops all it has started', async () => {
    const appPort = await freePort();
    const server = `require('node:http').createServer((q, r) => r.end('app')).listen(process.env.PORT, '127.0.0.1')`;
    writeFileSync(join(folder, 'app.cjs'), server);
    const app = `"${process.execPath}" app.cjs & wait`;
    const run = portico('serve', '--to', String(appPort), '--port', String(port), '--app', app);
    await run.ready();
    await expect.poll(async () => (await get('/')).text, { timeout: 10_000 }).toBe('app');
    run.child.kill('SIGTERM');
    expect(await run.ended).toBe(0);
    await expect(fetch(`http://127.0.0.1:${appPort}/`)).rejects.toThrow();
  });
});

describe('portico configtest', () => {
  it('says Syntax OK or everything that is wrong', async () => {
    writeConf();
    const good = portico('configtest', '-f', 'httpd.conf');
    expect(await good.ended).toBe(0);
    expect(good.err()).toBe('Syntax OK\n');
    writeConf('Nonsense', 'KeepAlive maybe');
    const bad = portico('configtest', '-f', 'httpd.conf');
    expect(await bad.ended).toBe(1);
    expect(bad.err()).toContain('line 7');
    expect(bad.err()).toContain('KeepAlive must be On or Off');
  });
});
