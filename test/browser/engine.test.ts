// The rule engine needs nothing of a server: bundled for browsers it runs in one, with the same answers.

import { describe, expect, test } from 'vitest';
import { bundleForBrowsers } from '../support/bundle.ts';
import { runInPage } from '../support/page-server.ts';
import { testWith } from '../support/parts.ts';
import { lines } from './page.ts';

const EXPECTED = [
  'proxy http://127.0.0.1:8000/example/socks?q=SOCKS&a=1',
  'decline',
  '301 http://shop.example.test/index.html?page=a+b%2526c',
];

describe('the rule engine', () => {
  test('gives its answers here', () => {
    expect(lines()).toEqual(EXPECTED);
  });

  test('is made of its own room, of kit, and of nothing that only Node has', async () => {
    const { files } = await bundleForBrowsers('src/rules/index.ts');
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !/(^|\/)(src\/(rules|kit)|node_modules\/ipaddr\.js)\//.test(file))).toEqual(
      [],
    );
  });

  testWith(['chromium'], 'gives the same answers in a real browser', async () => {
    const { text: script } = await bundleForBrowsers('test/browser/show.ts');
    const dom = await runInPage(script, 2000);
    for (const line of EXPECTED) expect(dom).toContain(line.replaceAll('&', '&amp;'));
  });
});
