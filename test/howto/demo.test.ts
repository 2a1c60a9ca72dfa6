// `npm start` as a newcomer meets it: a page from the autostart script, then the application, then Ctrl-C.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { browse } from '../support/browser.ts';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { isListening, until } from '../support/scene.ts';

const startScript = fileURLToPath(new URL('../../dist/examples/demo/start.js', import.meta.url));

interface Demo {
  readonly origin: string;
  readonly port: number;
  readonly appPort: number;
  readonly output: () => string;
  interrupt(): Promise<number | null>;
}

let stop: (() => Promise<unknown>) | undefined;

afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function startDemo(): Promise<Demo> {
  const port = await freePort();
  const appPort = await freePort();
  const env = { ...process.env, PORT: String(port), APP_PORT: String(appPort) };
  const child = spawn(process.execPath, [startScript], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const interrupt = (): Promise<number | null> => {
    if (child.exitCode === null) child.kill('SIGINT');
    return exited;
  };
  stop = interrupt;
  await until('the ready line', () => (output.includes('portico: ready on') ? true : undefined));
  return { origin: `http://127.0.0.1:${port}`, port, appPort, output: () => output, interrupt };
}

async function page(url: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { headers: { Connection: 'close' } });
  return { status: answer.status, text: await answer.text() };
}

describe('the demo', () => {
  test('starts the application on the first visit, shows it on the next, and ends with it', async () => {
    const demo = await startDemo();
    expect(demo.output()).toContain(`portico: ready on http://127.0.0.1:${demo.port}`);

    const first = await page(demo.origin);
    expect(first.status).toBe(502);
    expect(first.text).toContain('Restarting site');
    expect(first.text).toContain('http-equiv="refresh"');

    await until('the application', async () => ((await isListening(demo.appPort)) ? true : undefined));
    const next = await page(`${demo.origin}/somewhere?x=1`);
    expect(next.status).toBe(200);
    expect(next.text).toContain(`<th>Original Host</th><td><code>127.0.0.1:${demo.port}</code>`);
    expect(next.text).toContain('<th>Client address</th><td><code>127.0.0.1</code>');
    expect(next.text).toContain('<th>Scheme</th><td><code>http</code>');
    expect(next.text).toContain('GET /somewhere?x=1');

    const style = await page(`${demo.origin}/static/style.css`);
    expect(style.status).toBe(200);
    expect(style.text).toContain('system-ui');

    expect(await demo.interrupt()).toBe(0);
    expect(await isListening(demo.port)).toBe(false);
    await until('the end of the application', async () =>
      (await isListening(demo.appPort)) ? undefined : true,
    );
  });

  testWith(
    ['chromium'],
    'a browser reloads the waiting page by itself and arrives at the application',
    async () => {
      const demo = await startDemo();
      const dom = await browse(demo.origin, 8000);
      expect(dom).toContain('The application is up');
      expect(dom).not.toContain('Restarting site');
    },
  );
});
