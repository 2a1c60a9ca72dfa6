import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../../test/support/memory-site.ts';
import { matchPrefix } from './prefix.ts';
import { substituteGroups } from './substitute.ts';

const site = 'DocumentRoot /srv/htdocs\n<Directory /srv>\nAllowOverride All\n</Directory>\n';
const files = { '/srv/htdocs/a.txt': 'root', '/srv/other/a.txt': 'other', '/srv/other/d/b.txt': 'deep' };

describe('matchPrefix', () => {
  it.each([
    ['/al', '/al', 3],
    ['/al/x', '/al', 3],
    ['/alx', '/al', 0],
    ['/al', '/al/', 0],
    ['/al/x', '/al/', 4],
    ['/al//x', '/al/', 5],
    ['//al/x', '/al', 4],
    ['/', '/', 1],
    ['/x', '/', 1],
    ['/x', '/y', 0],
  ])('of %s by %s is %i', (path, prefix, length) => {
    expect(matchPrefix(path, prefix)).toBe(length);
  });
});

describe('substituteGroups', () => {
  it.each([
    ['/x/$1', '/x/one'],
    ['$0-$2-$9', 'whole--'],
    ['\\$1', '$1'],
    ['a&b', 'a&b'],
    ['$', '$'],
  ])('of %s', (target, result) => {
    expect(substituteGroups(target, ['whole', 'one', undefined])).toBe(result);
  });
});

describe('Alias', () => {
  async function bodyOf(conf: string, target: string): Promise<string | number> {
    const answer = await (await memorySite(`${site}${conf}`, files)).ask(target);
    return answer.status === 200 ? answer.body : answer.status;
  }

  it('maps by whole segments, the first match winning', async () => {
    const conf = 'Alias /al /srv/other\nAlias /al/d /srv/htdocs';
    expect(await bodyOf(conf, '/al/a.txt')).toBe('other');
    expect(await bodyOf(conf, '/al/d/b.txt')).toBe('deep');
    expect(await bodyOf(conf, '/alx/a.txt')).toBe(404);
  });

  it('with a trailing slash leaves the path without it alone', async () => {
    expect(await bodyOf('Alias /al/ /srv/other/', '/al/a.txt')).toBe('other');
    expect(await bodyOf('Alias /al/ /srv/other/', '/al')).toBe(404);
  });

  it('cannot be left by dots', async () => {
    expect(await bodyOf('Alias /al/ /srv/other/', '/al/%2e%2e/a.txt')).toBe('root');
    expect(await bodyOf('AliasMatch ^/al(.*)$ /srv/other$1', '/al/../a.txt')).toBe('root');
  });

  it('by pattern takes what the pattern captures', async () => {
    expect(await bodyOf('AliasMatch ^/m/(.*)$ /srv/other/$1', '/m/d/b.txt')).toBe('deep');
  });

  it('in a Location maps everything to one path, and with AliasPreservePath what is below', async () => {
    const exact = '<Location /la>\nAlias /srv/other/a.txt\n</Location>';
    expect(await bodyOf(exact, '/la/whatever')).toBe('other');
    const below = '<Location /la>\nAlias /srv/other\nAliasPreservePath On\n</Location>';
    expect(await bodyOf(below, '/la/d/b.txt')).toBe('deep');
  });

  it('in a Location may be an expression', async () => {
    const conf = '<Location /le>\nAlias "/srv/other/%{QUERY_STRING}"\n</Location>';
    expect(await bodyOf(conf, '/le?a.txt')).toBe('other');
  });
});

describe('Redirect', () => {
  async function locationOf(conf: string, target: string, more = {}): Promise<[number, string | undefined]> {
    const answer = await (await memorySite(`${site}${conf}`, { ...files, ...more })).ask(target);
    return [answer.status, answer.header('location')];
  }

  it.each([
    ['Redirect /r http://e.test', '/r/x%20y?q=1', 302, 'http://e.test/x%20y?q=1'],
    ['Redirect /rp http://r/', '/rp/x', 302, 'http://r//x'],
    ['Redirect permanent /r /new', '/r', 301, 'http://www.example.test/new'],
    ['Redirect 308 /r /new', '/r', 308, 'http://www.example.test/new'],
    ['Redirect seeother /r /new', '/r/a', 303, 'http://www.example.test/new/a'],
    ['Redirect /h3/ http://e.test/x?q=1', '/h3/a?z=1', 302, 'http://e.test/x?q=1a'],
    ['Redirect "/h4/b c" http://e.test/sp', '/h4/b%20c', 302, 'http://e.test/sp'],
    ['RedirectTemp /r http://e.test/', '/r', 302, 'http://e.test/'],
    ['RedirectPermanent /r http://e.test/', '/r', 301, 'http://e.test/'],
    ['RedirectMatch ^/n(.*)$ /loc$1', '/nx%20y?q', 302, 'http://www.example.test/locx%20y?q'],
    ['RedirectMatch ^/m(.*)$ http://e.test/m$1?x=$1&\\$1', '/ma%20b', 302, 'http://e.test/ma%20b?x=a b&$1'],
    ['RedirectRelative On\nRedirect /r /new', '/r', 302, '/new'],
    ['Redirect gone /r', '/r', 410, undefined],
    ['Redirect 404 /a.txt', '/a.txt', 404, undefined],
    ['Redirect 600 /r', '/r', 500, undefined],
    ['RedirectMatch ^/o(.*)$ foo$1', '/o1', 500, undefined],
    ['Redirect /alx /new', '/al', 404, undefined],
  ])('%s answers %s with %i', async (conf, target, status, location) => {
    expect(await locationOf(conf, target)).toEqual([status, location]);
  });

  it('never puts a control byte into Location', async () => {
    expect(await locationOf('RedirectMatch ^/m(.*)$ http://e.test/?$1', '/mx%0d%0ay')).toEqual([
      500,
      undefined,
    ]);
    expect(await locationOf('Redirect /r http://e.test/', '/r/%0d%0ax')).toEqual([
      302,
      'http://e.test//%0d%0ax',
    ]);
  });

  it('comes before Alias, wherever it stands', async () => {
    const conf = 'Alias /al /srv/other\nRedirect /al/a.txt http://e.test/';
    expect(await locationOf(conf, '/al/a.txt')).toEqual([302, 'http://e.test/']);
  });

  it('in a section redirects all of it, its target being an expression', async () => {
    expect(await locationOf('<Location /l>\nRedirect 301 /zz\n</Location>', '/l/x')).toEqual([
      301,
      'http://www.example.test/zz',
    ]);
    expect(await locationOf('<Location /l>\nRedirect "/p%{QUERY_STRING}q"\n</Location>', '/l?a%20b')).toEqual(
      [302, 'http://www.example.test/pa%2520bq?a%20b'],
    );
    expect(await locationOf('<Location /l>\nRedirect gone\n</Location>', '/l/x')).toEqual([410, undefined]);
  });

  it('in .htaccess speaks of URL paths', async () => {
    const file = { '/srv/htdocs/h/.htaccess': 'Redirect gone /h/a.txt\nRedirect /h/b http://e.test/' };
    expect(await locationOf('', '/h/a.txt', file)).toEqual([410, undefined]);
    expect(await locationOf('', '/h/b/c', file)).toEqual([302, 'http://e.test//c']);
    expect(await locationOf('', '/h/c', file)).toEqual([404, undefined]);
  });
});

// Apache 2.4.71 says exactly this.
describe('alias directives refuse what Apache refuses', () => {
  const inLocation = (line: string): string => `<Location /x>\n${line}\n</Location>`;

  it.each([
    ['Alias /a', 'Alias must have two arguments when used globally'],
    [inLocation('Alias /a /b'), 'Alias cannot occur within directory context'],
    ['<Directory /x>\nAlias /b\n</Directory>', 'Alias cannot occur within <Directory> section'],
    [
      inLocation('Alias %{nosuch}'),
      "Cannot parse alias expression '%{nosuch}': Variable 'nosuch' does not exist",
    ],
    ['AliasMatch ( x', 'Regular expression could not be compiled.'],
    ['Redirect /a', 'URL to redirect to is missing'],
    ['Redirect /a b', 'Redirect to non-URL'],
    ['Redirect /a b c', 'Redirect: invalid first argument (of three)'],
    ['Redirect gone /a /b', 'Redirect URL not valid for this status'],
    ['Redirect permanent /a', 'URL to redirect to is missing'],
    [inLocation('Redirect 301'), 'URL to redirect to is missing'],
    [
      inLocation('Redirect http://%{nosuch}/'),
      "Cannot parse redirect expression 'http://%{nosuch}/': Variable 'nosuch' does not exist",
    ],
    ['RedirectMatch 404 ^/a$ /b', 'Redirect URL not valid for this status'],
    ['RedirectMatch foo a /b', 'Redirect: invalid first argument (of three)'],
  ])('%s', (line, message) => {
    expect(complaintsOf(line)).toEqual([message]);
  });

  it('warns of an alias that is never reached', () => {
    expect(complaintsOf('Alias /a /b\nAlias /a/b /c')).toEqual([
      'warning: AH00671: The Alias directive in /srv/httpd.conf at line 2 will probably never match because it overlaps an earlier Alias.',
    ]);
  });
});
