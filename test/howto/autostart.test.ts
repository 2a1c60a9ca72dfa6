// The how-to's dead application: an autostart script in Python, written as the how-to's is, behind ErrorDocument.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect } from 'vitest';
import { CHERRYPY_APP } from '../support/cherrypy.ts';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { part } from '../support/programs.ts';
import { createRawClient, type RawAnswer } from '../support/raw-client.ts';
import { isListening, makeScene, type Scene, until } from '../support/scene.ts';

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** Prints the page, leaves its process group, and starts the server through a shell, in the background. */
const AUTOSTART = `#!{PYTHON}
print("Content-type: text/html\\r\\n")
print("""<html><head><META HTTP-EQUIV="Refresh" CONTENT="1; URL=/"></head><body>Restarting site ...<a href="/">click here</a></body></html>""")
import os
os.setpgid(os.getpid(), 0)
os.system('{PYTHON} {ROOT}/app.py {APP} {ROOT}/app.pid &')
`;

async function withAutostart(
  conf: string,
): Promise<{ site: Scene; app: number; stopPortico: () => Promise<void> }> {
  const site = await makeScene();
  scene = site;
  const app = await freePort();
  const python = part('cherrypy')?.program ?? '';
  const fill = (text: string): string => text.replaceAll('{PYTHON}', python).replaceAll('{APP}', String(app));
  site.write('app.py', CHERRYPY_APP);
  site.write('cgi-bin/autostart.cgi', fill(AUTOSTART), 0o755);
  site.onClose(() => stopApplication(site));
  const server = await site.start(fill(conf));
  return { site, app, stopPortico: () => server.stop() };
}

/** The application outlives portico on purpose: the test ends it, by the id it wrote down. */
async function stopApplication(site: Scene): Promise<void> {
  const pid = await until('the pid file', () => readPid(site), 10_000).catch(() => undefined);
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}

function readPid(site: Scene): number | undefined {
  try {
    return Number(readFileSync(`${site.root}/app.pid`, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

async function visit(site: Scene): Promise<RawAnswer> {
  const client = createRawClient(site.port);
  const bytes = Buffer.from('GET / HTTP/1.1\r\nHost: www.example.test\r\n\r\n');
  const [outcome] = await client.send({ bytes, method: 'GET' });
  client.close();
  if (outcome?.kind !== 'answer') throw new Error(`no answer: ${outcome?.kind}`);
  return outcome;
}

const RULES = `ScriptAlias /cgi-bin/ {ROOT}/cgi-bin/
RewriteEngine on
RewriteCond %{SCRIPT_FILENAME} !autostart\\.cgi$
RewriteRule ^(.*) http://127.0.0.1:{APP}$1 [proxy]
`;

describe('the autostart script of the how-to', () => {
  for (const status of [502, 503]) {
    testWith(
      ['cherrypy'],
      `runs as ErrorDocument ${status}, and the next visit shows the application`,
      async () => {
        const { site, app } = await withAutostart(`ErrorDocument ${status} /cgi-bin/autostart.cgi\n${RULES}`);
        const first = await visit(site);
        expect(first.status).toBe(status);
        expect(first.body).toContain('Restarting site');
        await until('the application', async () => ((await isListening(app)) ? true : undefined));
        const second = await visit(site);
        expect(second.status).toBe(200);
        expect(second.body).toContain('"path_info": "/"');
      },
    );
  }

  testWith(['cherrypy'], 'does not hold the connection through the pipe its child inherits', async () => {
    const { site } = await withAutostart(`ErrorDocument 503 /cgi-bin/autostart.cgi\n${RULES}`);
    const before = Date.now();
    const first = await visit(site);
    expect(first.isComplete).toBe(true);
    // The child lives on for good; an answer that waits for its pipe would never end.
    expect(Date.now() - before).toBeLessThan(5000);
  });

  testWith(
    ['cherrypy'],
    'the application it started survives the request and the end of portico',
    async () => {
      const { site, app, stopPortico } = await withAutostart(
        `ErrorDocument 503 /cgi-bin/autostart.cgi\n${RULES}`,
      );
      await visit(site);
      await until('the application', async () => ((await isListening(app)) ? true : undefined));
      await stopPortico();
      expect(await isListening(site.port)).toBe(false);
      expect(await isListening(app)).toBe(true);
    },
  );

  testWith(
    ['cherrypy'],
    'the log says why 502 was answered where only ErrorDocument 502 is configured',
    async () => {
      const { site } = await withAutostart(`ErrorDocument 502 /cgi-bin/autostart.cgi\n${RULES}`);
      await visit(site);
      await until('the log line', () =>
        /answering 502 instead of 503, .* ErrorDocument for 502 and none for 503/.test(site.errorLog())
          ? true
          : undefined,
      );
    },
  );
});
