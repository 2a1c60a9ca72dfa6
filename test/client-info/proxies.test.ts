// End to end: a client that lies, real proxies, and an application that asks client-info. The proxies speak to the
// application from 127.0.0.1, the client to the proxies from 127.0.0.9: one is trusted, the other is not.
import { chmodSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import {
  type ClientInfo,
  type ClientInfoOptions,
  createClientInfo,
} from '../../src/adapters/client-info/index.ts';
import { readDocPage } from '../support/doc-page.ts';
import { startNginx } from '../support/nginx.ts';
import { testWith } from '../support/parts.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import type { ServerKind } from '../support/server-process.ts';

const CLIENT = '127.0.0.9';
const PROXY = '127.0.0.1';
const trust = [PROXY];

const scenes: Scene[] = [];
afterEach(async () => {
  for (const scene of scenes.splice(0).reverse()) await scene.close();
});

async function newScene(): Promise<Scene> {
  const scene = await makeScene();
  scenes.push(scene);
  return scene;
}

/** What the application got, and what client-info made of it. */
interface Seen {
  readonly info: ClientInfo;
  readonly fields: IncomingHttpHeaders;
}

interface App {
  /** `127.0.0.1:8000`, or the file of a socket. */
  readonly at: string;
  /** A request of the lying client to a proxy on that port. */
  visit(port: number, options: ClientInfoOptions, headers?: Record<string, string>): Promise<Seen>;
}

async function startApp(where: ListenOptions = { host: PROXY, port: 0 }): Promise<App> {
  const scene = await newScene();
  let options: ClientInfoOptions = { trust: [] };
  let seen: Seen | undefined;
  const server = createServer((request, response) => {
    seen = { info: createClientInfo(options)(request), fields: request.headers };
    response.end('done');
  });
  await new Promise<void>((resolve) => server.listen(where, () => resolve()));
  scene.onClose(() => new Promise((resolve) => server.close(() => resolve())));
  scene.onClose(() => server.closeAllConnections());
  const address = server.address() as AddressInfo | string;
  return {
    at: typeof address === 'string' ? address : `${PROXY}:${address.port}`,
    async visit(port, chosen, headers = LIES) {
      options = chosen;
      seen = undefined;
      const body = await visitFromClient(port, { Host: 'shop.example', Connection: 'close', ...headers });
      if (seen === undefined) throw new Error(`the application was not asked; the client got ${body}`);
      return seen;
    },
  };
}

const LIES = {
  'X-Forwarded-For': '127.0.0.1, 10.0.0.1',
  'X-Forwarded-Host': 'evil.test',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Port': '1',
  'X-Forwarded-Prefix': '/evil',
  'X-Forwarded-Server': 'evil.test',
  'X-Real-IP': '127.0.0.1',
  Forwarded: 'for=127.0.0.1;host=evil.test;proto=https;x="',
};

function visitFromClient(port: number, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const where = { host: PROXY, port, localAddress: CLIENT, path: '/cart', headers, agent: false };
    const outgoing = httpRequest(where, (answer) => {
      let text = '';
      answer.setEncoding('latin1');
      answer.on('data', (chunk) => {
        text += chunk;
      });
      answer.on('end', () => resolve(text));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** Starts Apache or portico in front of something and answers its port. */
async function front(kind: ServerKind, conf: string): Promise<number> {
  const scene = await newScene();
  await scene.start(conf, kind === 'apache' ? { kind, modules: ['proxy', 'proxy_http', 'headers'] } : {});
  return scene.port;
}

/** What docs/client-info.md says to write. */
const page = readDocPage('client-info.md');
const [plainLines = '', forwardedLines = ''] = page.blocksOf('apache');
const [nginxLines = '', forwardedMap = '', nginxForwarded = ''] = page.blocksOf('nginx');

/** The page's lines for an application elsewhere. */
const placed = (lines: string, app: App): string => lines.replaceAll('127.0.0.1:8000', app.at);

describe.each<ServerKind>(['apache', 'portico'])('behind %s', (kind) => {
  const needs = kind === 'apache' ? (['apache2'] as const) : [];

  testWith(needs, 'the client and what it asked for are found, whatever it says of itself', async () => {
    const app = await startApp();
    const port = await front(kind, `ProxyPass / http://${app.at}/\n`);
    const { info, fields } = await app.visit(port, { trust });
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
    // What stands in docs/client-info.md: appended, and what it does not know is passed on as it came.
    expect(fields).toMatchObject({
      host: app.at,
      'x-forwarded-for': `127.0.0.1, 10.0.0.1, ${CLIENT}`,
      'x-forwarded-host': 'evil.test, shop.example',
      'x-forwarded-server': 'evil.test, www.example.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '1',
      'x-forwarded-prefix': '/evil',
      'x-real-ip': '127.0.0.1',
      forwarded: LIES.Forwarded,
    });
  });

  testWith(needs, 'a scheme counts where a line of the configuration sets it', async () => {
    const app = await startApp();
    const port = await front(kind, placed(plainLines, app));
    const { info } = await app.visit(port, { trust, fields: ['for', 'host', 'proto'] });
    expect(info.baseUrl).toBe('http://shop.example');
  });

  testWith(needs, 'a client cannot take away what the proxy writes', async () => {
    const app = await startApp();
    const port = await front(kind, placed(plainLines, app));
    const names = Object.keys(LIES).join(', ');
    const { info } = await app.visit(
      port,
      { trust, fields: ['for', 'host', 'proto'] },
      { ...LIES, Connection: `close, Host, ${names}` },
    );
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
  });

  testWith(needs, 'Forwarded is written by two lines of mod_headers', async () => {
    const app = await startApp();
    const port = await front(kind, `${forwardedLines}ProxyPass / http://${app.at}/\n`);
    const { info, fields } = await app.visit(port, { trust, from: 'forwarded' });
    expect(fields.forwarded).toBe(`${LIES.Forwarded}, for=${CLIENT};host="shop.example";proto=http`);
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
  });

  testWith(needs, 'no Host gets out of the quotes of Forwarded', async () => {
    const app = await startApp();
    const port = await front(kind, `${forwardedLines}ProxyPass / http://${app.at}/\n`);
    const visit = app.visit(port, { trust, from: 'forwarded' }, { Host: 'a";for=127.0.0.1;x="' });
    await expect(visit).rejects.toThrow('400 Bad Request');
  });

  testWith(needs, 'two of them append twice, and the outer one\u2019s word is found', async () => {
    const app = await startApp();
    const inner = await front(kind, `ProxyPass / http://${app.at}/\n`);
    const outer = await front(kind, `ProxyPass / http://${PROXY}:${inner}/\n`);
    const { info, fields } = await app.visit(outer, { trust, appended: ['host'] });
    expect(fields['x-forwarded-for']).toBe(`127.0.0.1, 10.0.0.1, ${CLIENT}, ${PROXY}`);
    expect(fields['x-forwarded-host']).toBe(`evil.test, shop.example, ${PROXY}:${inner}`);
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
    const careful = await app.visit(outer, { trust });
    expect(careful.info.baseUrl).toBe(`http://${PROXY}:${inner}`);
  });

  testWith(needs, 'ProxyPreserveHost lets every one of them say the same', async () => {
    const app = await startApp();
    const inner = await front(kind, `ProxyPreserveHost On\nProxyPass / http://${app.at}/\n`);
    const outer = await front(kind, `ProxyPreserveHost On\nProxyPass / http://${PROXY}:${inner}/\n`);
    const { info } = await app.visit(outer, { trust });
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
  });

  testWith(needs, 'a socket of this machine is a proxy to be trusted', async () => {
    const folder = await newScene();
    const path = join(folder.root, 'app.sock');
    const app = await startApp({ path });
    chmodSync(path, 0o777);
    const port = await front(kind, `ProxyPass / unix:${path}|http://app.test/\n`);
    const { info } = await app.visit(port, { trust: ['unix'] });
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
    expect((await app.visit(port, { trust })).info).toMatchObject({
      address: undefined,
      isTrustedPeer: false,
    });
  });
});

async function nginx(target: string, lines: string, settings = ''): Promise<number> {
  const scene = await newScene();
  const locations = `location / { proxy_pass http://${target}; ${lines} }`;
  return startNginx(scene, { settings, locations });
}

describe('behind nginx', () => {
  testWith(
    ['nginx'],
    'the client and what it asked for are found, where nginx is told to say so',
    async () => {
      const app = await startApp();
      const port = await nginx(app.at, nginxLines);
      const fields = ['for', 'host', 'proto', 'port'] as const;
      const { info, fields: sent } = await app.visit(port, { trust, fields });
      expect(sent).toMatchObject({
        'x-forwarded-for': `127.0.0.1, 10.0.0.1, ${CLIENT}`,
        'x-forwarded-host': 'shop.example',
        'x-forwarded-proto': 'http',
        'x-forwarded-port': String(port),
        'x-real-ip': CLIENT,
      });
      expect([info.address, info.baseUrl]).toEqual([CLIENT, `http://shop.example:${port}`]);
      const real = await app.visit(port, { trust, fields: ['real-ip', 'host', 'proto'] });
      expect([real.info.address, real.info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
    },
  );

  testWith(['nginx'], 'nothing is written by itself: every lie comes through', async () => {
    const app = await startApp();
    const port = await nginx(app.at, '');
    const { fields } = await app.visit(port, { trust });
    expect(fields).toMatchObject({
      host: app.at,
      'x-forwarded-for': LIES['X-Forwarded-For'],
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      forwarded: LIES.Forwarded,
    });
  });

  testWith(['nginx'], 'Forwarded is written by a map and a line', async () => {
    const app = await startApp();
    const port = await nginx(app.at, nginxForwarded, forwardedMap);
    const { info, fields } = await app.visit(port, { trust, from: 'forwarded' });
    expect(fields.forwarded).toBe(`for=${CLIENT};proto=http`);
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
  });

  testWith(['nginx', 'apache2'], 'with Apache in front, whose X-Forwarded-Host it passes on', async () => {
    const app = await startApp();
    const lines = 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;';
    const inner = await nginx(app.at, lines);
    const port = await front('apache', `ProxyPass / http://${PROXY}:${inner}/\n`);
    const { info, fields } = await app.visit(port, { trust });
    expect(fields['x-forwarded-host']).toBe('evil.test, shop.example');
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
  });

  testWith(['nginx'], 'with portico behind it, which appends', async () => {
    const app = await startApp();
    const inner = await front('portico', `ProxyPreserveHost On\nProxyPass / http://${app.at}/\n`);
    const port = await nginx(`${PROXY}:${inner}`, nginxLines);
    const { info, fields } = await app.visit(port, { trust, fields: ['for', 'host', 'proto'] });
    expect(fields['x-forwarded-host']).toBe('shop.example, shop.example');
    expect([info.address, info.baseUrl]).toEqual([CLIENT, 'http://shop.example']);
  });
});
