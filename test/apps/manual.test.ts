// Every configuration that docs/apps.md shows, as it stands there: its applications answer.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ask } from '../support/app-scene.ts';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { freePort } from '../support/ports.ts';

const manual = readFileSync(join(import.meta.dirname, '../../docs/apps.md'), 'utf8');

function blocksOf(language: string): string[] {
  return [...manual.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );
}

const configurations = blocksOf('apache');
const [program = ''] = blocksOf('js');

/** The second application of the manual: on its socket. */
const REPORTS = `import os, socketserver
from http.server import BaseHTTPRequestHandler

class Handler(BaseHTTPRequestHandler):
    def address_string(self):
        return 'socket'
    def do_GET(self):
        body = ('Reports ' + self.path).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

socketserver.UnixStreamServer('../reports.sock', Handler).serve_forever()
`;

let shop: Workshop | undefined;

afterEach(async () => {
  await shop?.close();
  shop = undefined;
});

async function openShop(): Promise<Workshop> {
  shop = await openWorkshop();
  return shop;
}

async function serve(configuration: string): Promise<number> {
  const shop = await openShop();
  shop.write('shop/server.js', program);
  shop.write('shop/static/a.txt', 'a file');
  shop.write('shop/waiting.html', 'wait');
  shop.write('reports/webserver.py', REPORTS);
  mkdirSync(join(shop.root, 'logs'));
  const text = configuration
    .replaceAll('/srv', shop.root)
    .replaceAll('Listen 8080', `Listen 127.0.0.1:${shop.port}\nAppControl off`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${await freePort()}`);
  shop.write('site.conf', text);
  await shop.start(['serve', '-f', 'site.conf']).ready();
  return shop.port;
}

describe('the manual', () => {
  test('shows six configurations and one program', () => {
    expect(configurations).toHaveLength(6);
    expect(program).toContain('process.env.PORT');
  });

  test.each(configurations.map((text, at) => [at + 1, text] as const))(
    'configuration %i',
    async (_at, text) => {
      const port = await serve(text);
      const visit = (path: string): ReturnType<typeof ask> => ask(`http://127.0.0.1:${port}${path}`);
      const answer = await visit('/');
      expect([answer.status, answer.text]).toEqual([200, 'Hello from the shop\n']);
      if (text.includes('/static/')) expect((await visit('/static/a.txt')).text).toBe('a file');
      if (text.includes('reports')) expect((await visit('/reports/x')).text).toBe('Reports /x');
    },
  );

  test('the same without a file', async () => {
    const shop = await openShop();
    shop.write('server.js', program);
    await shop
      .start(['serve', '--app', 'node server.js', '--port', '{PORT}', '-c', 'AppControl off'])
      .ready();
    expect((await ask(`http://127.0.0.1:${shop.port}/`)).text).toBe('Hello from the shop\n');
  });
});
