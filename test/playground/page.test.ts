// The playground in a real Chromium: rules are typed, and the page says what becomes of a request. What it says is held
// against the command that asks the same engine on the machine.
import { afterAll, describe, expect } from 'vitest';
import { testWith } from '../support/parts.ts';
import { headline, openPlayground, type Playground, typeConfiguration } from '../support/playground.ts';

let opened: Promise<Playground> | undefined;

const playground = (): Promise<Playground> => {
  opened ??= openPlayground();
  return opened;
};

afterAll(async () => (await opened)?.close());

describe('the playground', () => {
  testWith(['chromium'], 'shows what rules do while they are typed', async () => {
    const { page } = await (await playground()).visit();
    await typeConfiguration(page, 'RewriteEngine On\nRewriteRule ^articles/(\\d+)$ /a.php?id=$1 [R=302,L]');
    await expect.poll(() => headline(page)).toBe('302 Found, for now, at http://www.example.com/a.php?id=42');
    await page.getByLabel('URL').fill('http://www.example.com/other');
    await expect.poll(() => headline(page)).toBe('404 Not Found');
    expect(await page.locator('.cm-note').allInnerTexts()).toEqual(['no match for other']);
  });

  testWith(['chromium'], 'tells each line of the file what it has done', async () => {
    const { page } = await (await playground()).visit();
    await typeConfiguration(
      page,
      'RewriteEngine On\nRewriteCond %{HTTP_HOST} ^old\\.\nRewriteRule ^ http://new/ [R]\nRewriteRule ^(.*)/42$ $1.html [END]\nRewriteRule ^ - [F]',
    );
    await expect
      .poll(() => page.locator('.cm-note').allInnerTexts())
      .toEqual([
        'does not hold on www.example.com',
        'matches articles/42, but the condition in line 2 does not hold',
        'articles/42 → articles.html',
        'not reached',
      ]);
    expect(await page.locator('.cm-traceGutter .cm-gutterElement span').allInnerTexts()).toEqual([
      '✗',
      '✗',
      '✓',
      '·',
    ]);
    expect(await page.locator('.step .group').allInnerTexts()).toEqual(['$1 = articles']);
  });

  testWith(['chromium'], 'answers every example, and asks nobody', async () => {
    const { page, complaints, requests } = await (await playground()).visit();
    const titles = (await page.locator('#examples option').allInnerTexts()).slice(1);
    expect(titles.length).toBeGreaterThanOrEqual(8);
    const said = new Set<string>();
    for (const title of titles) {
      await page.getByLabel('Examples').selectOption(title);
      said.add(`${await headline(page)} ${await page.getByTestId('hint').innerText()}`);
      expect(await page.getByTestId('problem').count(), title).toBe(0);
    }
    expect(said.size).toBe(titles.length);
    expect(complaints).toEqual([]);
    const { url } = await playground();
    const asked = requests.filter((one) => !one.startsWith('data:')).map((one) => one.replace(url, '/'));
    expect(asked.sort()).toEqual(['/', '/engine.js', '/page.js', '/style.css']);
  });

  testWith(['chromium'], 'has the trace that the command prints', async () => {
    const { workshop, visit } = await playground();
    const rules = 'RewriteEngine On\nRewriteCond %{QUERY_STRING} ^$\nRewriteRule ^(.*)$ page/$1 [L]\n';
    workshop.write('site/.htaccess', rules);
    const told = await workshop.run(['explain', '--htaccess', '{ROOT}/site/.htaccess', '--trace', '/a']);
    const { page } = await visit();
    await page.getByLabel('URL').fill('/a');
    await page.getByLabel('Files that exist').fill('');
    await typeConfiguration(page, rules);
    const atRoot = told.out.replaceAll(`${workshop.root}/site`, '/var/www/html').trim();
    expect(atRoot.split('\n').length).toBeGreaterThan(10);
    await expect.poll(() => page.locator('.trace').textContent()).toBe(atRoot);
  });

  testWith(['chromium'], 'shows a loop with its rule and what ends it', async () => {
    const { page } = await (await playground()).visit();
    await page.getByLabel('Examples').selectOption('Trap: a loop');
    await expect.poll(() => headline(page)).toBe('500 Internal Server Error');
    const loop = page.locator('.loop');
    expect(await loop.locator('h3').innerText()).toBe('A loop: this rule leads to itself');
    expect(await loop.locator('li').allInnerTexts()).toEqual([
      '/a',
      '/page/a',
      '/page/page/a',
      '/page/page/page/a',
      '…',
    ]);
    await page.locator('.cm-content').click();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('End');
    for (let times = 0; times < 2; times++) await page.keyboard.press('Backspace');
    await page.keyboard.type('END]');
    await expect.poll(() => headline(page)).toBe('200 File /page/a');
    expect(await loop.count()).toBe(0);
  });

  testWith(['chromium'], 'shows what a backend would receive, byte for byte', async () => {
    const { page } = await (await playground()).visit();
    await page.getByLabel('Examples').selectOption('An application behind one rule');
    await expect.poll(() => headline(page)).toBe('Forwarded to http://127.0.0.1:8000/users/7?tab=all');
    expect((await page.locator('.verdict pre').innerText()).split('\n')).toEqual([
      'GET /users/7?tab=all HTTP/1.1',
      'Host: 127.0.0.1:8000',
      'User-Agent: curl/8.5',
      'Cookie: session=abc',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Host: www.example.com',
      'X-Forwarded-Server: www.example.com',
      'Connection: Keep-Alive',
    ]);
  });

  testWith(['chromium'], 'says what an upgrade of Apache changes', async () => {
    const { page } = await (await playground()).visit();
    await page.getByLabel('Examples').selectOption('What an upgrade of Apache breaks');
    const upgrade = page.locator('.upgrade');
    await upgrade.waitFor();
    expect(await upgrade.innerText()).toContain('since 2.4.56: 403 Forbidden');
    expect(await upgrade.innerText()).toContain('AH10410');
    await page.getByLabel('Answer as Apache').selectOption('');
    await expect.poll(() => headline(page)).toBe('403 Forbidden');
    expect(await upgrade.count()).toBe(0);
  });

  testWith(['chromium'], 'has a mark in the margin for a remark, with why and what to write', async () => {
    const { page } = await (await playground()).visit();
    await page.getByLabel('Examples').selectOption('Trap: [P] without a slash');
    const mark = page.locator('.cm-lint-marker-error');
    await mark.hover();
    const tooltip = page.locator('.cm-tooltip .cm-diagnostic-error');
    await tooltip.waitFor();
    expect(await tooltip.innerText()).toContain('no slash ends the host');
    expect(await tooltip.innerText()).toContain('Write');
    await page.mouse.move(0, 0);
    await tooltip.waitFor({ state: 'detached' });
    const listed = page.locator('.remark-error');
    await listed.locator('summary').click();
    expect(await listed.innerText()).toContain('http://127.0.0.1:8000/$1');
    await listed.getByRole('button', { name: 'Show line 2' }).click();
    expect(await page.locator('.cm-shown-line').innerText()).toMatch(/^RewriteRule/);
  });

  testWith(['chromium'], 'says which line cannot be read, and why', async () => {
    const { page } = await (await playground()).visit();
    await typeConfiguration(page, 'RewriteEngine On\nRewriteRlue ^ /x');
    await page.getByTestId('problem').waitFor();
    expect(await page.getByTestId('problem').innerText()).toContain("Invalid command 'RewriteRlue'");
    expect(await page.getByTestId('problem').innerText()).toMatch(/^line 2: /);
    await page.locator('.cm-lint-marker-error').waitFor();
    await page.getByText('Apache answers 500 to every request for this folder').waitFor();
    await page.getByText('httpd.conf').click();
    await page.getByText('Apache does not start with it.').waitFor();
    await page.getByText('Header lines, client').click();
    await page.getByLabel('Header lines', { exact: true }).fill('no header line');
    await expect
      .poll(() => page.getByTestId('problem').innerText())
      .toBe('Header lines: “no header line” is no header line. Write Name: value.');
  });

  testWith(['chromium'], 'stops what takes too long, and goes on', async () => {
    const { page } = await (await playground()).visit();
    await page.clock.install();
    const many = Array.from(
      { length: 1500 },
      (_, n) => `RewriteRule ^(.*)/p(\\w+)${n}([a-z]*)(.*)$ /n$1/$2 [L]`,
    );
    await page.evaluate(pasting(`RewriteEngine On\n${many.join('\n')}\n`));
    // The page's time goes faster than the engine works.
    await page.clock.runFor(11_000);
    await expect
      .poll(() => page.getByTestId('problem').innerText())
      .toMatch(/^This took longer than 10 seconds and was stopped\./);
    await page.getByLabel('Examples').selectOption('Trap: a loop');
    await page.clock.runFor(200);
    await expect.poll(() => headline(page), { timeout: 10_000 }).toBe('500 Internal Server Error');
  });
});

/** A script of the page that pastes a text in the place of the configuration. */
function pasting(text: string): string {
  return `{
    const field = document.querySelector('.editor').shadowRoot.querySelector('.cm-content');
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', ${JSON.stringify(text)});
    field.focus();
    document.execCommand('selectAll');
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`;
}
