// portico/rewrite in browsers: how much there is to load, what it is made of, and that it comes to the same there.

import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bundleForBrowsers } from '../support/bundle.ts';
import { runInPage } from '../support/page-server.ts';
import { testWith } from '../support/parts.ts';
import { answers } from './page.ts';

/** Bytes of the whole library, minified and compressed with gzip. */
const BUDGET = 60_000;

describe('portico/rewrite for browsers', () => {
  test('stays within its budget', async () => {
    const { text } = await bundleForBrowsers('src/adapters/rewrite/index.ts', true);
    const gzip = gzipSync(text, { level: 9 }).length;
    const brotli = brotliCompressSync(text).length;
    process.stdout.write(`portico/rewrite: ${text.length} bytes minified, ${gzip} gzip, ${brotli} brotli\n`);
    expect(gzip).toBeLessThan(BUDGET);
  });

  test('needs nothing that only Node has, and no package but the one for addresses', async () => {
    const { text, files } = await bundleForBrowsers('src/adapters/rewrite/index.ts');
    expect(text).not.toMatch(/\bprocess\.|\bBuffer\b|\brequire\(/);
    const packages = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
    expect(new Set(packages)).toEqual(new Set(['ipaddr.js']));
  });

  testWith(['chromium'], 'comes to the same in a real browser', async () => {
    const { text } = await bundleForBrowsers('test/rewrite/show.ts');
    const dom = await runInPage(text, 5000);
    const shown = /<body>(.*)<\/body>/s.exec(dom)?.[1] ?? '';
    const expected = answers(3, 150);
    expect(expected.length).toBeGreaterThan(500);
    expect(JSON.parse(unescapeText(shown))).toEqual(expected);
  });
});

function unescapeText(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', '\xa0')
    .replaceAll('&amp;', '&');
}
