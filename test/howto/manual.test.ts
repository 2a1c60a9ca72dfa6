// docs/howto.md as it stands there, with the application and the script that it shows: a real CherryPy behind each of its
// configurations.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ask } from '../support/app-scene.ts';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { part, testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { isListening, until } from '../support/scene.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/howto.md'), 'utf8');

function blocksOf(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

const [loneRule = '', withFiles = '', withScript = '', withApp = '', withMap = '', withB = ''] =
  blocksOf('apache');
const [program = '', script = ''] = blocksOf('python');

let shop: Workshop;
let appPort: number;
const steps: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  shop = await openWorkshop();
  appPort = await freePort();
  steps.push(() => shop.close());
});

afterEach(async () => {
  for (const step of steps.splice(0).reverse()) await step();
});

/** The page's folder and ports where the test has them. */
function placed(text: string): string {
  return text
    .replaceAll('/srv/site', `${shop.root}/site`)
    .replaceAll('Listen 8080', `Listen 127.0.0.1:${shop.port}`)
    .replaceAll("'PORT', 8000", `'PORT', ${appPort}`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${appPort}`);
}

/** Lays out what the page speaks of and serves a configuration. */
async function serve(configuration: string): Promise<void> {
  const python = part('cherrypy')?.program ?? '';
  shop.write('bin/python3', `#!/bin/sh\nexec "${python}" "$@"\n`, 0o755);
  shop.write('site/app.py', placed(program));
  shop.write('site/static/a.txt', 'a file');
  shop.write('site/cgi-bin/autostart.cgi', placed(script), 0o755);
  const own = configuration.includes('<App') ? 'AppControl off\n' : '';
  // Scripts do not run as root by accident.
  const asRoot = process.getuid?.() === 0 ? 'User root\n' : '';
  shop.write('site.conf', own + asRoot + placed(configuration));
  const env = { PATH: `${shop.root}/bin:${process.env.PATH ?? ''}` };
  await shop.start(['serve', '-f', 'site.conf'], { env }).ready();
}

/** The application, started by hand. */
async function startApplication(): Promise<void> {
  const python = part('cherrypy')?.program ?? '';
  const child: ChildProcess = spawn(python, [shop.write('app.py', placed(program))], { stdio: 'ignore' });
  steps.push(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  });
  await untilListening();
}

async function untilListening(): Promise<void> {
  await until('the application', async () => ((await isListening(appPort)) ? true : undefined));
}

interface Seen {
  readonly status: number;
  readonly text: string;
}

async function see(path: string, headers: Record<string, string> = {}): Promise<Seen> {
  const { status, text } = await ask(`http://127.0.0.1:${shop.port}${path}`, { headers });
  return { status, text };
}

describe('the how-to', () => {
  test('shows six configurations and two programs', () => {
    expect([blocksOf('apache').length, blocksOf('python').length]).toEqual([6, 2]);
    expect(page.match(/^ *```\w+$/gm)).toHaveLength(8);
  });

  testWith(['cherrypy'], 'the lone rule', async () => {
    await serve(loneRule);
    await startApplication();
    const host = { Host: 'www.example.test' };
    expect(await see('/', host)).toEqual({
      status: 200,
      text: 'base http://www.example.test, client 127.0.0.1',
    });
    expect((await see('/a%20b')).text).toBe('page a b');
    expect((await see('/a%3Fb')).status).toBe(403);
  });

  testWith(['cherrypy'], 'static files, and fields that nobody can forge', async () => {
    await serve(withFiles);
    await startApplication();
    expect((await see('/static/a.txt')).text).toBe('a file');
    const forged = { Host: 'www.example.test', 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https' };
    expect((await see('/', forged)).text).toBe('base http://www.example.test, client 127.0.0.1');
  });

  testWith(['cherrypy'], 'the script', async () => {
    await serve(withScript);
    steps.push(async () => {
      const pid = await until(
        'the number of the application',
        () => Number(shop.read('site/app.pid')) || undefined,
      );
      process.kill(pid, 'SIGKILL');
    });
    const first = await see('/');
    expect(first.status).toBe(502);
    expect(first.text).toContain('Restarting site');
    await untilListening();
    expect((await see('/page')).text).toBe('page page');
  });

  testWith(['cherrypy'], 'the section', async () => {
    await serve(withApp);
    expect((await see('/page')).text).toBe('page page');
    expect((await see('/static/a.txt')).text).toBe('a file');
    expect((await see('/', { Host: 'www.example.test' })).text).toContain('base http://www.example.test');
  });

  testWith(['cherrypy'], 'the map escapes once more, and the linter says so', async () => {
    await serve(withMap);
    await startApplication();
    expect((await see('/a%20b')).text).toBe('page a%20b');
    const { code, out } = await shop.run(['lint', '-f', 'site.conf']);
    expect(code).toBe(1);
    expect(out).toContain('proxy-path-escaped-twice');
  });

  testWith(['cherrypy'], 'the flag B, and what happens without it', async () => {
    await serve(withB);
    await startApplication();
    expect((await see('/find/salt%26pepper')).text).toBe('looking for salt&pepper');
    expect((await see('/find/red%20shoes')).text).toBe('looking for red shoes');
    shop.write('without.conf', placed(withB.replace('[proxy,B]', '[proxy]')));
    const told = await shop.run(['explain', '-f', 'without.conf', '/find/red%20shoes']);
    expect(told.out).toContain('403 Forbidden');
    const salt = await shop.run(['explain', '-f', 'without.conf', '/find/salt%26pepper']);
    expect(salt.out).toContain('GET /find?q=salt&pepper HTTP/1.1');
  });
});
