// Messages as Apache httpd 2.4.71 gives them.
import { describe, expect, it } from 'vitest';
import { isProblem } from './problem.ts';
import { compileRule, type Rule } from './rule.ts';

function rule(args: string): Rule {
  const compiled = compileRule(args);
  if (isProblem(compiled)) throw new Error(compiled.error);
  return compiled;
}

describe('a RewriteRule line that is refused', () => {
  it.each([
    ['', "RewriteRule: bad argument line ''", 0],
    ['^/x', "RewriteRule: bad argument line '^/x'", 0],
    ['"^/x /y', "RewriteRule: bad argument line '\"^/x /y'", 0],
    ['^/x /y [R, L]', 'RewriteRule: bad flag delimiters', 7],
    ['^/x /y R', 'RewriteRule: bad flag delimiters', 7],
    ['"a\\" b" c', 'RewriteRule: bad flag delimiters', 8],
    ['^/x /y []', "RewriteRule: unknown flag ''", 8],
    ['^/x /y [R,]', "RewriteRule: unknown flag ''", 10],
    ['^/x /y [R,,L]', "RewriteRule: unknown flag ''", 10],
    ['^/x /y [X]', "RewriteRule: unknown flag 'X'", 8],
    ['^/x /y [[R]]', "RewriteRule: unknown flag '[R]'", 8],
    ['^/x /y "[R = 301]"', "RewriteRule: unknown flag 'R '", 9],
    ['^/x /y [backrefnoplus]', "RewriteRule: unknown flag 'backrefnoplus'", 8],
    ['^/x /y [Unsafe]', "RewriteRule: unknown flag 'Unsafe'", 8],
    ['^/x /y [L,NX]', "RewriteRule: unknown flag 'NX'", 10],
    ['^/x /y [R=299]', "RewriteRule: invalid HTTP response code '299' for flag 'R'", 8],
    ['^/x /y [R=999x]', "RewriteRule: invalid HTTP response code '999x' for flag 'R'", 8],
    ['^/x /y [BNE]', "RewriteRule: flag 'BNE' wants a list of characters (i.e. [BNE=...])", 8],
    ['^/x /y [BNE=]', "RewriteRule: flag 'BNE' wants a list of characters (i.e. [BNE=...])", 8],
    ['(x /y', "RewriteRule: cannot compile regular expression '(x'", undefined],
    ['!(x /y', "RewriteRule: cannot compile regular expression '(x'", undefined],
  ])('%s', (args, error, offset) => {
    const problem = compileRule(args);
    expect(problem).toMatchObject({ error, ...(offset === undefined ? {} : { offset }) });
  });

  it.each([
    ['^/x /y [R, L]', /write \[R,L\] without the space, or quote the flags/],
    ['^/x /y R,L', /\[R,L\]/],
    ['^/x /y [OR]', /RewriteCond/],
    ['^/x /y [NV]', /NV belongs to RewriteCond/],
    ['^/x /y [novary]', /NV belongs to RewriteCond/],
    ['^/x /y [unsafe_prefix_stat]', /write UnsafePrefixStat/],
    ['^/x /y [unsafe_allow_3f]', /write UnsafeAllow3F/],
    ['^/x /y [404]', /write R=404/],
    ['^/x', /write - to substitute nothing/],
  ])('%s comes with a hint', (args, hint) => {
    expect(compileRule(args)).toMatchObject({ hint: expect.stringMatching(hint) });
  });
});

describe('a RewriteRule line that is accepted', () => {
  it.each([
    'a b [R] [L]',
    '^/x /y [R=foo]',
    '^/x /y [R=]',
    '^/x /y [R=-1]',
    '^/x /y "[R= 999]"',
    '^/x /y [R=103]',
    '^/x /y [L=3]',
    '^/x /y [E]',
    '^/x /y [Donk]',
    '^/x /y "[NC ]"',
    '^/x /y [S=-1]',
    '"" /x',
    '! /x',
    '^/x ""',
    '^/x /y [noescape,nE,nosubreq,redirect=permanent,qsappend,qsd,qslast,last,chain,skip=1,next,cookie=a:b:c,env=a,type=a,handler=b,proxy,passthrough,forbidden,gone,end,dpi,discardpath,backrefescaping,unc,unsafeallow3f,bctls,bnp,bne=x,backrefernoplus,unsafeprefixstat]',
  ])('%s', (args) => {
    expect(isProblem(compileRule(args))).toBe(false);
  });

  it.each([
    ['R', 302],
    ['R=temp', 302],
    ['R=permanent', 301],
    ['R=seeother', 303],
    ['R=308', 308],
  ])('[%s] redirects with %i', (flag, status) => {
    expect(rule(`a b [${flag}]`).flags).toMatchObject({ redirect: true, redirectStatus: status });
  });

  it('[R=foo] names no status', () => {
    expect(rule('a b [R=foo]').flags).toMatchObject({ redirect: true, redirectStatus: 0 });
  });

  it.each([
    ['F', 403],
    ['G', 410],
    ['R=404', 404],
    ['R=200', 200],
    ['R=301,F', 403],
    ['F,R=307', 307],
  ])('[%s] answers %i and substitutes nothing', (flag, status) => {
    const { flags, substitution } = rule(`a b [${flag}]`);
    expect(flags.forcedStatus).toBe(status);
    expect(substitution).toBeUndefined();
  });

  it('takes a final ? out of the substitution and never reads a query from the result', () => {
    expect(rule('a /x?')).toMatchObject({ substitution: { text: '/x' }, query: { never: true } });
  });

  it('keeps a final ? under QSA, and splits at the last one', () => {
    expect(rule('a /x? [QSA]')).toMatchObject({
      substitution: { text: '/x?' },
      query: { never: false, splitAtLast: true },
    });
  });

  it('never reads a query under QSD where the text has no ?', () => {
    expect(rule('a /x [QSD]').query.never).toBe(true);
    expect(rule('a /x?y [QSD]').query.never).toBe(false);
  });

  it('is left out of subrequests with NS and with R', () => {
    expect(rule('a b [NS]').skipsSubrequests).toBe(true);
    expect(rule('a b [R]').skipsSubrequests).toBe(true);
    expect(rule('a - [R=404]').skipsSubrequests).toBe(true);
    expect(rule('a - [F]').skipsSubrequests).toBe(false);
  });
});
