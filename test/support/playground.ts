// The playground as a visitor meets it: the command serves it, a real Chromium shows it. What a page asks of the network
// and what its console says is kept: there must be nothing of either that does not belong there.
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { type Command, openWorkshop, type Workshop } from './command.ts';
import { part } from './programs.ts';
import { until } from './scene.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Visit {
  readonly page: Page;
  /** URLs that were asked for. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, violations of the page's policy among them. */
  readonly complaints: readonly string[];
}

export interface Playground {
  readonly url: string;
  readonly workshop: Workshop;
  /** Opens the page as a new visitor, and waits for its first answer. */
  visit(path?: string, options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Waits for the line that says where the page is. */
export async function playgroundUrl(command: Command): Promise<string> {
  return until('the line that says where the page is', () => {
    return /^portico: playground on (\S+)\n/m.exec(command.out())?.[1];
  });
}

export async function openPlayground(words: readonly string[] = []): Promise<Playground> {
  const workshop = await openWorkshop();
  let browser: Browser | undefined;
  try {
    const command = workshop.start(['playground', '--port', String(workshop.port), ...words]);
    const url = await playgroundUrl(command);
    browser = await chromium.launch({ executablePath: part('chromium')?.program ?? '', args: FLAGS });
    const opened = browser;
    return {
      url,
      workshop,
      visit: (path = '', options = {}) => visit(opened, `${url}${path}`, options),
      async close() {
        await opened.close();
        await workshop.close();
      },
    };
  } catch (error) {
    await browser?.close();
    await workshop.close();
    throw error;
  }
}

async function visit(browser: Browser, url: string, options: BrowserContextOptions): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1300, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(url);
  await answered(page);
  return { page, requests, complaints };
}

/** Waits until what is shown is the answer to what stands in the fields. */
export async function answered(page: Page): Promise<void> {
  await page.locator('.answer:not(.is-asked) .verdict').first().waitFor();
}

/** Puts a text in the place of the configuration, as somebody who types would. */
export async function typeConfiguration(page: Page, text: string): Promise<void> {
  await page.locator('.cm-content').click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

export async function headline(page: Page): Promise<string> {
  await answered(page);
  return page.locator('.answer .headline').first().innerText();
}
