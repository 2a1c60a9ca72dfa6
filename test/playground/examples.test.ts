// The examples keep what their hints promise: each is changed as its hint says, and comes to what it says.
import type { Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import { testWith } from '../support/parts.ts';
import {
  eventually,
  headline,
  openPlayground,
  type Playground,
  typeConfiguration,
} from '../support/playground.ts';

let opened: Promise<Playground> | undefined;
/** One page for all: an example fills in every field. */
let page: Page | undefined;

afterAll(async () => (await opened)?.close());

async function example(title: string): Promise<Page> {
  opened ??= openPlayground();
  page ??= (await (await opened).visit()).page;
  await page.getByLabel('Examples').selectOption(title);
  return page;
}

/** The lines in the editor, without the notes behind them. */
const LINES = `[...document.querySelector('.editor').shadowRoot.querySelectorAll('.cm-line')].map((line) => {
  const own = line.cloneNode(true);
  for (const note of own.querySelectorAll('.cm-note')) note.remove();
  return own.textContent;
}).join('\\n')`;

async function edit(shown: Page, what: RegExp | string, by: string): Promise<void> {
  const text = await shown.evaluate<string>(LINES);
  expect(text).toMatch(what);
  await typeConfiguration(shown, text.replace(what, by));
}

const url = (path: string) => (shown: Page) => shown.getByLabel('URL').fill(`http://www.example.com${path}`);
const change = (what: RegExp | string, by: string) => (shown: Page) => edit(shown, what, by);

describe('an example', () => {
  for (const [title, hint, act, comes] of [
    [
      'Pretty URLs: a front controller',
      'lets real files through',
      url('/css/app.css'),
      '200 File /css/app.css',
    ],
    [
      'WordPress in a folder',
      'has an address for its pictures',
      url('/blog/wp-content/logo.png'),
      '200 File /blog/wp-content/logo.png',
    ],
    [
      'An application behind one rule',
      'keeps /static/ to itself',
      url('/static/logo.svg'),
      '200 File /srv/app/static/logo.svg',
    ],
    [
      'Everything to https, behind a balancer',
      'is mended by the condition in the comment',
      change(/# (RewriteCond %\{HTTP:.*)\n.*HTTPS.*\n/, '$1\n'),
      '200 File /shop/index.html',
    ],
    [
      'Trap: a RewriteBase from elsewhere',
      'is mended by the right base',
      change('RewriteBase /', 'RewriteBase /blog/'),
      'PHP runs /blog/index.php?page=about',
    ],
    [
      'Trap: a RewriteBase from elsewhere',
      'is mended by none',
      change(/RewriteBase .*\n/, ''),
      'PHP runs /blog/index.php?page=about',
    ],
    ['Trap: a loop', 'ends with [END]', change('[L]', '[END]'), '200 File /page/a'],
    [
      'Trap: [P] without a slash',
      'is mended by the slash',
      change('8000$1', '8000/$1'),
      'Forwarded to http://127.0.0.1:8000/@attacker.example/',
    ],
    [
      'Pictures for this site only',
      'gives them to those who say nothing',
      (shown: Page) => shown.getByLabel('Header lines', { exact: true }).fill(''),
      '200 File /images/cat.jpg',
    ],
    [
      'Old addresses, with their query',
      'leads to the new one',
      (shown: Page) => shown.getByRole('button', { name: 'Follow it' }).click(),
      '200 File /products/42/index.html',
    ],
    [
      'Who may come in',
      'lets the office in',
      (shown: Page) => shown.getByLabel('Client address').fill('10.1.2.3'),
      '200 File /admin/index.html',
    ],
    [
      'What an upgrade of Apache breaks',
      'is refused today',
      (shown: Page) => shown.getByLabel('Answer as Apache').selectOption(''),
      '403 Forbidden',
    ],
    [
      'What an upgrade of Apache breaks',
      'is mended by [B]',
      change('[P]', '[P,B]'),
      'Forwarded to http://127.0.0.1:8000/search?q=red+shoes',
    ],
  ] as const)
    testWith(['chromium'], `“${title}” ${hint}`, async () => {
      const shown = await example(title);
      expect(await headline(shown)).not.toBe(comes);
      await act(shown);
      await eventually(() => headline(shown)).toBe(comes);
    });

  testWith(['chromium'], '“How long browsers keep things” gives each its own life', async () => {
    const shown = await example('How long browsers keep things');
    const control = shown.locator('.headers div', { hasText: 'Cache-Control' }).locator('dd');
    await eventually(() => control.innerText()).toBe('max-age=31536000, immutable');
    await url('/index.html')(shown);
    await eventually(() => control.innerText()).toBe('max-age=0');
    await url('/about')(shown);
    await eventually(() => control.innerText()).toBe('max-age=300');
  });
});
