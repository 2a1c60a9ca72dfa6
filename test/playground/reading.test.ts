// The playground for everybody: by keyboard alone, on a phone, in the dark, and read aloud.
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect } from 'vitest';
import { testWith } from '../support/parts.ts';
import { headline, openPlayground, type Playground } from '../support/playground.ts';

let opened: Promise<Playground> | undefined;

const playground = (): Promise<Playground> => {
  opened ??= openPlayground();
  return opened;
};

afterAll(async () => (await opened)?.close());

/** What axe finds, one line for each rule that is broken. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ target, any }) => target.join(' ') + ' ' + (any[0]?.message ?? '')).join(' | ')))`,
  );
}

/** What has the focus, inside the editor's shadow too. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(`(() => {
    const element = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return element?.getAttribute('data-line') ?? element?.id ?? '';
  })()`);
}

function hasEditorFocus(page: Page): Promise<boolean> {
  return page.evaluate<boolean>(
    `document.activeElement?.shadowRoot?.activeElement?.classList.contains('cm-content') === true`,
  );
}

async function tabTo(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  for (let times = 0; times < 40; times++) {
    if (await isThere()) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('Tab does not lead there');
}

async function openAll(page: Page): Promise<void> {
  await page.evaluate('for (const closed of document.querySelectorAll("details")) closed.open = true');
}

describe('the playground', () => {
  testWith(['chromium'], 'is used by keyboard alone', async () => {
    const { page } = await (await playground()).visit();
    await tabTo(page, async () => (await focused(page)) === 'examples');
    await page.keyboard.type('Trap: a loop');
    await expect.poll(() => headline(page)).toBe('500 Internal Server Error');
    await tabTo(page, () => hasEditorFocus(page));
    // Tab belongs to the text there; behind Escape it leaves.
    await page.keyboard.press('Tab');
    expect(await hasEditorFocus(page)).toBe(true);
    await page.keyboard.press('ControlOrMeta+z');
    await page.keyboard.press('F8');
    await page.locator('.cm-tooltip .cm-diagnostic-error').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => focused(page)).toBe('2');
    await page.keyboard.press('Enter');
    await expect.poll(() => hasEditorFocus(page)).toBe(true);
    expect(await page.locator('.cm-shown-line').innerText()).toMatch(/^RewriteRule/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await hasEditorFocus(page)).toBe(false);
    await tabTo(page, async () => (await focused(page)) === 'url');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('http://www.example.com/b');
    await expect.poll(() => page.locator('.round li').first().innerText()).toBe('/b');
  });

  testWith(['chromium'], 'leads from a step to its line and from a line to its step', async () => {
    const { page } = await (await playground()).visit();
    const last = page.locator('button.step').last();
    const line = await last.getAttribute('data-line');
    await last.click();
    expect(await hasEditorFocus(page)).toBe(true);
    expect(await page.locator('.cm-shown-line').innerText()).toMatch(/^RewriteRule/);
    expect(await page.locator('.step.is-here').count()).toBeGreaterThan(1);
    await page.locator('.cm-traceGutter .cm-gutterElement span').last().click();
    await expect.poll(() => focused(page)).toBe(line);
  });

  testWith(['chromium'], 'says the answer to those who hear it', async () => {
    const { page } = await (await playground()).visit();
    await page.getByLabel('Examples').selectOption('Old addresses, with their query');
    const status = page.locator('.answer [role=status]');
    await expect
      .poll(() => status.textContent())
      .toBe('301 Moved permanently to http://www.example.com/products/42/');
  });

  testWith(['chromium'], 'has nothing that axe finds, in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await (await playground()).visit('', { colorScheme, bypassCSP: true });
      const titles = (await page.locator('#examples option').allInnerTexts()).slice(1);
      for (const title of [titles[0]!, 'Trap: a loop', 'What an upgrade of Apache breaks']) {
        await page.getByLabel('Examples').selectOption(title);
        await headline(page);
        await openAll(page);
        expect(await findings(page), `${colorScheme}: ${title}`).toEqual([]);
      }
      await page.context().close();
    }
  });

  testWith(['chromium'], 'keeps the theme that was chosen', async () => {
    const { page } = await (await playground()).visit('', { colorScheme: 'light' });
    const ground = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.getByRole('button', { name: 'Change to the dark theme' }).click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    await headline(page);
    expect(await ground()).toBe(dark);
  });

  testWith(['chromium'], 'is read on a phone, without scrolling sideways', async () => {
    const { page } = await (await playground()).visit('', {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    const titles = (await page.locator('#examples option').allInnerTexts()).slice(1);
    for (const title of titles) {
      await page.getByLabel('Examples').selectOption(title);
      await headline(page);
      await openAll(page);
      const wide = await page.evaluate<string[]>(
        `[...document.querySelectorAll('#page *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => e.outerHTML.slice(0, 100))`,
      );
      expect(wide, title).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), title).toBe(true);
    }
    await page.getByLabel('Examples').selectOption(titles[1]!);
    await headline(page);
    await page.evaluate('scrollTo(0, 0)');
    // The answer is below; its first line is in sight and leads there.
    await page.locator('.to-answer').tap();
    await expect
      .poll(() => page.evaluate('Math.round(document.getElementById("answer").getBoundingClientRect().top)'))
      .toBeLessThan(400);
  });
});
