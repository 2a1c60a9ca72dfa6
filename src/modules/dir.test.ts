import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../test/support/memory-site.ts';

const site = 'DocumentRoot /srv/htdocs\n<Directory /srv>\nAllowOverride All\n</Directory>\n';
const files = {
  '/srv/htdocs/d/index.html': 'index',
  '/srv/htdocs/d/b.txt': 'b',
  '/srv/htdocs/e/c.txt': 'c',
  '/srv/htdocs/denied/x.html': 'x',
  '/srv/htdocs/denied/b.txt': 'b',
  '/srv/htdocs/front.txt': 'front',
};

async function ask(conf: string, line: string): Promise<[number, string]> {
  const answer = await (await memorySite(`${site}${conf}`, files)).ask(line);
  return [answer.status, answer.header('location') ?? (answer.status === 200 ? answer.body : '')];
}

describe('the slash behind a directory', () => {
  it.each(['GET /d?a=b', 'POST /d?a=b', 'PUT /d?a=b', 'FOO /d?a=b'])('is added for %s', async (line) => {
    expect(await ask('', line)).toEqual([301, 'http://www.example.test/d/?a=b']);
  });

  it('is not added with DirectorySlash Off, and no index is looked for', async () => {
    expect(await ask('DirectorySlash Off', '/d')).toEqual([403, '']);
    expect(await ask('DirectorySlash Off', '/d/')).toEqual([200, 'index']);
  });
});

describe('the index of a directory', () => {
  it('is the first name that exists', async () => {
    expect(await ask('', '/d/')).toEqual([200, 'index']);
    expect(await ask('DirectoryIndex none b.txt index.html', '/d/')).toEqual([200, 'b']);
    expect(await ask('DirectoryIndex none\nDirectoryIndex b.txt', '/d/')).toEqual([200, 'b']);
  });

  it('may be a URL of this server', async () => {
    expect(await ask('DirectoryIndex none /front.txt', '/e/')).toEqual([200, 'front']);
  });

  it('is looked for where rules have led, not where the client asked', async () => {
    const rules = 'RewriteEngine On\nRewriteRule ^/$ /d/ [PT]';
    expect(await ask(rules, '/')).toEqual([200, 'index']);
  });

  it('missing or disabled is 403', async () => {
    expect(await ask('', '/e/')).toEqual([403, '']);
    expect(await ask('DirectoryIndex disabled', '/d/')).toEqual([403, '']);
  });

  it('that may not be served leaves its place to the next, and is the answer when there is none', async () => {
    const denied = '<Files x.html>\nRequire all denied\n</Files>\n';
    expect(await ask(`${denied}DirectoryIndex x.html b.txt`, '/denied/')).toEqual([200, 'b']);
    expect(await ask(`${denied}DirectoryIndex x.html none`, '/denied/')).toEqual([403, '']);
  });

  it('is redirected to with DirectoryIndexRedirect, without the query', async () => {
    expect(await ask('DirectoryIndexRedirect On', '/d/?x=y')).toEqual([
      302,
      'http://www.example.test/d/index.html',
    ]);
    expect(await ask('DirectoryIndexRedirect permanent', '/d/')).toEqual([
      301,
      'http://www.example.test/d/index.html',
    ]);
  });
});

describe('FallbackResource', () => {
  const conf = 'FallbackResource /front.txt';

  it('answers for what does not exist', async () => {
    expect(await ask(conf, '/none/at/all?q')).toEqual([200, 'front']);
    expect(await ask(conf, '/e/')).toEqual([200, 'front']);
  });

  it('leaves alone what exists', async () => {
    expect(await ask(conf, '/d/b.txt')).toEqual([200, 'b']);
    expect(await ask(conf, '/d/b.txt/more')).toEqual([404, '']);
    expect(await ask(conf, '/e')).toEqual([301, 'http://www.example.test/e/']);
  });

  it('is taken back by disabled', async () => {
    expect(await ask(`${conf}\n<Location /x>\nFallbackResource disabled\n</Location>`, '/x')).toEqual([
      404,
      '',
    ]);
  });
});

describe('mod_dir refuses what Apache refuses', () => {
  it.each([
    ['DirectorySlash x', 'DirectorySlash must be On or Off'],
    ['DirectoryIndexRedirect x', 'DirectoryIndexRedirect ON|OFF|permanent|temp|seeother|3xx'],
    ['DirectoryIndexRedirect 200', 'DirectoryIndexRedirect only accepts values between 300 and 399'],
    ['FallbackResource /a b', 'FallbackResource takes one argument, Set a default handler'],
  ])('%s', (line, message) => {
    expect(complaintsOf(line)).toEqual([message]);
  });
});
