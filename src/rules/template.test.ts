import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../kit/wait.ts';
import { expand } from './expand.ts';
import { internalMap, type RewriteMap } from './maps.ts';
import { MemoryHost, memoryRequest } from './memory-host.ts';
import { Pass } from './pass.ts';
import { isProblem } from './problem.ts';
import { emptyRuleSet } from './rule-set.ts';
import { compileTemplate } from './template.ts';

function internal(name: string): RewriteMap {
  const map = internalMap(name);
  if (isProblem(map)) throw new Error(map.error);
  return map;
}

function textMap(values: Record<string, string>): RewriteMap {
  return { kind: 'txt', source: { lookup: (key) => values[key] ?? null } };
}

function passWith(captures: readonly (string | undefined)[], maps: Record<string, RewriteMap> = {}): Pass {
  const host = new MemoryHost({
    headers: { host: 'www.test', 'x-foo': 'foo' },
    env: new Map([['A', 'env a']]),
  });
  const set = { ...emptyRuleSet, maps: new Map(Object.entries(maps)) };
  const pass = new Pass(set, memoryRequest('/u', { query: 'q=1' }), host);
  pass.ruleCaptures = captures;
  pass.condCaptures = ['whole', 'one'];
  return pass;
}

function expanded(text: string, pass: Pass): string {
  const result = settle(expand(compileTemplate(text), pass));
  if (typeof result !== 'string') throw new Error('nothing here waits');
  return result;
}

describe('expanding a text', () => {
  const pass = passWith(['all', 'a', undefined, 'c'], {
    t: textMap({ k: 'v', K: 'up', empty: '' }),
    lc: internal('tolower'),
    uc: internal('toupper'),
  });

  it.each([
    ['plain', 'plain'],
    ['$0-$1-$2-$3-$9', 'all-a--c-'],
    ['%0%1%2', 'wholeone'],
    ['$12', 'a2'],
    ['\\$1\\\\\\%{HTTP_HOST}', '$1\\%{HTTP_HOST}'],
    ['end\\', 'end\\'],
    ['x$/y%/z$a%b', 'x$/y%/z$a%b'],
    ['x${', 'x${'],
    ['x${x', 'x${x'],
    [`\${nocolon}`, `\${nocolon}`],
    ['%{HTTP_HOST', '%{HTTP_HOST'],
    ['%{HTTP_HOST}|%{http_host}|%{HTTP:hOsT}', 'www.test|www.test|www.test'],
    // Only seven headers have a name of their own.
    ['[%{HTTP_X_FOO}%{HTTP:X-Foo}]', '[foo]'],
    ['[%{NOPE}%{X}%{}]', '[]'],
    ['%{ENV:A}%{ENV:B}', 'env a'],
    ['%{REQUEST_URI}?%{QUERY_STRING}', '/u?q=1'],
    [`\${t:k}\${t:none}`, 'v'],
    [`\${t:none|d$1}`, 'da'],
    [`\${t:empty|d}`, 'd'],
    [`\${lc:|d}`, ''],
    [`\${nope:k|d}`, 'd'],
    [`\${t:\${lc:K}|\${uc:x$1}}`, 'v'],
    [`\${t:\${lc:Q}|\${uc:x$1}}`, 'XA'],
    [`\${t:none|a|b}`, 'a|b'],
    // A backslash does not protect a brace.
    [`\${t:a\\}b}`, 'b}'],
  ])('%s', (text, result) => {
    expect(expanded(text, pass)).toBe(result);
  });

  it('never reads again what it has put in', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('$', '%', '{', '}', '1', ':', '\\', 'a', '|') }),
        (value) => {
          const injected = passWith(['', value], { t: textMap({}) });
          expect(expanded('<$1>', injected)).toBe(`<${value}>`);
          expect(expanded(`<\${t:x|$1}>`, injected)).toBe(`<${value}>`);
        },
      ),
    );
  });

  it('reads any text at all, and gives back what has no expansion in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const template = compileTemplate(text);
        expect(template.text).toBe(text);
        if (!/[\\$%]/.test(text)) expect(template.literal).toBe(text);
      }),
    );
  });
});
