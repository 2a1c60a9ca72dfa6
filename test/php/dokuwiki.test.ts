// DokuWiki as people use it: a real Chromium in front, a real PHP-FPM behind, and its .htaccess file as it is, once
// behind Apache and once behind portico.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { type BrowserSession, startBrowser } from '../support/browser-session.ts';
import { placeDokuWiki, WIKI_PASSWORD, WIKI_USER } from '../support/dokuwiki.ts';
import { testWith } from '../support/parts.ts';
import { PHP_MODULES, startPhpFpm } from '../support/php-fpm.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import type { ServerKind } from '../support/server-process.ts';

const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

const MODULES = ['access_compat', ...PHP_MODULES];

/** One pixel, red. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);

async function startWiki(kind: ServerKind): Promise<{ scene: Scene; browser: BrowserSession }> {
  const scene = await makeScene();
  closing.push(scene);
  expect(placeDokuWiki(scene)).toMatch(/^RewriteRule \(\.\*\) +doku\.php\?id=\$1/m);
  const fpm = await startPhpFpm(scene, { on: 'socket', children: 4 });
  scene.write(
    'mime.types',
    'text/html html\ntext/css css\ntext/javascript js\nimage/png png\nimage/svg+xml svg\n',
  );
  await scene.start(
    `TypesConfig {ROOT}/mime.types
DirectoryIndex index.php
<FilesMatch "\\.php$">
    SetHandler "proxy:unix:${fpm.socket}|fcgi://localhost/"
</FilesMatch>
<Directory {ROOT}/wiki-data>
    Require all denied
</Directory>
`,
    { kind, modules: MODULES },
  );
  const browser = await startBrowser();
  closing.push(browser);
  return { scene, browser };
}

const pathOf = (browser: BrowserSession): Promise<string> =>
  browser.evaluate<string>('location.pathname + location.search');
const textOf = (browser: BrowserSession): Promise<string> =>
  browser.evaluate<string>('document.body.innerText');

async function status(scene: Scene, path: string): Promise<number> {
  const response = await fetch(scene.origin + path, { redirect: 'manual' });
  await response.arrayBuffer();
  return response.status;
}

describe('DokuWiki', () => {
  for (const kind of ['apache', 'portico'] as const) {
    testWith(
      ['php-fpm', 'dokuwiki', 'chromium', ...(kind === 'apache' ? (['apache2'] as const) : [])],
      `behind ${kind}: pages, log-in, an edit and an uploaded picture`,
      async () => {
        const { scene, browser } = await startWiki(kind);
        // A browser asks for it and for the icon in it when a page is there already. DokuWiki answers somebody who is not
        // logged in, whatever is asked, with a cookie that ends a log-in: it may come behind the one that began it.
        await browser.leaveOut('*/lib/exe/manifest.php*');

        await browser.open(`${scene.origin}/`);
        expect(await textOf(browser)).toContain('This topic does not exist yet');
        expect(await browser.evaluate<string>('document.title')).toBe('start [A wiki behind FastCGI]');
        // Links are clean: the rules of the .htaccess file lead them back.
        expect(
          await browser.evaluate<string[]>('[...document.links].map((a) => a.getAttribute("href"))'),
        ).toContain('/start?do=login&sectok=');
        const own = browser.answers.filter(({ url }) => url.startsWith(scene.origin));
        expect(own.length).toBeGreaterThan(5);
        expect(own.filter(({ status: code, url }) => code !== 200 && !url.endsWith('/'))).toEqual([]);

        await browser.open(`${scene.origin}/wiki:syntax`);
        expect(await textOf(browser)).toContain('Formatting Syntax');

        await browser.open(`${scene.origin}/start?do=login`);
        await browser.fill('#dw__login input[name=u]', WIKI_USER);
        await browser.fill('#dw__login input[name=p]', WIKI_PASSWORD);
        await browser.leave('document.querySelector("#dw__login button[type=submit]").click()');
        expect(await textOf(browser)).toContain('Logged in as');

        await browser.open(`${scene.origin}/team:news?do=edit`);
        await browser.fill(
          'textarea[name=wikitext]',
          '====== Hello ======\n\nWritten in a **real** browser: äöü & <b>.',
        );
        await browser.leave('document.querySelector("button[name=\\"do[save]\\"]").click()');
        expect(await pathOf(browser)).toBe('/team:news');
        expect(await textOf(browser)).toContain('Written in a real browser: äöü & <b>.');
        expect(await browser.evaluate<string>('document.querySelector("h1.sectionedit1").innerText')).toBe(
          'Hello',
        );

        expect(browser.answers.filter(({ url }) => url.includes('manifest'))).toEqual([]);

        const picture = join(scene.root, 'red dot.png');
        writeFileSync(picture, PNG);
        await browser.open(`${scene.origin}/lib/exe/mediamanager.php?ns=team`);
        await browser.waitFor('document.querySelector("input[type=file]")');
        await browser.chooseFile('input[type=file]', picture);
        await browser.waitFor('document.querySelector(".qq-upload-file")');
        await browser.evaluate('document.querySelector("#mediamanager__upload_button").click()');
        await browser.waitFor('document.querySelector("#mediamanager__done_form button")');
        await browser.evaluate('document.querySelector("#mediamanager__done_form button").click()');
        await browser.waitFor('document.querySelector("#media__content").innerText.includes("red_dot.png")');
        const media = await fetch(`${scene.origin}/_media/team:red_dot.png`);
        expect([media.status, media.headers.get('content-type')]).toEqual([200, 'image/png']);
        expect(Buffer.from(await media.arrayBuffer()).equals(PNG)).toBe(true);
        const again = await fetch(`${scene.origin}/_media/team:red_dot.png`, {
          headers: { 'If-None-Match': media.headers.get('etag') ?? '' },
        });
        expect(again.status).toBe(304);

        // What the .htaccess files keep to themselves.
        expect(
          await Promise.all(
            [
              '/VERSION',
              '/.htaccess',
              '/inc/init.php',
              '/bin/dwpage.php',
              '/.git/config',
              '/lib/exe/css.php',
            ].map((path) => status(scene, path)),
          ),
        ).toEqual([403, 403, 403, 403, 404, 200]);
      },
      300_000,
    );
  }
});
