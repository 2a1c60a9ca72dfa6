// The command that serves the playground: where, to whom, with which file, and how it ends.
import { request } from 'node:http';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorityOf } from '../../src/commands/playground/site.ts';
import { openWorkshop, type Workshop } from '../support/command.ts';
import { testWith } from '../support/parts.ts';
import { headline, openPlayground, playgroundUrl } from '../support/playground.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request with any Host. */
function ask(url: string, host?: string, method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method,
      agent: false,
      ...(host === undefined ? {} : { headers: { host } }),
    });
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** What the page is given to begin with. */
function given(html: string): unknown {
  const text = /<script type="application\/json" id="given">(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  return text === '' ? undefined : JSON.parse(text);
}

describe('portico playground', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('serves the page until %s, and prints one line', async (signal) => {
    const command = shop.start(['playground', '--port', '{PORT}']);
    const url = await playgroundUrl(command);
    expect(url).toBe(`http://127.0.0.1:${shop.port}/`);
    const { status, headers, text } = await ask(url);
    expect(status).toBe(200);
    expect(text).toContain('<title>portico playground</title>');
    expect(given(text)).toBeUndefined();
    const policy = String(headers['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'none'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split('; ')).toContain(part);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    for (const file of ['page.js', 'engine.js', 'style.css', 'LICENSES.txt'])
      expect((await ask(url + file)).status, file).toBe(200);
    command.signal(signal);
    expect(await command.ended).toBe(0);
    expect(command.out()).toBe(`portico: playground on ${url}\n`);
  });

  it('answers to its own names only, and only what reads', async () => {
    const url = await playgroundUrl(shop.start(['playground', '--port', '{PORT}']));
    for (const host of [`localhost:${shop.port}`, 'localhost', `127.0.0.1:${shop.port}`, '[::1]:80'])
      expect((await ask(url, host)).status, host).toBe(200);
    for (const host of [
      'attacker.example',
      `attacker.example:${shop.port}`,
      'localhost.attacker.example',
      'xlocalhost',
      '127.0.0.1.nip.example',
    ])
      expect((await ask(url, host)).status, host).toBe(403);
    expect((await ask(url, undefined, 'HEAD')).status).toBe(200);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await ask(url, undefined, method)).status, method).toBe(405);
    expect((await ask(`${url}../cli.js`)).status).not.toBe(200);
    expect((await ask(`${url}%2e%2e/cli.js`)).status).not.toBe(200);
  });

  it('takes a free port where the usual one is taken, and none where it was named', async () => {
    const other = createServer().listen(shop.port, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    try {
      const { code, out, err } = await shop.run(['playground', '--port', '{PORT}']);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain(`${shop.port}`);
    } finally {
      other.close();
    }
    const first = await playgroundUrl(shop.start(['playground']));
    const second = await playgroundUrl(shop.start(['playground']));
    expect(second).not.toBe(first);
    expect((await ask(second)).status).toBe(200);
  });

  it('begins with a file and what stands around it, as they are when the page is loaded', async () => {
    const file = shop.write(
      'site/.htaccess',
      'Redirect 410 /old\n# </script><script>alert(1)</script> <!-- $& ü\n',
    );
    shop.write('site/index.html', '');
    shop.write('site/img/a b.png', '');
    shop.write('site/blog/.htaccess', 'RewriteEngine On');
    shop.write('site/.git/config', '');
    shop.write('site/node_modules/x/index.js', '');
    const url = await playgroundUrl(shop.start(['playground', '--port', '{PORT}', file]));
    const { text } = await ask(url);
    expect(text).not.toContain('<script>alert');
    expect(given(text)).toEqual({
      kind: 'htaccess',
      text: 'Redirect 410 /old\n# </script><script>alert(1)</script> <!-- $& ü\n',
      files: 'blog/\nblog/.htaccess:\n  RewriteEngine On\nimg/\nimg/a b.png\nindex.html\n',
    });
    shop.write('site/.htaccess', 'Redirect 410 /other\n');
    shop.write('site/new.html', '');
    expect(given((await ask(url)).text)).toEqual({
      kind: 'htaccess',
      text: 'Redirect 410 /other\n',
      files: 'blog/\nblog/.htaccess:\n  RewriteEngine On\nimg/\nimg/a b.png\nindex.html\nnew.html\n',
    });
  });

  it('begins with a configuration and the files of its document roots', async () => {
    shop.write('htdocs/a.html', '');
    const text = `DocumentRoot "${shop.root}/htdocs"\n`;
    const file = shop.write('site.conf', text);
    const url = await playgroundUrl(shop.start(['playground', '--port', '{PORT}', file]));
    const root = `${shop.root}/htdocs/`;
    expect(given((await ask(url)).text)).toEqual({
      kind: 'configuration',
      text,
      files: `${root}\n${root}a.html\n`,
    });
  });

  it('lists a bounded part of a large folder', async () => {
    for (let number = 0; number < 1200; number++) shop.write(`site/page-${number}.html`, '');
    const file = shop.write('site/.htaccess', 'RewriteEngine On\n');
    const url = await playgroundUrl(shop.start(['playground', '--port', '{PORT}', file]));
    const { files } = given((await ask(url)).text) as { files: string };
    expect(files.trim().split('\n').length).toBe(1000);
  });

  it.each([
    [['--port', '0'], 2, 'portico: --port 0: not a port\n'],
    [['--port', '80a'], 2, 'portico: --port 80a: not a port\n'],
    [['--host', 'example.com'], 2, 'portico: --host example.com: not an address of this machine\n'],
    [['one', 'two'], 2, 'portico: playground begins with one file\n'],
    [['/nowhere/at/all'], 1, 'portico: ENOENT: no such file or directory'],
    [['{ROOT}'], 1, 'portico: ENOENT: no such file or directory'],
  ])('%j ends with %i', async (words, expected, text) => {
    const { code, out, err } = await shop.run(['playground', ...words]);
    expect({ code, out }).toEqual({ code: expected, out: '' });
    expect(err.slice(0, text.length)).toBe(text);
  });

  it('opens the page in the browser of the desktop where that is wanted', async () => {
    for (const name of ['xdg-open', 'open'])
      shop.write(`bin/${name}`, '#!/bin/sh\necho "$@" >{ROOT}/opened\n', 0o755);
    const env = { PATH: `${shop.root}/bin:${process.env.PATH}` };
    const url = await playgroundUrl(shop.start(['playground', '--open', '--port', '{PORT}'], { env }));
    await expect.poll(() => shop.read('opened')).toBe(`${url}\n`);
    const none = shop.start(['playground', '--open'], { env: { PATH: `${shop.root}/nowhere` } });
    expect((await ask(await playgroundUrl(none))).status).toBe(200);
    await expect.poll(() => none.err()).toContain('no browser can be opened from here');
  });

  it('listens where it is told to, and says why it cannot', async () => {
    const url = await playgroundUrl(shop.start(['playground', '--host', 'localhost', '--port', '{PORT}']));
    expect(url).toBe(`http://127.0.0.1:${shop.port}/`);
    expect(authorityOf({ host: '::1', port: 8099 })).toBe('[::1]:8099');
    // An address for documents: no machine has it.
    for (const words of [[], ['--port', '{PORT}']]) {
      const { code, out, err } = await shop.run(['playground', '--host', '192.0.2.1', ...words]);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toContain('this machine has no address 192.0.2.1');
    }
  });

  it('refuses a file that the page would not take', async () => {
    const file = shop.write('big.conf', '#\n'.repeat(150_000));
    const { code, err } = await shop.run(['playground', file]);
    expect(code).toBe(1);
    expect(err).toContain('is longer than the 200000 characters that the page takes');
  });

  testWith(['chromium'], 'shows the file in the page', async () => {
    const file = shop.write('site/.htaccess', 'Redirect 410 /\n# ü </script>\n');
    const playground = await openPlayground([file]);
    try {
      const { page, complaints } = await playground.visit();
      expect(await headline(page)).toBe('410 Gone');
      expect((await page.locator('.cm-line').allTextContents())[1]).toBe('# ü </script>');
      expect(complaints).toEqual([]);
    } finally {
      await playground.close();
    }
  });
});
