// Links to what somebody has put into the page: they bring it back, whole; and whatever else stands behind the # of an
// address does no harm.
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect } from 'vitest';
import { testWith } from '../support/parts.ts';
import { headline, openPlayground, type Playground, typeConfiguration } from '../support/playground.ts';

let opened: Promise<Playground> | undefined;

const playground = (): Promise<Playground> => {
  opened ??= openPlayground();
  return opened;
};

afterAll(async () => (await opened)?.close());

/** A link's fragment as the page would make it, of anything. */
function fragment(value: unknown): string {
  return `#1.${deflateRawSync(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')}`;
}

const RULES = 'RewriteEngine On\nRewriteRule ^käse$ /ok [R=301]\n# "quoted" </script><b>bold</b>\n';

describe('a link', () => {
  testWith(['chromium'], 'brings back all fields, to somebody else', async () => {
    const { visit } = await playground();
    const { page } = await visit('', { permissions: ['clipboard-read', 'clipboard-write'] });
    await typeConfiguration(page, RULES);
    await page.getByLabel('in folder').fill('sub');
    await page.getByLabel('URL').fill('http://www.example.com/sub/k%C3%A4se');
    await page.getByLabel('Method').selectOption('POST');
    await page.getByText('Header lines, client').click();
    await page.getByLabel('Header lines', { exact: true }).fill('X-One: 1\nX-Two: ü');
    await page.getByLabel('Client address').fill('192.0.2.1');
    await page.getByLabel('Files that exist').fill('a.html\nfolder/');
    await expect
      .poll(() => headline(page))
      .toMatch(/^301 Moved permanently to http:\/\/www\.example\.com\/ok$/);
    await page.getByRole('button', { name: 'Share' }).click();
    await page.getByText('Link copied.').waitFor();
    const link = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(link).toBe(page.url());
    expect(link).toMatch(/#1\.[\w-]+$/);

    const { page: other, complaints } = await visit(new URL(link).hash);
    expect(await headline(other)).toBe('301 Moved permanently to http://www.example.com/ok');
    expect((await other.locator('.cm-line').allTextContents())[2]).toBe('# "quoted" </script><b>bold</b>');
    expect(await other.getByLabel('in folder').inputValue()).toBe('sub');
    expect(await other.getByLabel('Method').inputValue()).toBe('POST');
    expect(await other.getByLabel('Header lines', { exact: true }).inputValue()).toBe('X-One: 1\nX-Two: ü');
    expect(await other.getByLabel('Client address').inputValue()).toBe('192.0.2.1');
    expect(await other.getByLabel('Files that exist').inputValue()).toBe('a.html\nfolder/');
    expect(complaints).toEqual([]);
  });

  testWith(['chromium'], 'that is followed in an open page is opened there', async () => {
    const { page } = await (await playground()).visit();
    await page.evaluate(`location.hash = ${JSON.stringify(fragment({ text: 'Redirect 410 /', url: '/x' }))}`);
    await expect.poll(() => headline(page)).toBe('410 Gone');
  });

  testWith(['chromium'], 'is left behind by a change, which is what the next visit begins with', async () => {
    const { page } = await (await playground()).visit(fragment({ text: 'Redirect 410 /', url: '/x' }));
    await page.getByLabel('URL').fill('/y');
    await expect.poll(() => page.url()).not.toContain('#');
    await expect.poll(() => page.evaluate('localStorage.length')).toBe(1);
    await page.reload();
    expect(await headline(page)).toBe('410 Gone');
    expect(await page.getByLabel('URL').inputValue()).toBe('/y');
  });

  const zeros = deflateRawSync(Buffer.alloc(50_000_000, '0')).toString('base64url');
  testWith(['chromium'], 'that is none says so, and the page goes on', async () => {
    const { page, complaints } = await (await playground()).visit('#nonsense');
    const notice = page.getByRole('alert');
    expect(await notice.innerText()).toContain('This link is not one of this page');
    expect(await headline(page)).toContain('PHP runs');
    for (const [hash, told] of [
      ['#1.AAAA', 'This link is damaged'],
      ['#1.%3Cscript%3E', 'This link is not one of this page'],
      [`#1.${zeros}`, 'This link is damaged'],
      [`#1.${'A'.repeat(130_000)}`, 'This link is too long'],
      [fragment('{'), 'This link is damaged'],
      ['#1.%', 'This link is not one of this page'],
      [fragment([]), 'This link is damaged'],
      ['#2.AAAA', 'This link is not one of this page'],
      [fragment({ text: 7 }), 'This link is damaged'],
      ['#', undefined],
      [fragment({ kind: 'constructor' }), 'This link is damaged'],
      ['#', undefined],
      [fragment({ url: 'x'.repeat(9000) }), 'This link is damaged'],
    ] as const) {
      await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      if (told === undefined) await notice.waitFor({ state: 'detached' });
      else await page.getByText(told).waitFor();
    }
    expect(await headline(page)).toContain('PHP runs');
    expect(complaints).toEqual([]);
  });

  testWith(['chromium'], 'with markup in every field shows it as text', async () => {
    const markup = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';
    const { visit } = await playground();
    for (const kind of ['htaccess', 'configuration']) {
      const draft = {
        kind,
        text: `RewriteEngine On\nRewriteRule "(.*)" "/${markup.replaceAll('"', '\\"')}$1" [R,NE]\nErrorDocument 404 '${markup}'\n`,
        folder: kind === 'htaccess' ? markup : '',
        url: `/${markup}`,
        headers: `X-A: ${markup}`,
        files: markup,
        __proto__: { polluted: 1 },
      };
      const { page, complaints } = await visit(fragment(draft));
      expect(await page.title()).toBe('portico playground');
      expect(await page.locator('img').count()).toBe(0);
      expect(complaints).toEqual([]);
      await page.context().close();
    }
    const { page } = await visit(fragment({ apache: '<b>2</b>' }));
    expect(await page.getByTestId('problem').innerText()).toContain('Apache <b>2</b> is not among');
  });
});
