// Every way in which a configuration can name an application, and what the application and the client see of it.
import { afterEach, describe, expect, test } from 'vitest';
import { type AppScene, ask, makeAppScene, PASS_ALL, shopSection } from '../support/app-scene.ts';
import { CHERRYPY_APP, type Received } from '../support/cherrypy.ts';
import { part, testWith } from '../support/parts.ts';
import { until } from '../support/scene.ts';

let scene: AppScene;

afterEach(() => scene.close());

async function start(conf: string, ...lines: readonly string[]): Promise<AppScene> {
  scene = await makeAppScene();
  await scene.start(shopSection(...lines) + conf);
  return scene;
}

describe('app://', () => {
  test.each([
    ['ProxyPass', 'ProxyPass /s/ app://shop/base/', '/s/a%20b?c=d', '/base/a%20b?c=d'],
    ['ProxyPassMatch', 'ProxyPassMatch "^/s/(.*)$" "app://shop/m/$1"', '/s/x', '/m/x'],
    ['a rule', 'RewriteEngine on\nRewriteRule "^/s/(.*)" "app://shop/r/$1" [P]', '/s/x?y', '/r/x?y'],
    [
      'a rule that takes the name from a request',
      'RewriteEngine on\nRewriteRule "^/(sh\\w+)/(.*)" "app://$1/$2" [P]',
      '/shop/x',
      '/x',
    ],
    ['a rule of .htaccess', '', '/h/x', '/from-htaccess/x'],
    ['a handler', '<Location /s/>\nSetHandler "proxy:app://shop/"\n</Location>', '/s/a%20b?c', '/s/a%20b?c'],
    [
      'a section of the proxy',
      '<Proxy "app://shop/">\nProxySet timeout=5\n</Proxy>\nProxyPass / app://shop/',
      '/x',
      '/x',
    ],
    [
      'a balancer',
      '<Proxy balancer://all>\nBalancerMember app://shop/base\n</Proxy>\nProxyPass / balancer://all/',
      '/x?y',
      '/base/x?y',
    ],
    ['a name in other letters', 'ProxyPass / app://SHOP/', '/x', '/x'],
  ])('works in %s', async (_, conf, target, url) => {
    scene = await makeAppScene();
    scene.write('htdocs/h/.htaccess', 'RewriteEngine on\nRewriteRule (.*) app://shop/from-htaccess/$1 [P]\n');
    await scene.start(shopSection() + conf);
    const answer = await ask(scene.origin + target);
    expect([answer.status, answer.status === 200 ? answer.told.url : answer.text]).toEqual([200, url]);
  });

  test('shows the application what http:// to its address would', async () => {
    await start('ProxyPass / app://shop/');
    const { headers } = (await ask(`${scene.origin}/x`)).told;
    expect(headers.host).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(headers.host).not.toBe(`127.0.0.1:${scene.port}`);
    expect(headers['x-forwarded-host']).toBe(`127.0.0.1:${scene.port}`);
    expect(headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(headers['x-forwarded-server']).toBe('www.example.test');
  });

  test("passes the visitor's Host on where it should", async () => {
    await start('ProxyPreserveHost On\nProxyPass / app://shop/');
    expect((await ask(`${scene.origin}/x`)).told.headers.host).toBe(`127.0.0.1:${scene.port}`);
  });

  test("puts the application's own redirects into the site's words, whatever its port", async () => {
    await start('ProxyPass /s/ app://shop/\nProxyPassReverse /s/ app://shop/');
    const answer = await ask(`${scene.origin}/s/go`);
    expect([answer.status, answer.headers.location]).toEqual([302, `${scene.origin}/s/landing?x=1`]);
  });

  test('of an application that is not there is 503, and the log says so', async () => {
    await start('RewriteEngine on\nRewriteRule "^/(\\w+)/" "app://$1/" [P]');
    expect((await ask(`${scene.origin}/nobody/`)).status).toBe(503);
    const line = 'there is no <App nobody>; answering 503 to app://nobody/';
    await until('the line in the log', () => (scene.errorLog().includes(line) ? true : undefined));
  });

  test('cannot be led elsewhere by a request', async () => {
    await start('RewriteEngine on\nRewriteRule "^/x(.*)" "app://shop$1" [P]');
    expect((await ask(`${scene.origin}/x@evil.test/`)).status).toBe(403);
    expect((await ask(`${scene.origin}/x/ok`)).told.url).toBe('/ok');
    expect(scene.lines('requests')).toEqual(['GET /ok']);
  });

  test('goes to each of several processes', async () => {
    await start(PASS_ALL, 'AppInstances 2', 'AppStart boot');
    const pids = new Set<number>();
    for (let tries = 0; tries < 20 && pids.size < 2; tries++) {
      const answers = await Promise.all(Array.from({ length: 6 }, () => ask(`${scene.origin}/slow`)));
      for (const { told } of answers) pids.add(told.pid);
    }
    expect(pids.size).toBe(2);
  });
});

describe('a CherryPy application', () => {
  testWith(['cherrypy'], 'is started by the first request, and its redirects come out right', async () => {
    scene = await makeAppScene();
    scene.write('cherry/app.py', CHERRYPY_APP);
    const python = part('cherrypy')!.program;
    await scene.start(`<App cherry>
AppCommand "${python} app.py $PORT"
AppDirectory {ROOT}/cherry
AppHold 30s
</App>
ProxyPass / app://cherry/
ProxyPassReverse / app://cherry/
`);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => ask(`${scene.origin}/p?at=${at}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const received = JSON.parse(answers[7]!.text) as Received;
    expect(received).toMatchObject({
      path_info: '/p',
      query: 'at=7',
      base: scene.origin,
      remote_ip: '127.0.0.1',
    });
    const go = await ask(`${scene.origin}/go`);
    expect(go.status).toBe(303);
    expect(go.headers.location).toBe(`${scene.origin}/landing`);
  });
});
