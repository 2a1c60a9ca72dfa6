import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { converse } from './conversation.ts';
import { freePort } from './ports.ts';
import type { RunningServer, ServerPlace } from './server-process.ts';
import { closeWarmPorticos, runWarmConfigtest, startWarmPortico } from './warm-portico.ts';

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

afterAll(closeWarmPorticos);

async function place(conf: string, settings?: string): Promise<ServerPlace> {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'portico-warm-'));
  roots.push(root);
  const port = await freePort();
  for (const folder of ['', 'logs', 'htdocs']) {
    mkdirSync(join(root, folder), { recursive: true });
    chmodSync(join(root, folder), 0o777);
  }
  const confFile = join(root, 'httpd.conf');
  writeFileSync(confFile, `Listen 127.0.0.1:${port}\nServerName x\nDocumentRoot ${root}/htdocs\n${conf}`);
  if (settings !== undefined) writeFileSync(join(root, 'envvars'), settings);
  return { root, confFile, port };
}

async function pageOf(server: Promise<RunningServer>, { port }: ServerPlace): Promise<[number, string]> {
  const running = await server;
  const text = await converse(port, 'GET /word HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await running.stop();
  return [running.pid, /^Location: (.*)\r$/m.exec(text)?.[1] ?? text];
}

describe('a process of portico that is kept', () => {
  it('serves one configuration after another, and keeps nothing of the one before', async () => {
    const first = await place('Redirect /word http://x/${WORD}\n', 'export WORD=first\n');
    const [pid, page] = await pageOf(startWarmPortico(first), first);
    expect(page).toBe('http://x/first');
    const second = await place('<IfDefine !WORD>\nRedirect /word http://x/none-${WORD}\n</IfDefine>\n');
    expect(await pageOf(startWarmPortico(second), second)).toEqual([pid, 'http://x/none-${WORD}']);
  });

  it('goes on behind a configuration that is refused, and says why it is', async () => {
    const bad = await place('Nonsense on\n');
    await expect(startWarmPortico(bad)).rejects.toThrow(
      /^portico did not start: it ended at once\n[\s\S]*Invalid command 'Nonsense'/,
    );
    expect(await runWarmConfigtest(bad)).toMatchObject({
      isAccepted: false,
      message: expect.stringContaining("Invalid command 'Nonsense'"),
    });
    const good = await place('Redirect /word http://x/good\n');
    expect(await runWarmConfigtest(good)).toEqual({ isAccepted: true, message: 'Syntax OK\n' });
    const [, page] = await pageOf(startWarmPortico(good), good);
    expect(page).toBe('http://x/good');
  });

  it('carries out one command at a time: a second server has a process of its own', async () => {
    const [one, other] = [await place(''), await place('')];
    const servers = await Promise.all([startWarmPortico(one), startWarmPortico(other)]);
    expect(servers[0].pid).not.toBe(servers[1].pid);
    for (const server of servers) await server.stop();
  });

  it('is ended with the tests', async () => {
    const site = await place('');
    const server = await startWarmPortico(site);
    await server.stop();
    await closeWarmPorticos();
    expect(() => process.kill(server.pid, 0)).toThrow('ESRCH');
  });
});
