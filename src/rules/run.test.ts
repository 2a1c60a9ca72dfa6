import { describe, expect, it } from 'vitest';
import { RegexLimitError } from '../kit/regex/index.ts';
import { settle } from '../kit/wait.ts';
import { runDirectoryRules } from './finish-directory.ts';
import { runServerRules } from './finish-server.ts';
import type { RewriteRequest } from './host.ts';
import type { RewriteMap } from './maps.ts';
import { MemoryHost, type MemoryWorld, memoryRequest } from './memory-host.ts';
import type { RewriteResult } from './outcome.ts';
import { isProblem } from './problem.ts';
import { type RuleSet, RuleSetBuilder } from './rule-set.ts';

function rules(text: string, directory?: string, maps: Record<string, RewriteMap> = {}): RuleSet {
  const builder = new RuleSetBuilder(directory);
  builder.setEngine(true);
  for (const [name, map] of Object.entries(maps)) builder.addMap(name, map);
  for (const line of text.trim().split('\n')) {
    const [word, ...rest] = line.trim().split(' ');
    const args = rest.join(' ');
    const problem = word === 'RewriteCond' ? builder.addCondition(args) : builder.addRule(args);
    if (problem && isProblem(problem)) throw new Error(problem.error);
  }
  return builder.build();
}

function atOnce<T>(value: T | Promise<T>): T {
  if (value instanceof Promise) throw new Error('had to wait');
  return value;
}

function serve(
  set: RuleSet,
  uri: string,
  more: Partial<RewriteRequest> = {},
  world: MemoryWorld = {},
): RewriteResult & { host: MemoryHost } {
  const host = new MemoryHost(world);
  return { ...atOnce(settle(runServerRules(set, memoryRequest(uri, more), host))), host };
}

function serveIn(
  set: RuleSet,
  uri: string,
  more: Partial<RewriteRequest> = {},
  world: MemoryWorld = {},
): RewriteResult {
  const request = memoryRequest(uri, { filename: `/srv/www${uri}`, ...more });
  const context = { mayFollowLinks: true, maps: new Map() };
  return atOnce(settle(runDirectoryRules(set, request, new MemoryHost(world), context)));
}

describe('server context', () => {
  it('declines with the engine off, after END, and for what is no path', () => {
    const set = rules('RewriteRule . - [F]');
    expect(serve({ ...set, engine: false }, '/x').outcome).toEqual({ kind: 'decline' });
    expect(serve(set, '/x', { ended: true }).outcome).toEqual({ kind: 'decline' });
    expect(serve(set, '*').outcome).toEqual({ kind: 'decline' });
    expect(serve({ ...set, options: new Set(['AllowAnyURI']) }, '*').outcome).toMatchObject({ status: 403 });
  });

  it('leaves rules with NS and R out of subrequests, but not F', () => {
    const set = rules(`RewriteRule ^/index - [NS,F]
      RewriteRule ^/r /x [R]
      RewriteRule ^/f - [F]`);
    const inner = { isSubrequest: true };
    expect(serve(set, '/index', inner).outcome).toEqual({ kind: 'decline' });
    expect(serve(set, '/r', inner).outcome).toEqual({ kind: 'decline' });
    expect(serve(set, '/f', inner).outcome).toMatchObject({ status: 403 });
    expect(serve(set, '/index').outcome).toMatchObject({ status: 403 });
  });

  it('sets SCRIPT_URL and SCRIPT_URI, of the first request where that is another', () => {
    const { host } = serve(rules('RewriteRule ^ -'), '/a b', { scriptUrl: '/first' });
    expect(host.env('SCRIPT_URL')).toBe('/first');
    expect(host.env('SCRIPT_URI')).toBe('http://www.test:18080/first');
  });

  it('keeps the query apart from the path of a pass-through', () => {
    const result = serve(rules('RewriteRule ^/xb$ /cgi/e.sh [PT,E=Q:%{QUERY_STRING},QSD]'), '/xb', {
      query: 'z=1',
    });
    expect(result.outcome).toEqual({ kind: 'pass-through', path: '/cgi/e.sh' });
    expect(result.query).toBeUndefined();
    expect(result.host.env('Q')).toBe('z=1');
  });

  it('hands type and handler of a rule that substitutes nothing on', () => {
    expect(serve(rules('RewriteRule ^/t - [T=Text/X,H=Foo]'), '/t')).toMatchObject({
      outcome: { kind: 'decline' },
      type: 'text/x',
      handler: 'foo',
    });
  });

  it('sends a proxied result with its query beside it, raw under NE', () => {
    const set = rules(`RewriteRule ^/a/(.*) http://b/$1 [P]
      RewriteRule ^/n/(.*) http://b/$1 [P,NE]`);
    expect(serve(set, '/a/x y', { query: 'q=1' })).toMatchObject({
      outcome: { kind: 'proxy', url: 'http://b/x y', nocanon: false, refusal: undefined },
      query: 'q=1',
    });
    expect(serve(set, '/n/x').outcome).toMatchObject({ nocanon: true });
  });

  it('does not let an encoded ? begin a query, unless the rule allows it', () => {
    expect(serve(rules('RewriteRule ^/(.*) /x/$1'), '/a?b').outcome).toMatchObject({
      status: 403,
      code: 'AH10508',
    });
    expect(serve(rules('RewriteRule ^/(.*) /x?p=$1'), '/a?b')).toMatchObject({ query: 'p=a?b' });
    expect(serve(rules('RewriteRule ^/(.*) /x/$1 [B]'), '/a?b').outcome).toMatchObject({ kind: 'file' });
    expect(serve(rules('RewriteRule ^/(.*) /x/$1 [UnsafeAllow3F]'), '/a?b')).toMatchObject({ query: 'b' });
  });

  it('takes a path the request chose for one under DocumentRoot, one the author wrote for a file', () => {
    const files = new Map([
      ['/etc/passwd', 'x'],
      ['/srv/www/x', 'x'],
    ]);
    const of = (text: string, uri: string): unknown => serve(rules(text), uri, {}, { files }).outcome;
    expect(of('RewriteRule ^/f/(.*) /$1', '/f/etc/passwd')).toEqual({
      kind: 'file',
      path: '/srv/www/etc/passwd',
      underDocumentRoot: true,
    });
    expect(of('RewriteRule ^/f /etc/passwd', '/f')).toEqual({
      kind: 'file',
      path: '/etc/passwd',
      underDocumentRoot: false,
    });
    expect(of('RewriteRule ^/f ../../etc/passwd', '/f')).toMatchObject({ kind: 'status', status: 403 });
  });

  it('does not let dots in an expansion turn a path into one of the file system', () => {
    const files = new Map([['/etc/passwd', 'x']]);
    const of = (query: string): unknown =>
      serve(rules('RewriteRule ^/y /%{QUERY_STRING}'), '/y', { query }, { files }).outcome;
    expect(of('./etc/passwd')).toMatchObject({ kind: 'file', path: '/srv/www/etc/passwd' });
    expect(of('../etc/passwd')).toMatchObject({ kind: 'status', status: 403 });
    const inside = rules('RewriteRule ^/y /etc/%{QUERY_STRING}');
    expect(serve(inside, '/y', { query: '../srv/x' }, { files }).outcome).toMatchObject({ path: '/srv/x' });
  });

  it('gives up on a pattern at the match limit as on one that does not match', () => {
    const set = rules('RewriteRule ^/(a|a)+$ - [F]');
    const [rule] = set.rules;
    const limited = { ...rule!.pattern, regex: { ...rule!.pattern.regex, search: throwLimit } };
    const { outcome, host } = serve(
      { ...set, rules: [{ ...rule!, pattern: limited }] },
      '/aaa',
      {},
      { traceLevel: 1 },
    );
    expect(outcome).toEqual({ kind: 'decline' });
    expect(host.events.map((event) => event.name)).toContain('patternGaveUp');
  });

  it('waits for maps that are not there at once', async () => {
    const slow: RewriteMap = { kind: 'prg', source: { lookup: async (key) => (key === 'k' ? 'v' : null) } };
    const set = rules(
      `RewriteCond \${slow:$1|none} =v
      RewriteRule ^/(.*) /x-\${slow:$1} [R]`,
      undefined,
      { slow },
    );
    const host = new MemoryHost();
    const hit = settle(runServerRules(set, memoryRequest('/k'), host));
    expect(hit).toBeInstanceOf(Promise);
    expect((await hit).outcome).toEqual({
      kind: 'redirect',
      status: 302,
      location: 'http://www.test:18080/x-v',
    });
    expect((await settle(runServerRules(set, memoryRequest('/other'), host))).outcome).toEqual({
      kind: 'decline',
    });
  });

  it('builds no trace event when nobody wants one', () => {
    expect(serve(rules('RewriteRule ^/(.*) /x$1 [E=a:b,CO=a:b:c]'), '/a').host.events).toEqual([]);
  });

  it('tells at level 9 why each rule did or did not fire', () => {
    const set = rules(`RewriteRule ^/no - [C]
      RewriteRule ^/x - [L]
      RewriteRule !^/no - [S=1]
      RewriteRule ^/x - [F]
      RewriteRule ^/(x) - [NC]`);
    const { host } = serve(set, '/x', {}, { traceLevel: 9 });
    const told = host.events.filter(({ name }) => name === 'patternResult' || name === 'ruleSkipped');
    expect(told.map(({ args }) => args)).toEqual([
      [false, []],
      ['chain'],
      [true, []],
      ['skip'],
      [true, ['/x', 'x']],
    ]);
  });

  it('names the rule and the condition at work in every event', () => {
    const builder = new RuleSetBuilder();
    builder.setEngine(true);
    builder.addCondition('a a', 'the condition');
    builder.addRule('^/x /y', 'the rule');
    const { host } = serve(builder.build(), '/x', {}, { traceLevel: 8 });
    const places = new Map(host.events.map((event) => [event.name, event.place]));
    expect(places.get('condition')).toBe('the condition');
    expect(places.get('rewrite')).toBe('the rule');
    expect(places.get('goAhead')).toBe('the rule');
  });
});

function throwLimit(): never {
  throw new RegexLimitError();
}

describe('per-directory context', () => {
  it('declines for the folder itself without its slash, unless AllowNoSlash', () => {
    const set = rules('RewriteRule ^ - [F]', '/srv/www/p/');
    expect(serveIn(set, '/p').outcome).toEqual({ kind: 'decline' });
    expect(serveIn(set, '/p/').outcome).toMatchObject({ status: 403 });
    expect(serveIn({ ...set, options: new Set(['AllowNoSlash']) }, '/p').outcome).toMatchObject({
      status: 403,
    });
  });

  it('is forbidden where links may not be followed', () => {
    const set = rules('RewriteRule ^a$ b', '/srv/www/p/');
    const request = memoryRequest('/p/a', { filename: '/srv/www/p/a' });
    const context = { mayFollowLinks: false, maps: new Map() };
    const result = atOnce(settle(runDirectoryRules(set, request, new MemoryHost(), context)));
    expect(result.outcome).toMatchObject({ status: 403, code: 'AH00670' });
  });

  it('sees the proxy: URL of a request ProxyPass has taken, without prefix', () => {
    const set = rules(
      `RewriteRule ^proxy:http://b/(.*)/z http://c/$1 [P]
      RewriteRule ^(.*)/y $1
      RewriteRule ^(.*)/w /plain.txt
      RewriteRule ^(.*)/v rel`,
      '/q/',
    );
    const of = (path: string): unknown =>
      serveIn(set, `/q/${path}`, { filename: `proxy:http://b/q/${path}`, proxied: true }).outcome;
    expect(of('z')).toMatchObject({ kind: 'proxy', url: 'http://c/q' });
    expect(of('y')).toMatchObject({ kind: 'proxy', url: 'http://b/q' });
    expect(of('w')).toMatchObject({ kind: 'internal-redirect', path: '/plain.txt' });
    expect(of('v')).toMatchObject({ kind: 'status', status: 400 });
  });

  // https://httpd.apache.org/docs/2.4/mod/mod_rewrite.html#rewriterule: the subject has no leading slash here.
  it('answers ^(.*) http://127.0.0.1:8000$1 [P] as Apache does, and says what to write', () => {
    const set = rules('RewriteRule ^(.*) http://127.0.0.1:8000$1 [P]', '/srv/www/p/');
    const { outcome } = serveIn(set, '/p/page');
    expect(outcome).toMatchObject({
      kind: 'proxy',
      url: 'http://127.0.0.1:8000page',
      refusal: { status: 500, reason: 'DNS lookup failure for: 127.0.0.1:8000page' },
    });
    expect(outcome.kind === 'proxy' && outcome.refusal?.message).toContain('write http://127.0.0.1:8000/$1');
    expect(serveIn(set, '/p/').outcome).toMatchObject({
      kind: 'proxy',
      url: 'http://127.0.0.1:8000',
      refusal: undefined,
    });
    expect(serveIn(set, '/p/@127.0.0.1:1/').outcome).toMatchObject({ kind: 'status', status: 403 });
  });

  it('keeps the path-info unless DPI says otherwise', () => {
    const set = rules(
      `RewriteRule ^k /x [DPI]
      RewriteRule ^l /x`,
      '/srv/www/p/',
    );
    expect(serveIn(set, '/p/k', { pathInfo: '/i' }).pathInfo).toBe('');
    expect(serveIn(set, '/p/l', { pathInfo: '/i' }).pathInfo).toBe('/i');
  });

  it('tells that END has been met', () => {
    expect(serveIn(rules('RewriteRule ^a b [END]', '/srv/www/p/'), '/p/a').ended).toBe(true);
    expect(serveIn(rules('RewriteRule ^a b [L]', '/srv/www/p/'), '/p/a').ended).toBe(false);
  });
});

describe('look-aheads and subrequests', () => {
  it('do not run in a subrequest for the URI of its parent', () => {
    const set = rules(`RewriteCond /x -U
      RewriteRule ^ - [F]
      RewriteCond %{LA-U:REQUEST_FILENAME}. =.
      RewriteRule ^ - [G]`);
    const world: MemoryWorld = {
      probe: () => ({ status: 200, filename: '/srv/www/x', exists: true }),
      lookAhead: () => '/srv/www/x',
    };
    expect(serve(set, '/x', {}, world).outcome).toMatchObject({ status: 403 });
    expect(serve(set, '/x', { isSubrequest: true, parentUri: '/x' }, world).outcome).toMatchObject({
      status: 410,
    });
  });

  it('look ahead from RewriteBase, or else from the directory', () => {
    const set = rules('RewriteRule ^(a)$ /x?%{LA-U:REQUEST_URI}|%{LA-F:REQUEST_URI}', '/srv/www/p/');
    const world: MemoryWorld = { lookAhead: (by, path) => `${by}=${path}` };
    expect(serveIn(set, '/p/a', {}, world).query).toBe('uri=/srv/www/p/a|file=/srv/www/p/a');
    expect(serveIn({ ...set, base: '/zz' }, '/p/a', {}, world).query).toBe('uri=/zza|file=/srv/www/p/a');
  });
});
