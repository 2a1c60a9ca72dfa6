// The rule engine needs nothing of a server: bundled for browsers it runs in one, with the same answers.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { browse } from '../support/browser.ts';
import { testWith } from '../support/parts.ts';
import { lines } from './page.ts';

const EXPECTED = [
  'proxy http://127.0.0.1:8000/example/socks?q=SOCKS&a=1',
  'decline',
  '301 http://shop.example.test/index.html?page=a+b%2526c',
];

/** The script of a page, and the files it is made of. Rejects when one of them imports what only Node has. */
async function bundle(file: string): Promise<{ text: string; files: readonly string[] }> {
  const entry = fileURLToPath(new URL(file, import.meta.url));
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return { text: outputFiles[0]?.text ?? '', files: Object.keys(metafile.inputs) };
}

describe('the rule engine', () => {
  test('gives its answers here', () => {
    expect(lines()).toEqual(EXPECTED);
  });

  test('is made of its own room, of kit, and of nothing that only Node has', async () => {
    const { files } = await bundle('../../src/rules/index.ts');
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !/(^|\/)(src\/(rules|kit)|node_modules\/ipaddr\.js)\//.test(file))).toEqual(
      [],
    );
  });

  testWith(['chromium'], 'gives the same answers in a real browser', async () => {
    const { text: script } = await bundle('./show.ts');
    const server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      response.end(
        isScript ? script : '<!DOCTYPE html><body><script type="module" src="/page.js"></script></body>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const dom = await browse(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, 2000);
      for (const line of EXPECTED) expect(dom).toContain(line.replaceAll('&', '&amp;'));
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
