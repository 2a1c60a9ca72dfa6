import { describe, expect, it } from 'vitest';
import {
  type CompileOptions,
  check,
  compile,
  drawDiagnostic,
  memoryFiles,
  type RewriteResult,
  RewriteSyntaxError,
} from './index.ts';

const on = (lines: string): string => `RewriteEngine on\n${lines}`;

function ask(lines: string, url: string, options?: CompileOptions): RewriteResult {
  return compile(on(lines), options).evaluate({ url, headers: { host: 'shop.test' } });
}

/** What was said, as `CODE severity LINE`. */
function said(text: string, options?: CompileOptions): string[] {
  return check(text, options).map(({ code, severity, place }) => `${code} ${severity} ${place?.line}`);
}

describe('compile', () => {
  it('throws everything that is wrong, drawn, and keeps it', () => {
    const text = on('RewriteRul ^a /b\nRewriteRule ^(a /b\nHeader set X y\nRewriteRule ^a /b [X]\n');
    const error = thrown(() => compile(text, { file: 'public/.htaccess' }));
    expect(error.message).toContain('AH00526: Syntax error on line 2 of public/.htaccess:');
    expect(error.message).toContain('hint: did you mean RewriteRule?');
    expect(error.message).toContain("RewriteRule: unknown flag 'X'");
    expect(error.message).not.toContain('Header');
    expect(error.diagnostics.map(({ place }) => place?.line)).toEqual([2, 3, 4, 5]);
    expect(error.name).toBe('RewriteSyntaxError');
  });

  it('lets pass what is not its own, and says so', () => {
    const { diagnostics } = compile(on('Header set X y\n<Files a>\nRequire all denied\n</Files>\n'));
    expect(diagnostics.map((one) => drawDiagnostic(one).split('\n')[0])).toEqual([
      '.htaccess:2: warning: Header is no part of the rewrite engine: it is left out',
      '.htaccess:3: warning: <Files> is no part of the rewrite engine: it is left out',
    ]);
  });

  it('refuses what is not its own where it is strict', () => {
    expect(said('Header set X y', { strict: true })).toEqual(['rewrite/left-out error 1']);
    expect(said('RewriteCond /a -f\nRewriteRule ^ -', { strict: true })).toEqual([
      'rewrite/no-files error 1',
    ]);
  });

  it.each(['<Files a>', '<If "true">', '<Location /a>', '<VirtualHost *:80>', '<DirectoryMatch a>'])(
    'never passes over rules in %s',
    (section) => {
      const name = /\w+/.exec(section)?.[0];
      const text = `${section}\n<IfModule x>\nRewriteRule a b\n</IfModule>\n</${name}>`;
      expect(said(text, { context: 'server' })).toEqual(['rewrite/section error 1']);
    },
  );

  it.each([
    ['RewriteMap a int:tolower', 'htaccess', 'conf/not-allowed-here error 1'],
    ['<Directory /a>\n</Directory>', 'htaccess', 'conf/not-allowed-here error 1'],
    ['RewriteBase /', 'server', 'conf/bad-argument error 1'],
    ['RewriteEngine maybe', 'server', 'conf/wrong-arity error 1'],
    ['RewriteMap a txt:/none', 'server', 'conf/bad-argument error 1'],
    ['RewriteMap a', 'server', 'conf/wrong-arity error 1'],
    ["RewriteCond expr \"md5('a') == 'b'\"", 'server', 'rewrite/no-digest error 1'],
    ['Options Indexes', 'htaccess', 'rewrite/links warning 1'],
    ['Options -FollowSymLinks', 'htaccess', 'rewrite/links warning 1'],
    ['Options +Indexes', 'htaccess', 'rewrite/left-out warning 1'],
    ['RewriteRule a ${NONE}', 'htaccess', 'conf/undefined-variable warning 1'],
    ['<IfModule mod_rewrite.c>', 'htaccess', 'conf/section-not-closed warning 1'],
    ['RewriteOptions MaxRedirects=3', 'htaccess', 'conf/bad-argument warning 1'],
  ] as const)('says of %s in %s: %s', (text, context, expected) => {
    expect(said(text, { context })).toEqual([expected]);
  });

  it('says which folder must be absolute', () => {
    expect(() => compile('', { directory: 'www' })).toThrow(TypeError);
    expect(() => memoryFiles(['a'])).toThrow(TypeError);
  });
});

function thrown(work: () => unknown): RewriteSyntaxError {
  try {
    work();
  } catch (error) {
    if (error instanceof RewriteSyntaxError) return error;
  }
  throw new Error('nothing was thrown');
}

describe('conditions around rules', () => {
  const rule = 'RewriteRule ^ /found [R]';

  it.each([
    ['<IfModule mod_rewrite.c>', 'redirect'],
    ['<IfModule rewrite_module>', 'redirect'],
    ['<IfModule mod_headers.c>', 'redirect'],
    ['<IfModule mod_php5.c>', 'unchanged'],
    ['<IfModule !mod_rewrite.c>', 'unchanged'],
    ['<IfDefine HERE>', 'redirect'],
    ['<IfDefine THERE>', 'unchanged'],
    ['<IfVersion >= 2.4>', 'redirect'],
    ['<IfFile /srv/flag>', 'redirect'],
    ['<IfFile /srv/none>', 'unchanged'],
    ['<IfDirective RewriteRule>', 'redirect'],
  ])('%s: %s', (section, kind) => {
    const text = `${section}\n${rule}\n</${/\w+/.exec(section)?.[0]}>`;
    expect(ask(text, '/a', { defines: { HERE: '' }, files: memoryFiles(['/srv/flag']) }).kind).toBe(kind);
  });

  it('knows the modules it is told of', () => {
    const text = '<IfModule mod_own.c>\nRewriteRule ^ /found [R]\n</IfModule>';
    expect(ask(text, '/a', { modules: ['own'] }).kind).toBe('redirect');
    expect(
      ask('<IfModule mod_headers.c>\nRewriteRule ^ - [F]\n</IfModule>', '/a', { modules: [] }).kind,
    ).toBe('unchanged');
  });

  it('puts values in the place of names', () => {
    expect(ask('RewriteRule ^ http://${HOST}/ [R]', '/a', { defines: { HOST: 'other.test' } })).toMatchObject(
      {
        location: 'http://other.test/',
      },
    );
  });
});

describe('several texts', () => {
  const above = { directory: '/srv', text: on('RewriteRule ^(.*)$ /above/$1 [R]') };

  function askBelow(text: string): RewriteResult {
    const engine = compile([above, { directory: '/srv/sub', text }], { documentRoot: '/srv' });
    return engine.evaluate({ url: '/sub/x', headers: { host: 'h.test' } });
  }

  it.each([
    ['', 'http://h.test/above/sub/x'],
    [on('RewriteRule ^(.*)$ /below/$1 [R]'), 'http://h.test/below/x'],
    [on('RewriteOptions Inherit'), 'http://h.test/above/x'],
    [on('RewriteOptions InheritBefore\nRewriteRule ^ - [F]'), undefined],
  ])('inherit as Apache has it: %j', (text, location) => {
    expect(askBelow(text)).toMatchObject(location === undefined ? { status: 403 } : { location });
  });

  it('give the server and its folders each their rules', () => {
    const server = `${on('RewriteRule ^/a$ /b/c')}\n<Directory /srv/b>\nRewriteEngine on\nRewriteRule ^c$ /d\n</Directory>`;
    const engine = compile([{ text: server, context: 'server' }], { documentRoot: '/srv' });
    expect(engine.evaluate({ url: '/a' })).toMatchObject({ kind: 'rewritten', url: '/d', rounds: 2 });
  });

  it('are named by their folders in messages', () => {
    const found = check([above, { directory: '/srv/sub', text: 'RewriteRule' }]);
    expect(found[0]?.place?.file).toBe('/srv/sub/.htaccess');
  });
});

describe('maps', () => {
  const line = 'RewriteMap m txt:/none\nRewriteRule ^/(.*)$ /${m:$1|none} [PT]';
  const maps = {
    entries: { a: 'b', empty: '' },
    map: new Map([['a', 'b']]),
    function: (key: string) => (key === 'a' ? 'b' : undefined),
  };

  it.each(Object.keys(maps) as (keyof typeof maps)[])('come from %s', (kind) => {
    const options = { context: 'server', maps: { m: maps[kind] } } as const;
    expect([
      ask(line, '/a', options),
      ask(line, '/x', options),
      ask(line, '/toString', options),
    ]).toMatchObject([{ url: '/b' }, { url: '/none' }, { url: '/none' }]);
  });

  it('are those of the server for a .htaccess file', () => {
    expect(ask('RewriteRule ^(.*)$ /${m:$1} [R]', '/a', { maps: { m: { a: 'é' } } })).toMatchObject({
      location: 'http://shop.test/%c3%a9',
    });
  });

  it('are read from files that are given', () => {
    const files = memoryFiles({ '/maps/m.txt': '# keys\na  b  more\n' });
    expect(
      ask('RewriteMap m txt:/maps/m.txt\nRewriteRule ^/(.*)$ /${m:$1} [PT]', '/a', {
        context: 'server',
        files,
      }),
    ).toMatchObject({
      url: '/b',
    });
  });
});
