import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../kit/wait.ts';
import { runServerRules } from './finish-server.ts';
import { MemoryHost, memoryRequest } from './memory-host.ts';
import { isProblem } from './problem.ts';
import { RuleSetBuilder } from './rule-set.ts';

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

const agent = fc.tuple(
  fc.constantFrom('', '^', '!^'),
  fc.constantFrom('bot', 'crawl', '(b)ot', '.', 'B.t'),
  fc.constantFrom('', 'x$'),
);
const condition = fc
  .tuple(
    fc.constantFrom(
      '%{HTTP_USER_AGENT}',
      '%{HTTP_USER_AGENT}',
      '%{HTTP_USER_AGENT}',
      '%{HTTP_REFERER}',
      '%1',
    ),
    agent,
    fc.constantFrom('[OR]', '[OR]', '[OR]', '[NC,OR]', '[NC,OR]', '[OR,NV]', ''),
  )
  .map(([subject, parts, flag]) => `${subject} ${parts.join('')} ${flag}`);
const text = fc.stringMatching(/^(bot|Bot|crawl|x){0,3}$/);

describe('a long list of conditions', () => {
  it('comes to the same result with its index as when every condition is looked at', () => {
    let applied = 0;
    fc.assert(
      fc.property(
        fc.array(condition, { minLength: 24, maxLength: 60 }),
        text,
        text,
        (lines, name, referer) => {
          const builder = new RuleSetBuilder();
          builder.setEngine(true);
          for (const line of lines) {
            const problem = builder.addCondition(line);
            if (problem && isProblem(problem)) throw new Error(problem.error);
          }
          builder.addRule('^/(a)$ /found-$1-%1');
          const set = builder.build();
          const run = (traceLevel: number) => {
            const host = new MemoryHost({ traceLevel, headers: { 'user-agent': name, referer } });
            const outcome = settle(runServerRules(set, memoryRequest('/a'), host));
            return { outcome, vary: host.vary };
          };
          const indexed = run(0);
          expect(indexed).toEqual(run(8));
          if (JSON.stringify(indexed.outcome).includes('found')) applied++;
        },
      ),
      { numRuns: 500 },
    );
    expect(applied).toBeGreaterThan(50);
  });
});
