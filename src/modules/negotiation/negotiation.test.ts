import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../../test/support/memory-site.ts';
import { quickest } from '../../../test/support/quickest.ts';
import { readAccepted, readQuality } from './accept.ts';
import { readTypeMap } from './type-map.ts';

// As Apache 2.4.71 reads them (modules/negotiation cases).
describe('readQuality', () => {
  it.each([
    ['0.5', 0.5],
    ['.5', 0.5],
    ['0.1239', 0.123],
    ['0', 0],
    ['0.', 0],
    ['1', 1],
    ['1.0', 1],
    ['2', 1],
    ['-1', 1],
    ['x', 1],
    ['', 1],
    ['00.5', 0],
    ['0.0009', 0],
  ])('%j is %d', (text, quality) => {
    expect(readQuality(text)).toBeCloseTo(quality, 6);
  });
});

describe('readAccepted', () => {
  it.each([
    ['de, en;q=0.5', ['de 1', 'en 0.5']],
    ['text/html text/plain', ['text/html 1', 'text/plain 1']],
    ['"a,b;c";q=0.5,d', ['"a,b;c" 0.5', 'd 1']],
    ['a;q="0.5";Q=0.25', ['a 0.25']],
    ['a;level=3;x', ['a 1']],
    [',;,', [' 1', ' 1']],
    ['', []],
    ['"never ends', ['"never ends 1']],
  ])('%j', (field, names) => {
    expect(readAccepted(field)!.map(({ name, quality }) => `${name} ${quality}`)).toEqual(names);
  });

  it('takes time by its length alone', async () => {
    const took = await quickest(200, () => {
      expect(readAccepted('a;'.repeat(4000))!.length).toBe(1);
      expect(readAccepted('"'.repeat(8001))!.length).toBe(1);
    });
    expect(took).toBeLessThan(200);
  });
});

describe('a type map', () => {
  it('is one entry for each paragraph that names a file and says something of it', () => {
    const { variants, problem } = readTypeMap(
      'URI: a\n\nURI: b (remark)\nContent-Type: text/html; qs=0.5\n  ; level=3\n\nContent-Language: de\n\nURI: c\nContent-Language: DE, en\n',
      '/x.var',
    );
    expect(problem).toBeUndefined();
    expect(
      variants.map(({ fileName, type, level, languages }) => [fileName, type, level, languages]),
    ).toEqual([
      ['b', 'text/html', 3, []],
      ['c', '', 0, ['de', 'en']],
    ]);
  });

  it('takes its bodies literally, up to their ends', () => {
    const text =
      'Content-Type: text/html\nBody:--x--\nURI: no field\n\n# no remark\n--x--\n\nURI: a\nContent-Type: text/plain\n';
    expect(readTypeMap(text, '/dir/x.var').variants.map(({ fileName, body }) => [fileName, body])).toEqual([
      ['x.var', 'URI: no field\n\n# no remark\n'],
      ['a', undefined],
    ]);
  });
});

describe('MultiViews', () => {
  const site =
    'DocumentRoot /srv/htdocs\nAddLanguage de .de\nAddLanguage en .en\nAddHandler type-map .var\n' +
    '<Directory /srv/htdocs>\nOptions MultiViews\n</Directory>\n<Files secret.html>\nRequire all denied\n</Files>\n';

  it('names nothing that the client may not have', async () => {
    const open = await memorySite(site, {
      '/srv/htdocs/doc.html.de': 'd',
      '/srv/htdocs/doc.html.en': 'e',
      '/srv/htdocs/secret.html': 's',
      '/srv/outside.html': 'o',
    });
    const refused = await open.ask('/doc', { headers: { 'Accept-Language': 'fr' } });
    expect(refused.status).toBe(406);
    expect(refused.body).not.toContain('/srv');
    expect((await open.ask('/secret')).status).toBe(404);
    expect((await open.ask('/../outside')).status).toBe(400);
    expect((await open.ask('/%2e%2e/outside')).status).toBe(400);
    expect((await open.ask('/doc%00')).status).toBe(404);
  });

  it('shows names and remarks of a map as HTML, names escaped', async () => {
    const maps = await memorySite(site, {
      '/srv/htdocs/x.var':
        'URI: <a>b\nContent-Language: de\nContent-Type: text/html\nDescription: <i>german</i>\n',
    });
    const { status, body, header } = await maps.ask('/x.var', { headers: { 'Accept-Language': 'fr' } });
    expect(status).toBe(406);
    expect(body).toContain('<a href="%3ca%3eb">&lt;a&gt;b</a> <i>german</i>, type text/html, language de');
    expect(header('alternates')).toBe('{"%3ca%3eb" 1 {type text/html} {language de}}');
  });

  it('does not read a map that is no map', async () => {
    const big = await memorySite(site, { '/srv/htdocs/x.var': 'x'.repeat(5_000_000) });
    expect((await big.ask('/x.var')).status).toBe(403);
  });
});

describe('directives', () => {
  // Sentences of Apache 2.4.71.
  it.each([
    ['ForceLanguagePriority Prefer Fallback', []],
    ['ForceLanguagePriority None Prefer', ['Cannot combine ForceLanguagePriority options None and Prefer']],
    ['ForceLanguagePriority Prefer None', ['Cannot combine ForceLanguagePriority options with None']],
    ['ForceLanguagePriority Often', ['Invalid ForceLanguagePriority option Often']],
    ['MultiviewsMatch Any Handlers', ['Handlers is incompatible with Any and NegotiatedOnly']],
    [
      '<Location />\nMultiviewsMatch Any\n</Location>',
      ['MultiviewsMatch cannot occur within <Location> section'],
    ],
  ])('%s', (line, complaints) => {
    expect(complaintsOf(line)).toEqual(complaints);
  });
});
