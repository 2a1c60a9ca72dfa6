// Colours of lines: what is told apart, and how groups and their uses get the same one.
import { describe, expect, it } from 'vitest';
import { groupsOf } from './groups.ts';
import { FIRST_LINE, tokensOf } from './tokens.ts';

/** `kind:text` of every piece. */
function pieces(line: string): string[] {
  return tokensOf(line).tokens.map(({ from, to, kind }) => `${kind}:${line.slice(from, to)}`);
}

describe('a line', () => {
  it.each([
    ['  # RewriteRule ^ -', ['comment:# RewriteRule ^ -']],
    ['', []],
    ['RewriteEngine On', ['directive:RewriteEngine']],
    ['<IfModule mod_rewrite.c>', ['section:<IfModule', 'section:>']],
    ['</IfModule>', ['section:</IfModule>']],
    [
      'RewriteRule ^/a/(\\d+)/(x(y)?)$ /b/$2/$1?z=%1 [L,QSA]',
      [
        'directive:RewriteRule',
        'pattern:^/a/',
        'group1:(\\d+)',
        'pattern:/',
        'group2:(x',
        'group3:(y)',
        'group2:?)',
        'pattern:$',
        'group2:$2',
        'group1:$1',
        'group1:%1',
        'flags:[L,QSA]',
      ],
    ],
    ['RewriteCond %{REQUEST_FILENAME} !-f', ['directive:RewriteCond', 'variable:%{REQUEST_FILENAME}']],
    [
      'RewriteCond "%{HTTP_HOST}" "!^(www)\\."',
      ['directive:RewriteCond', 'variable:%{HTTP_HOST}', 'pattern:!^', 'group1:(www)', 'pattern:\\.'],
    ],
    [
      'RedirectMatch 301 ^/(.*)$ /new/$1',
      ['directive:RedirectMatch', 'pattern:^/', 'group1:(.*)', 'pattern:$', 'group1:$1'],
    ],
    ['RewriteRule ^ \\$1', ['directive:RewriteRule', 'pattern:^']],
    ['Header set X "unclosed', ['directive:Header']],
  ])('%s', (line, expected) => {
    expect(pieces(line)).toEqual(expected);
  });

  it('goes on behind a backslash', () => {
    const { next } = tokensOf('RewriteRule \\');
    expect(next).toEqual({ name: 'rewriterule', words: 0 });
    expect(tokensOf('  ^(a)$ /b', next).tokens.map(({ kind }) => kind)).toEqual([
      'pattern',
      'group1',
      'pattern',
    ]);
    expect(tokensOf('RewriteRule ^ -').next).toBe(FIRST_LINE);
  });

  it('is read in a time that grows with its length, whatever it holds', () => {
    const begun = performance.now();
    for (const text of [
      '"'.repeat(50_000),
      '('.repeat(50_000),
      '\\'.repeat(50_000),
      '[:'.repeat(25_000),
      '${'.repeat(25_000),
    ])
      for (const length of [2000, 50_000])
        tokensOf(`RewriteRule ${text.slice(0, length)} ${text.slice(0, length)}`);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('the groups of a pattern', () => {
  it.each([
    [
      '^(a)(b(c))$',
      [
        [1, '(a)'],
        [2, '(b(c))'],
        [3, '(c)'],
      ],
    ],
    ['(?:a)(?i)(?=b)(?!c)(?<!d)(e)', [[1, '(e)']]],
    [
      '(?<name>a)(?P<other>b)',
      [
        [1, '(?<name>a)'],
        [2, '(?P<other>b)'],
      ],
    ],
    ['\\((a)\\)', [[1, '(a)']]],
    [
      '[(](a)[^]()](b)[[:alpha:](]',
      [
        [1, '(a)'],
        [2, '(b)'],
      ],
    ],
    ['(open', [[1, '(open']]],
    ['a)b', []],
  ])('%s', (pattern, expected) => {
    expect(groupsOf(pattern).map(({ number, from, to }) => [number, pattern.slice(from, to)])).toEqual(
      expected,
    );
  });
});
