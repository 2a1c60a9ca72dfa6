import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../kit/wait.ts';
import { runServerRules } from './finish-server.ts';
import { literalPrefix } from './literal-prefix.ts';
import { MemoryHost, memoryRequest } from './memory-host.ts';
import { isProblem } from './problem.ts';
import { RuleSetBuilder } from './rule-set.ts';

describe('the text a match must begin with', () => {
  it.each([
    ['^/old/(.*)$', '/old/'],
    ['^/a\\.html$', '/a.html'],
    ['^/ab*', '/a'],
    ['^/ab?c', '/a'],
    ['^/ab+c', '/ab'],
    ['^/ab{0,1}', '/a'],
    ['^/a(b|c)', '/a'],
    ['^/a|/b', ''],
    ['^(?i)/a', ''],
    ['^/\\d', '/'],
    ['^/a[|]b', ''],
    ['/a', ''],
    ['^', ''],
    ['^$', ''],
    ['^/a\\', '/a'],
  ])('of %s is %j', (source, prefix) => {
    expect(literalPrefix(source)).toBe(prefix);
  });
});

const pattern = fc.tuple(
  fc.constantFrom('^', '^', '^', '', '!^'),
  fc.stringMatching(/^(?:\/[ab]|\/[ab]\?|\.|\(a\|b\)|c\*){0,4}$/),
  fc.constantFrom('', '$', '|^/b'),
);
const flags = fc.constantFrom('', '[L]', '[NC]', '[C]', '[S=2]', '[NC,L]', '[C,NC]', '[R,L]', '[N=3]');
const rule = fc
  .tuple(pattern, fc.constantFrom('-', '/a/b$0', '/b', '/A'), flags)
  .map(([[anchor, middle, end], substitution, flag]) => `"${anchor}${middle}${end}" ${substitution} ${flag}`);

describe('a long list of rules', () => {
  it('comes to the same result with its index as when every rule is tried', () => {
    const subject = fc.stringMatching(/^(?:\/[abAB]){1,4}c{0,2}$/);
    fc.assert(
      fc.property(fc.array(rule, { minLength: 24, maxLength: 40 }), subject, (lines, uri) => {
        const builder = new RuleSetBuilder();
        builder.setEngine(true);
        for (const line of lines) {
          const problem = builder.addRule(line);
          if (problem && isProblem(problem)) throw new Error(problem.error);
        }
        const set = builder.build();
        const run = (traceLevel: number): unknown =>
          settle(runServerRules(set, memoryRequest(uri), new MemoryHost({ traceLevel })));
        expect(run(0)).toEqual(run(8));
      }),
      { numRuns: 100 },
    );
  });
});
