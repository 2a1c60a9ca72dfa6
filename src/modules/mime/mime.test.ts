import { describe, expect, it } from 'vitest';
import { memorySite } from '../../../test/support/memory-site.ts';
import { extensionsOf } from './extensions.ts';
import { knownTypes, parseTypesFile } from './types-file.ts';

describe('extensionsOf', () => {
  it.each([
    ['/a/b.html', ['html']],
    ['/a.d/b', []],
    ['/a/.html', []],
    ['/a/.foo.html', ['html']],
    ['/a/x.TXT.Gz', ['txt', 'gz']],
    ['/a/x..y', ['y']],
  ])('of %s', (path, extensions) => {
    expect(extensionsOf(path)).toEqual(extensions);
  });
});

describe('types by extension', () => {
  it('are read from a file, comments left out', () => {
    const typeOf = parseTypesFile('# types\ntext/html html HTM # pages\n\nimage/png png\n');
    expect(['html', 'htm', 'png', 'pages', 'txt'].map(typeOf)).toEqual([
      'text/html',
      'text/html',
      'image/png',
      undefined,
      undefined,
    ]);
  });

  it('are known without a file', () => {
    expect(['html', 'css', 'woff2', 'nosuch', '', '../x'].map(knownTypes)).toEqual([
      'text/html',
      'text/css',
      'font/woff2',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('what a name says', () => {
  const names = ['a.html.unk', 'a.de.en.html', 'a.html.gz', 'a.txt.utf8', 'plain', 'a.bar.baz', 'x.html'];
  const files = Object.fromEntries(names.map((name) => [`/srv/htdocs/${name}`, name]));
  const site = 'DocumentRoot /srv/htdocs\n<Directory /srv>\nAllowOverride All\n</Directory>\n';

  async function ask(conf: string, name: string): Promise<(string | undefined)[]> {
    const answer = await (await memorySite(`${site}${conf}`, files)).ask(`/${name}`);
    return ['content-type', 'content-encoding', 'content-language'].map((field) => answer.header(field));
  }

  it.each([
    ['', 'a.html.unk', ['text/html', undefined, undefined]],
    ['', 'plain', [undefined, undefined, undefined]],
    ['AddLanguage de .de\nAddLanguage en .en', 'a.de.en.html', ['text/html', undefined, 'de,en']],
    ['AddEncoding x-gzip .gz\nRemoveType .gz', 'a.html.gz', ['text/html', 'x-gzip', undefined]],
    ['AddCharset UTF-8 .utf8', 'a.txt.utf8', ['text/plain; charset=utf-8', undefined, undefined]],
    ['AddType text/x-two .bar.baz', 'a.bar.baz', [undefined, undefined, undefined]],
    ['AddType text/x-own html', 'x.html', ['text/x-own', undefined, undefined]],
    ['DefaultLanguage fr', 'x.html', ['text/html', undefined, 'fr']],
    ['ForceType image/gif', 'x.html', ['image/gif', undefined, undefined]],
    [
      'ForceType image/gif\n<Files x.html>\nForceType none\n</Files>',
      'x.html',
      ['text/html', undefined, undefined],
    ],
    [
      'AddType text/x-own .html\n<Files x.html>\nRemoveType .html\n</Files>',
      'x.html',
      [undefined, undefined, undefined],
    ],
  ])('with %s for %s', async (conf, name, fields) => {
    expect(await ask(conf, name)).toEqual(fields);
  });

  it('includes the handler, from any extension', async () => {
    const own = await memorySite(`${site}AddHandler nosuch .bar`, files);
    // A handler that nobody has leaves the file to the default handler.
    expect((await own.ask('/a.bar.baz')).status).toBe(200);
    const script = await memorySite(`${site}AddHandler cgi-script .bar`, files);
    expect((await script.ask('/a.bar.baz')).status).toBe(403);
    const reset = await memorySite(`${site}AddHandler cgi-script .bar\nSetHandler default-handler`, files);
    expect((await reset.ask('/a.bar.baz')).status).toBe(200);
    const asked = await memorySite(`${site}SetHandler "cgi-%{QUERY_STRING}"`, files);
    expect((await asked.ask('/a.bar.baz?script')).status).toBe(403);
    expect((await asked.ask('/a.bar.baz')).status).toBe(200);
  });
});
