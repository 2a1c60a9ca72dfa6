import { describe, expect, it } from 'vitest';
import { type CompileOptions, compile, memoryFiles, printTrace, type RewriteResult } from './index.ts';

const on = (lines: string): string => `RewriteEngine on\n${lines}`;

function ask(lines: string, url: string, options?: CompileOptions): RewriteResult {
  return compile(on(lines), options).evaluate({ url, headers: { host: 'shop.test' } });
}

describe('what has to wait', () => {
  const rules = on('RewriteCond %{REQUEST_FILENAME} !-f\nRewriteRule ^(?!got)(.*)$ /got/${m:$1} [L]');
  const engine = compile(rules, {
    files: { stat: async (path) => (path === '/var/www/html/here' ? { type: 'file', size: 1 } : null) },
    maps: { m: async (key) => key.toUpperCase() },
  });

  it('is waited for', async () => {
    expect(await engine.evaluateAsync({ url: '/there' })).toMatchObject({
      kind: 'rewritten',
      url: '/got/THERE',
    });
    expect(await engine.evaluateAsync({ url: '/here' })).toMatchObject({
      kind: 'unchanged',
      file: '/var/www/html/here',
    });
  });

  it('is said to need the other function', () => {
    expect(() => engine.evaluate({ url: '/there' })).toThrow(/use evaluateAsync/);
  });

  it('rejects with what the caller rejects with', async () => {
    const failing = compile(on('RewriteRule ^(.*)$ /${m:$1}'), {
      maps: { m: async () => Promise.reject(new Error('down')) },
    });
    await expect(failing.evaluateAsync({ url: '/a' })).rejects.toThrow('down');
  });
});

describe('a request', () => {
  const echo = compile(
    on(
      'RewriteRule ^ http://x.test/%{REQUEST_SCHEME}/%{HTTP_HOST}/%{HTTP:X-A}/%{SERVER_PORT}%{REQUEST_URI} [R,NE]',
    ),
  );
  const located = (request: Parameters<typeof echo.evaluate>[0]): string => {
    const result = echo.evaluate(request);
    return result.kind === 'redirect' ? result.location : result.kind;
  };

  it.each([
    [
      { url: 'https://a.test:8443/p', headers: { host: 'b.test', 'X-A': '1' } },
      'http://x.test/https/a.test:8443/1/8443/p',
    ],
    [
      { url: new URL('http://a.test/p?q'), headers: new Headers({ 'x-a': '1' }) },
      'http://x.test/http/a.test/1/80/p?q',
    ],
    [
      {
        url: '/p',
        headers: [
          ['Host', 'a.test'],
          ['x-a', '1'],
          ['X-A', '2'],
        ] as [string, string][],
      },
      'http://x.test/http/a.test/1, 2/80/p',
    ],
    [
      { url: '/p', headers: new Map([['host', 'a.test']]), scheme: 'https' as const },
      'http://x.test/https/a.test//443/p',
    ],
    [{ url: '/p', headers: { host: 'a.test', 'x-a': ['1', '2'] } }, 'http://x.test/http/a.test/1, 2/80/p'],
    [{}, 'http://x.test/http///80/'],
  ])('is read from %j', (request, location) => {
    expect(located(request)).toBe(location);
  });

  it('is read from those of frameworks, whose protocol is another thing', () => {
    const engine = compile(on('RewriteRule ^ http://x.test/%{THE_REQUEST}/%{SERVER_PROTOCOL} [R,NE]'));
    const request = { url: '/p', method: 'PUT', httpVersion: '1.0', protocol: 'http' };
    expect(engine.evaluate(request)).toMatchObject({ location: 'http://x.test/PUT /p HTTP/1.0/HTTP/1.0' });
  });

  it('may be text or bytes', () => {
    const engine = compile(on('RewriteRule ^é$ /ü'));
    for (const url of ['/é', '/%C3%A9', '/\xc3\xa9'])
      expect(engine.evaluate({ url })).toMatchObject({ url: '/%c3%bc', path: '/ü', file: '/var/www/html/ü' });
  });

  it.each([
    ['/%zz', 400],
    ['/../x', 400],
    ['x', 400],
    ['/a%2fb', 404],
    ['/%00', 404],
  ])('for %s is answered %i before any rule', (url, status) => {
    expect(ask('RewriteRule ^ /b', url)).toMatchObject({ kind: 'status', status });
  });

  it('never redirects to a host that it made up', () => {
    const engine = compile(on('RewriteRule ^ /b [R]'), { server: { name: 'real.test' } });
    expect(engine.evaluate({ url: '/a', headers: { host: 'evil.test\r\nX: y' } })).toMatchObject({
      location: 'http://real.test/b',
    });
  });

  it('cannot split an answer', () => {
    expect(ask('RewriteRule ^(.*)$ /$1 [R,NE]', '/a%0d%0aSet-Cookie:x')).toMatchObject({
      kind: 'status',
      status: 500,
    });
    expect(ask('RewriteRule ^(.*)$ - [CO=a:$1:.t]', '/a%0ab')).toMatchObject({
      kind: 'status',
      status: 500,
      cookies: [],
    });
  });
});

describe('loops', () => {
  it('name the rules that lead to each other', () => {
    const lines = `RewriteRule ^a$ /b [L]
RewriteRule ^ - [E=X:1]
RewriteCond %{REQUEST_URI} b
RewriteRule ^b$ /c [L]
RewriteRule ^c$ /a [L]`;
    const result = ask(lines, '/a?x');
    expect(result).toMatchObject({
      kind: 'loop',
      status: 500,
      rounds: 11,
      urls: ['/a?x', '/b?x', '/c?x', '/a?x'],
    });
    if (result.kind === 'loop') expect(result.cycle.map(({ line }) => line).sort()).toEqual([2, 5, 6]);
    expect(result.log[0]).toMatch(/^AH00124: Request exceeded the limit of 10 internal redirects/);
  });

  it('end where they are told to', () => {
    expect(ask('RewriteRule ^(.*)$ /x$1', '/a', { maxRounds: 3 })).toMatchObject({ kind: 'loop', rounds: 4 });
  });

  it('name the rule that goes round by [N]', () => {
    const result = ask('RewriteRule ^(.*)$ $1 [N=5]', '/a');
    expect(result).toMatchObject({ kind: 'loop', cycle: [{ line: 2 }], rounds: 1 });
  });
});

describe('a URL', () => {
  it('may stand for a request', () => {
    const rules = compile('RewriteEngine On\nRewriteRule ^old$ /new?a=b [R=301,QSA]');
    const expected = { kind: 'redirect', location: 'http://shop.test/new?a=b&x=1' };
    expect(rules.evaluate('http://shop.test/old?x=1')).toMatchObject(expected);
    expect(rules.evaluate({ url: 'http://shop.test/old?x=1' })).toMatchObject(expected);
    expect(rules.evaluate('/old')).toMatchObject({ kind: 'redirect', status: 301 });
  });
});

describe('results', () => {
  it('tell what the rules left behind', () => {
    const result = ask(
      'RewriteCond %{HTTP_USER_AGENT} .\nRewriteRule ^x - [F]\nRewriteCond %{HTTP:Accept} !json\nRewriteRule ^a$ - [E=KEY:val,CO=c:v:.shop.test,T=text/plain,H=h]',
      '/a',
    );
    expect(result).toMatchObject({
      kind: 'unchanged',
      env: { KEY: 'val' },
      cookies: ['c=v; path=/; domain=.shop.test'],
      type: 'text/plain',
      handler: 'h',
      rules: [{ round: 1, place: { line: 5, file: '.htaccess' } }],
    });
  });

  it('give backends their URL as Apache asks for it', () => {
    const rules =
      'RewriteRule ^p/(.*)$ http://Backend.test:80/$1 [P]\nRewriteRule ^u$ unix:/run/app.sock|http://localhost/x [P]\nRewriteRule ^g$ gopher://x.test/ [P]';
    expect([ask(rules, '/p/a%20b?q=1'), ask(rules, '/u'), ask(rules, '/g')]).toMatchObject([
      { kind: 'proxy', url: 'http://backend.test/a%20b?q=1', socket: undefined },
      { kind: 'proxy', url: 'http://localhost/x', socket: '/run/app.sock' },
      { kind: 'status', status: 500 },
    ]);
    expect(ask(rules, '/p/x', { proxy: false })).toMatchObject({ kind: 'status', status: 403 });
  });

  it('name a file outside of DocumentRoot', () => {
    const files = memoryFiles(['/data/x.txt']);
    expect(
      ask('RewriteRule ^/d/(.*)$ /data/$1', '/d/x.txt/info', { context: 'server', files }),
    ).toMatchObject({
      kind: 'file',
      file: '/data/x.txt',
      pathInfo: '/info',
    });
  });

  it('look ahead', () => {
    const rules =
      'RewriteCond %{LA-U:REQUEST_FILENAME} html/index\nRewriteRule ^/ask$ /yes [PT]\nRewriteRule ^/ask$ /index.html\nRewriteCond /none -F\nRewriteRule ^/file$ /yes [PT]';
    const options = { context: 'server', files: memoryFiles(['/var/www/html/index.html']) } as const;
    expect([ask(rules, '/ask', options), ask(rules, '/file', options)]).toMatchObject([
      { url: '/yes' },
      { kind: 'unchanged' },
    ]);
  });
});

describe('a trace', () => {
  it('is empty unless it is asked for', () => {
    expect(ask('RewriteRule ^a$ /b [R]', '/a').trace).toEqual([]);
  });

  it('has typed steps with their places, and prints as Apache has it', () => {
    const engine = compile(on('RewriteRule ^x$ -\nRewriteRule ^a$ /b [R]'), { file: 'rules' });
    const { trace } = engine.evaluate({ url: '/a', headers: { host: 'h.test' } }, { trace: 3 });
    expect(trace.map(({ name, place }) => `${name} ${place?.line}`)).toEqual([
      'stripDirectory 2',
      'applyPattern 2',
      'stripDirectory 3',
      'applyPattern 3',
      'rewrite 3',
      'forceRedirect 3',
      'lastSubstitution 3',
      'escapeUrl 3',
      'redirect 3',
    ]);
    expect(printTrace(trace).split('\n')[4]).toBe(
      "rules:3: [initial] [perdir /var/www/html/] rewrite 'a' -> '/b'",
    );
  });

  it('tells more than Apache where everything is asked for', () => {
    const { trace } = compile(on('RewriteRule ^x$ -')).evaluate({ url: '/a' }, { trace: true });
    expect(trace.find(({ name }) => name === 'patternResult')?.args).toEqual([false, []]);
  });
});
