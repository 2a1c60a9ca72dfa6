// What holds for all rules and all requests: nothing that they say is an exception, and the library comes to what the whole
// server comes to.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { check, compile, memoryFiles, RewriteSyntaxError } from '../../src/adapters/rewrite/index.ts';
import { tryOut } from './tried-out.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });

describe('random rules', () => {
  test('come to what the server comes to', async () => {
    let asked = 0;
    const kinds = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (index) => {
        const tried = await tryOut(1, index, 8);
        asked += tried.asked;
        for (const kind of tried.kinds) kinds.add(kind);
        const [found] = tried.differences;
        expect(
          found && `${found.rules}\n${found.request}library ${found.library}\nserver  ${found.server}`,
        ).toBe(undefined);
      }),
      { numRuns: 120, seed: 7 },
    );
    expect(asked).toBeGreaterThan(500);
    expect([...kinds].sort()).toEqual([
      'file',
      'loop',
      'proxy',
      'redirect',
      'rewritten',
      'status',
      'unchanged',
    ]);
  });
});

describe('a request', () => {
  const engine = compile(
    [
      {
        text: 'RewriteEngine on\nRewriteRule ^/s/(.*)$ /t/$1?q=$1 [B]\nRewriteRule ^/p/(.*) http://127.0.0.1:1/$1 [P]',
        context: 'server',
      },
      {
        text: 'RewriteEngine on\nRewriteRule ^r/(.*)$ /$1 [R,NE,E=V:%{HTTP:X},CO=c:$1:d]\nRewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^t/ /i [QSA]',
      },
    ],
    { files: memoryFiles(['/var/www/html/i']) },
  );

  test('may say anything', () => {
    fc.assert(
      fc.property(
        anyText,
        fc.constantFrom('', '/', '/s/', '/r/', '/p/', '/t/', 'http://h/', 'http://'),
        anyText,
        fc.dictionary(anyText, anyText),
        (method, prefix, rest, headers) => {
          const result = engine.evaluate(
            { url: prefix + rest, method, headers: { ...headers, x: rest, host: rest } },
            { trace: true },
          );
          for (const field of result.cookies) expect(field).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
          if (result.kind === 'redirect') expect(result.location).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
          if (result.kind === 'proxy') expect(result.url).toMatch(/^[\x21-\x7e\x80-\xff]*$/);
          if ('url' in result && result.kind !== 'proxy') expect(result.url).toMatch(/^[\x21-\x7e]*$/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('a text', () => {
  const word = fc.constantFrom(
    'RewriteEngine',
    'on',
    'RewriteRule',
    'RewriteCond',
    'RewriteBase',
    'RewriteMap',
    'RewriteOptions',
    '^',
    '(',
    '$1',
    '[',
    ']',
    'R',
    ',',
    '"',
    '\\',
    '<IfModule',
    'x>',
    '</IfModule>',
    '<Directory',
    '/a>',
    '</Directory>',
    '%{',
    '}',
    '${',
    ':',
    '-f',
    '!',
    'expr',
    '\n',
    '\n',
    '\n',
    '\0',
    'é',
  );

  test('is read to its end, and compiled where nothing is wrong with it', () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 30 }),
        fc.constantFrom('htaccess', 'directory', 'server'),
        (words, context) => {
          const text = words.join(' ');
          const isWrong = check(text, { context }).some(({ severity }) => severity === 'error');
          if (isWrong) expect(() => compile(text, { context })).toThrow(RewriteSyntaxError);
          else expect(compile(text, { context }).evaluate({ url: '/a' }).kind).not.toBe('');
        },
      ),
      { numRuns: 2000 },
    );
  });
});
