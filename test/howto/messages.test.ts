// What the error log tells about the how-to's two classic mistakes.
import { afterEach, describe, expect, test } from 'vitest';
import { startEchoBackend } from '../support/echo-backend.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** Log lines are written in batches: waits for one. */
async function logged(site: Scene, line: RegExp): Promise<void> {
  await until(`the log line ${line}`, () => (line.test(site.errorLog()) ? true : undefined), 3000);
}

async function start(conf: string): Promise<Scene> {
  const site = await makeScene();
  scene = site;
  const echo = await startEchoBackend({ canned: new Map() });
  site.onClose(() => echo.close());
  site.write('htdocs/dir/.htaccess', conf.includes('htaccess-rule') ? htaccess(echo.port, conf) : '');
  await site.start(conf.startsWith('htaccess-rule') ? '' : conf.replaceAll('{ECHO}', String(echo.port)));
  return site;
}

function htaccess(port: number, conf: string): string {
  const slash = conf.endsWith('with-slash') ? '/' : '';
  return `RewriteEngine on\nRewriteRule ^(.*) http://127.0.0.1:${port}${slash}$1 [P]\n`;
}

describe('the log line for', () => {
  test('a [P] rule in .htaccess without the slash shows what to write', async () => {
    const site = await start('htaccess-rule');
    const answer = await fetch(`${site.origin}/dir/page`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await logged(site, /changed the authority 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+page/);
    await logged(site, /write http:\/\/127\.0\.0\.1:\d+\/\$1/);
  });

  test('the same rule with the slash is not needed: it works', async () => {
    const site = await start('htaccess-rule with-slash');
    const answer = await fetch(`${site.origin}/dir/page`);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(/^GET \/page HTTP\/1\.1/);
  });

  test('a [P] rule without the proxy modules names the module to load', async () => {
    const site = await start(`LoadModule authz_core_module modules/mod_authz_core.so
LoadModule rewrite_module modules/mod_rewrite.so
RewriteEngine on
RewriteRule ^(.*) http://127.0.0.1:{ECHO}$1 [P]
`);
    const answer = await fetch(`${site.origin}/page`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<h1>Forbidden</h1>');
    await logged(site, /AH00669: attempt to make remote request from mod_rewrite without proxy enabled/);
    await logged(site, /LoadModule proxy_module/);
  });
});
