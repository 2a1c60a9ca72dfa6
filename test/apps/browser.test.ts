// A person with a real Chromium before an application that is not running.
import { afterEach, describe, expect } from 'vitest';
import { type AppScene, makeAppScene, PASS_ALL, shopSection } from '../support/app-scene.ts';
import { type BrowserSession, startBrowser } from '../support/browser-session.ts';
import { testWith } from '../support/parts.ts';

let scene: AppScene;
let browser: BrowserSession | undefined;

afterEach(async () => {
  await browser?.close();
  browser = undefined;
  await scene.close();
});

describe('a browser', () => {
  testWith(['chromium'], 'sees the waiting page, then the application, and nothing else', async () => {
    scene = await makeAppScene();
    await scene.start(shopSection('AppEnv START_MS 4000') + PASS_ALL);
    browser = await startBrowser();
    await browser.open(`${scene.origin}/cart?item=1`);
    expect(await browser.evaluate('document.title')).toBe('Starting up');
    // The style has passed the page's own policy.
    expect(await browser.evaluate("getComputedStyle(document.querySelector('main')).maxWidth")).toBe('512px');
    await browser.waitFor(`document.body.innerText.includes('"url":"/cart?item=1"')`);
    const pages = browser.answers.filter(({ url }) => url.endsWith('/cart?item=1'));
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map(({ status }) => status)).toEqual([...Array(pages.length - 1).fill(503), 200]);
    expect(scene.lines('starts')).toHaveLength(1);
  });
});
