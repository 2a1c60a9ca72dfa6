// The how-to with the application it was written for: a real CherryPy behind the how-to's rules.
import { afterEach, describe, expect } from 'vitest';
import { type Received, startCherryPy } from '../support/cherrypy.ts';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { createRawClient } from '../support/raw-client.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

/** A scene with CherryPy on a port and portico before it; `{APP}` in the configuration is that port. */
async function behindPortico(conf: string): Promise<Scene> {
  const made = await makeScene();
  scene = made;
  const app = await freePort();
  await startCherryPy(made, app);
  await made.start(conf.replaceAll('{APP}', String(app)));
  return made;
}

async function ask(site: Scene, target: string, headers = ''): Promise<{ status: number; body: string }> {
  const client = createRawClient(site.port);
  const bytes = Buffer.from(`GET ${target} HTTP/1.1\r\nHost: www.example.test\r\n${headers}\r\n`, 'latin1');
  const [outcome] = await client.send({ bytes, method: 'GET' });
  client.close();
  if (outcome?.kind !== 'answer') throw new Error(`no answer: ${outcome?.kind}`);
  return { status: outcome.status, body: outcome.body };
}

async function received(site: Scene, target: string, headers?: string): Promise<Received> {
  const { status, body } = await ask(site, target, headers);
  expect(status).toBe(200);
  return JSON.parse(body) as Received;
}

const RULE = `RewriteEngine on
RewriteRule ^(.*) http://127.0.0.1:{APP}$1 [proxy]
`;

describe('CherryPy behind the how-to rule', () => {
  testWith(['cherrypy'], 'every path and its query reach the application', async () => {
    const site = await behindPortico(RULE);
    expect((await received(site, '/')).line).toBe('GET / HTTP/1.1');
    expect((await received(site, '/some/page?a=1&b=%20x')).line).toBe('GET /some/page?a=1&b=%20x HTTP/1.1');
  });

  testWith(['cherrypy'], 'the application knows the client and the host that was asked for', async () => {
    const site = await behindPortico(RULE);
    const told = await received(site, '/', 'X-Forwarded-For: 192.0.2.7\r\n');
    expect(told.headers['X-Forwarded-Host']).toBe('www.example.test');
    expect(told.headers['X-Forwarded-For']).toBe('192.0.2.7, 127.0.0.1');
    expect(told.headers['X-Forwarded-Server']).toBe('www.example.test');
    expect(told.base).toBe('http://www.example.test');
    // tools.proxy takes the first address of X-Forwarded-For.
    expect(told.remote_ip).toBe('192.0.2.7');
    expect((await received(site, '/')).remote_ip).toBe('127.0.0.1');
  });

  testWith(['cherrypy'], 'its redirects name the host of the client', async () => {
    const site = await behindPortico(RULE);
    const client = createRawClient(site.port);
    const bytes = Buffer.from('GET /go HTTP/1.1\r\nHost: www.example.test\r\n\r\n');
    const [outcome] = await client.send({ bytes, method: 'GET' });
    client.close();
    if (outcome?.kind !== 'answer') throw new Error('no answer');
    expect(outcome.status).toBe(303);
    expect(outcome.headers).toContainEqual(['Location', 'http://www.example.test/landing']);
  });

  testWith(['cherrypy'], 'its own Host is the backend, unless ProxyPreserveHost is on', async () => {
    const plain = await behindPortico('');
    await plain.close();
    const site = await behindPortico(RULE);
    expect((await received(site, '/')).headers.Host).toMatch(/^127\.0\.0\.1:\d+$/);
    await site.close();
    const preserved = await behindPortico(`ProxyPreserveHost On\n${RULE}`);
    expect((await received(preserved, '/')).headers.Host).toBe('www.example.test');
  });

  testWith(['cherrypy'], 'special characters in a path arrive as the client meant them', async () => {
    const site = await behindPortico(RULE);
    expect((await received(site, '/a%20b')).path_info).toBe('/a b');
    expect((await received(site, '/a%25b')).path_info).toBe('/a%b');
    expect((await received(site, '/a%23b')).path_info).toBe('/a#b');
    expect((await received(site, '/a%22b')).path_info).toBe('/a"b');
    expect((await received(site, '/%C3%A9')).path_info).toBe('/\u00e9');
    expect((await received(site, '/a%0Ab')).path_info).toBe('/a\nb');
    expect((await ask(site, '/a%3Fb')).status).toBe(403);
  });

  // The map was needed by an Apache that sent a raw space; 2.4.71 escapes by itself, so the map escapes once more.
  testWith(
    ['cherrypy'],
    'with the escape map they arrive escaped once more, and CherryPy takes them',
    async () => {
      const map = `RewriteMap escape int:escape\n${RULE.replace('$1 [', '$' + '{escape:$1} [')}`;
      const site = await behindPortico(map);
      expect((await received(site, '/plain')).path_info).toBe('/plain');
      expect((await received(site, '/a%20b')).path_info).toBe('/a%20b');
      expect((await received(site, '/a%25b')).path_info).toBe('/a%25b');
      expect((await received(site, '/%C3%A9')).path_info).toBe('/%c3%a9');
      expect((await received(site, '/a%0Ab')).path_info).toBe('/a%0ab');
    },
  );
});
