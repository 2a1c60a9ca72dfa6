import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../../test/support/memory-site.ts';
import { formatSize } from '../../kit/size-text.ts';

const files = {
  '/srv/htdocs/d/b.txt': 'bb',
  '/srv/htdocs/d/a&<b>.html': 'a',
  '/srv/htdocs/d/x10.txt': 'xxx',
  '/srv/htdocs/d/x9.txt': 'xxxx',
  '/srv/htdocs/d/sub/y.txt': 'y',
  '/srv/htdocs/d/secret.key': 'k',
  '/srv/htdocs/d/c:d.txt': 'c',
};

async function names(options: string, target = '/d/'): Promise<string[]> {
  const conf = `DocumentRoot /srv/htdocs\n<Directory /srv/htdocs>\nOptions Indexes\n${options}\n</Directory>`;
  const { status, body } = await (await memorySite(conf, files)).ask(target);
  expect(status).toBe(200);
  return [...body.matchAll(/<a href="([^"?]*)">/g)].map((match) => match[1]!);
}

// Sizes as Apache 2.4.71 lists them.
describe('formatSize', () => {
  it.each([
    [-1, '  - '],
    [0, '  0 '],
    [13, ' 13 '],
    [972, '972 '],
    [973, '1.0K'],
    [2048, '2.0K'],
    [20480, ' 20K'],
    [1500000, '1.4M'],
  ])('of %i is "%s"', (size, text) => {
    expect(formatSize(size)).toBe(text);
  });
});

describe('a listing', () => {
  it('has the parent first, directories with a slash, and every name escaped', async () => {
    expect(await names('')).toEqual([
      '/',
      'a&amp;%3cb%3e.html',
      'b.txt',
      './c:d.txt',
      'secret.key',
      'sub/',
      'x10.txt',
      'x9.txt',
    ]);
  });

  it('leaves out what the client may not see or is not to see', async () => {
    const rules = '<Files *.key>\nRequire all denied\n</Files>\nIndexIgnore *.txt';
    expect(await names(rules)).toEqual(['/', 'a&amp;%3cb%3e.html', 'sub/']);
  });

  it('is sorted as the query asks', async () => {
    const rules = 'IndexIgnore *.key *.html c*\nIndexOptions FancyIndexing';
    expect(await names(rules, '/d/?C=S;O=D')).toEqual(['/', 'x9.txt', 'x10.txt', 'b.txt', 'sub/']);
    expect(await names(`${rules} IgnoreClient`, '/d/?C=S;O=D')).toEqual([
      '/',
      'b.txt',
      'sub/',
      'x10.txt',
      'x9.txt',
    ]);
    expect(await names(`${rules} FoldersFirst VersionSort`)).toEqual([
      '/',
      'sub/',
      'b.txt',
      'x9.txt',
      'x10.txt',
    ]);
    expect(await names(`${rules}\nIndexOrderDefault Descending Name`)).toEqual([
      '/',
      'x9.txt',
      'x10.txt',
      'sub/',
      'b.txt',
    ]);
  });

  it('needs Options Indexes', async () => {
    const site = await memorySite('DocumentRoot /srv/htdocs', files);
    expect((await site.ask('/d/')).status).toBe(403);
    expect(site.logLines.join('\n')).toContain('AH01276: Cannot serve directory /srv/htdocs/d/');
  });

  it('has icons, descriptions and a charset where they are configured', async () => {
    const conf = `DocumentRoot /srv/htdocs
<Directory /srv/htdocs>
Options Indexes
IndexOptions FancyIndexing HTMLTable NameWidth=* Charset=UTF-8
AddIcon (TXT,/icons/text.gif) .txt
AddIcon /icons/folder.gif ^^DIRECTORY^^
AddDescription "Two letters" b.txt
</Directory>`;
    const answer = await (await memorySite(conf, files)).ask('/d/');
    expect(answer.header('content-type')).toBe('text/html;charset=UTF-8');
    const row = answer.body.split('\n').find((line) => line.includes('b.txt'));
    expect(row).toContain('<tr><td valign="top"><img src="/icons/text.gif" alt="[TXT]"></td>');
    expect(row).toContain('<td align="right">  2 </td><td>Two letters</td></tr>');
    expect(answer.body).toContain('<img src="/icons/folder.gif" alt="[DIR]">');
  });
});

describe('mod_autoindex refuses', () => {
  it.each([
    ['IndexOptions Foo', 'Invalid directory indexing option'],
    ['IndexOptions NameWidth=2', 'NameWidth value must be greater than 5'],
    ['AddIcon (TXT .txt', 'missing closing paren'],
    ['IndexOrderDefault Up Name', "First keyword must be 'Ascending' or 'Descending'"],
  ])('%s', (line, message) => {
    expect(complaintsOf(line)).toEqual([message]);
  });
});
