// An application in the manner of PHP frameworks (test/apps/notes) behind a real PHP-FPM: its .htaccess file as it is,
// used by a real Chromium and by programs, once behind Apache and once behind portico.
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { startBrowser } from '../support/browser-session.ts';
import { testWith } from '../support/parts.ts';
import { PHP_MODULES, startPhpFpm } from '../support/php-fpm.ts';
import { copyTree } from '../support/php-tree.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import type { ServerKind } from '../support/server-process.ts';

const closing: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function startNotes(kind: ServerKind): Promise<Scene> {
  const scene = await makeScene();
  closing.push(scene);
  copyTree(scene, join(import.meta.dirname, '../apps/notes'), 'notes');
  scene.write('notes/data/readme', '');
  chmodSync(join(scene.root, 'notes/data'), 0o777);
  const fpm = await startPhpFpm(scene, { children: 3, pool: 'php_admin_value[post_max_size] = 20M' });
  scene.write('mime.types', 'text/html html\ntext/css css\nimage/png png\ntext/plain txt\n');
  await scene.start(
    `TypesConfig {ROOT}/mime.types
<Files ".ht*">
    Require all denied
</Files>
<VirtualHost *>
    ServerName notes.example.test
    DocumentRoot {ROOT}/notes/public
    SetEnv NOTES_DATA {ROOT}/notes/data
    <FilesMatch "\\.php$">
        SetHandler "proxy:fcgi://${fpm.authority}"
    </FilesMatch>
</VirtualHost>
`,
    { kind, modules: PHP_MODULES },
  );
  return scene;
}

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);

interface Told {
  readonly status: number;
  readonly type: string | null;
  readonly location: string | null;
  readonly body: string;
}

async function ask(scene: Scene, path: string, init: RequestInit = {}): Promise<Told> {
  const response = await fetch(scene.origin + path, { redirect: 'manual', ...init });
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    location: response.headers.get('location'),
    body: await response.text(),
  };
}

const WITH_TOKEN = { Authorization: 'Bearer let-me-in' };

async function useApi(scene: Scene): Promise<void> {
  expect(await ask(scene, '/api/notes')).toMatchObject({ status: 200, type: 'application/json' });
  expect(await ask(scene, '/api/notes', { method: 'POST', body: '{}' })).toMatchObject({
    status: 401,
    body: '{"error":"who are you?"}',
  });
  const made = await ask(scene, '/api/notes', {
    method: 'POST',
    headers: { ...WITH_TOKEN, 'Content-Type': 'application/json' },
    body: JSON.stringify({ title: 'Übung', text: 'by a program' }),
  });
  expect(made.status).toBe(201);
  const { id } = JSON.parse(made.body) as { id: number };
  const url = `/api/notes/${id}`;
  const replaced = await ask(scene, url, {
    method: 'PUT',
    headers: WITH_TOKEN,
    body: '{"title":"new","text":"x"}',
  });
  expect(JSON.parse(replaced.body)).toEqual({ id, title: 'new', text: 'x' });
  expect((await ask(scene, url, { method: 'DELETE', headers: WITH_TOKEN })).status).toBe(204);
  expect((await ask(scene, url)).status).toBe(404);
  expect(JSON.parse((await ask(scene, '/api/echo/a%20b%2Bc/%C3%A9?x=1&y[]=2&y[]=3')).body)).toEqual({
    word: 'a b+c/\u00e9',
    query: { x: '1', y: ['2', '3'] },
    length: 0,
  });
  const large = await ask(scene, '/api/notes', {
    method: 'POST',
    headers: WITH_TOKEN,
    body: 'z'.repeat(5_000_000),
  });
  expect(large.status).toBe(201);
  expect((await ask(scene, '/api/notes/1', { method: 'DELETE', headers: WITH_TOKEN })).status).toBe(204);
}

async function lookAround(scene: Scene): Promise<void> {
  expect(await ask(scene, '/nothing/here')).toMatchObject({ status: 404, type: 'text/html; charset=UTF-8' });
  expect((await ask(scene, '/nothing/here')).body).toContain('<code>/nothing/here</code>');
  expect(await ask(scene, '/login/')).toMatchObject({ status: 301, location: `${scene.origin}/login` });
  expect(await ask(scene, '/index.php/login')).toMatchObject({
    status: 301,
    location: `${scene.origin}/login`,
  });
  expect(await ask(scene, '/assets/style.css')).toMatchObject({ status: 200, type: 'text/css' });
  expect((await ask(scene, '/settings.ini')).status).toBe(403);
  expect((await ask(scene, '/.htaccess')).status).toBe(403);
  const head = await fetch(`${scene.origin}/`, { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(head.headers.get('x-content-type-options')).toBe('nosniff');
}

async function useBrowser(scene: Scene): Promise<void> {
  const browser = await startBrowser();
  closing.push(browser);
  await browser.open(`${scene.origin}/`);
  await browser.leave('document.querySelector("#login").click()');
  await browser.fill('input[name=user]', 'anna');
  await browser.fill('input[name=password]', 'wrong');
  await browser.leave('document.querySelector("button").click()');
  expect(await browser.evaluate('document.querySelector("#wrong").innerText')).toBe('That is not right.');
  await browser.open(`${scene.origin}/login`);
  await browser.fill('input[name=user]', 'anna');
  await browser.fill('input[name=password]', 'correct horse');
  await browser.leave('document.querySelector("button").click()');
  expect(await browser.evaluate('location.pathname')).toBe('/');
  expect(await browser.evaluate('document.querySelector("#user").innerText')).toBe('anna');

  const picture = join(scene.root, 'dot.png');
  writeFileSync(picture, PNG);
  await browser.fill('input[name=title]', 'A note & more');
  await browser.fill('textarea', 'Grüße <b>');
  await browser.chooseFile('input[type=file]', picture);
  await browser.leave('document.querySelector("#write button").click()');
  expect(await browser.evaluate('location.pathname')).toMatch(/^\/notes\/\d+$/);
  expect(await browser.evaluate('document.querySelector("#text").innerText')).toBe('Grüße <b>');
  expect(await browser.evaluate('document.querySelector("img").naturalWidth')).toBe(1);
  await browser.open(`${scene.origin}/`);
  await browser.leave('document.querySelector("#leave button").click()');
  expect(await browser.evaluate('document.querySelector("#login") !== null')).toBe(true);
}

/** What is uploaded is not run, whatever its name: by the .htaccess file, or because no file of PHP is meant. */
async function tryTricks(scene: Scene): Promise<void> {
  scene.write('notes/public/uploads/evil.php', '<?php echo "run";');
  scene.write('notes/public/uploads/evil.php.png', '<?php echo "run";');
  scene.write('notes/public/uploads/evil.png', '<?php echo "run";');
  const answers = await Promise.all(
    [
      '/uploads/evil.php',
      '/uploads/evil.php/x.png',
      '/uploads/evil.php.png',
      '/uploads/evil.png/x.php',
      '/uploads/evil.png%00.php',
      '/uploads/evil.png/.php',
      '/uploads/evil.PHP',
    ].map((path) => ask(scene, path)),
  );
  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 404, 404, 404, 404]);
  for (const { body } of answers) expect(body).not.toMatch(/^run/);
}

describe('an application with a front controller', () => {
  for (const kind of ['apache', 'portico'] as const) {
    testWith(
      ['php-fpm', 'chromium', ...(kind === 'apache' ? (['apache2'] as const) : [])],
      `behind ${kind}: routes, a session, an upload, JSON`,
      async () => {
        const scene = await startNotes(kind);
        await useApi(scene);
        await lookAround(scene);
        await useBrowser(scene);
        await tryTricks(scene);
      },
      300_000,
    );
  }
});
