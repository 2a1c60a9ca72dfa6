import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from '../kit/wait.ts';
import { compileCondition } from './condition.ts';
import { hasControlOrSpace } from './escape.ts';
import { runDirectoryRules } from './finish-directory.ts';
import { runServerRules } from './finish-server.ts';
import { MemoryHost, memoryRequest } from './memory-host.ts';
import type { RewriteResult } from './outcome.ts';
import { isProblem } from './problem.ts';
import { compileRule } from './rule.ts';
import { type RuleSet, RuleSetBuilder } from './rule-set.ts';

const anyLine = fc.string({
  unit: fc.constantFrom(
    '^',
    '/',
    'a',
    '(',
    ')',
    '.',
    '*',
    '$',
    '1',
    '%',
    '{',
    '}',
    ':',
    '|',
    ' ',
    '"',
    '[',
    ']',
    ',',
    'R',
    '=',
    '!',
    '\\',
  ),
  maxLength: 30,
});
const anyPath = fc.string({ unit: 'binary-ascii', maxLength: 20 }).map((rest) => `/${rest}`);

function ruleSet(line: string, directory?: string): RuleSet | undefined {
  const builder = new RuleSetBuilder(directory);
  builder.setEngine(true);
  return builder.addRule(line) ? undefined : builder.build();
}

function run(set: RuleSet, uri: string, query?: string): RewriteResult {
  const host = new MemoryHost();
  const request = memoryRequest(uri, { filename: `/srv/www${uri}`, query });
  const work =
    set.directory === undefined
      ? runServerRules(set, request, host)
      : runDirectoryRules(set, request, host, { mayFollowLinks: true, maps: set.maps });
  const result = settle(work);
  if (result instanceof Promise) throw new Error('nothing here waits');
  return result;
}

describe('any line', () => {
  it('is a rule or a problem within the line, and runs for any path', () => {
    fc.assert(
      fc.property(anyLine, anyPath, (line, uri) => {
        const rule = compileRule(line);
        if (isProblem(rule)) {
          expect(rule.offset).toBeGreaterThanOrEqual(0);
          expect(rule.offset).toBeLessThanOrEqual(line.length);
          return;
        }
        for (const directory of [undefined, '/srv/www/'])
          expect(run(ruleSet(line, directory)!, uri).outcome.kind).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 500 },
    );
  });

  it('is a condition or a problem within the line', () => {
    fc.assert(
      fc.property(anyLine, (line) => {
        const condition = compileCondition(line);
        if (isProblem(condition)) expect(condition.offset).toBeLessThanOrEqual(line.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('any request', () => {
  it('gets no Location with a space or a control character behind the host, unless NE', () => {
    const set = ruleSet('^/(.*)$ /x/$1?a=$1 [R]')!;
    fc.assert(
      fc.property(anyPath, (uri) => {
        const { outcome } = run(set, uri);
        if (outcome.kind === 'redirect') expect(hasControlOrSpace(outcome.location)).toBe(false);
        else expect(outcome).toMatchObject({ status: 403 });
      }),
    );
  });

  it('is not proxied with a query that holds a space or a control character', () => {
    const set = ruleSet('^/(.*)$ http://b/?a=$1 [P]')!;
    fc.assert(
      fc.property(anyPath, (uri) => {
        const result = run(set, uri);
        if (result.outcome.kind === 'proxy') expect(hasControlOrSpace(result.query ?? '')).toBe(false);
        else expect(result.outcome).toMatchObject({ status: 403, code: 'AH10410' });
      }),
    );
  });

  it.each([undefined, '/srv/www/'])(
    'cannot change the authority a rule spells, in directory %s',
    (directory) => {
      const set = ruleSet('^/?(.*)$ http://h:8000$1 [P]', directory)!;
      fc.assert(
        fc.property(anyPath, (uri) => {
          const { outcome } = run(set, uri);
          if (outcome.kind === 'proxy' && !outcome.refusal)
            expect(outcome.url).toMatch(/^http:\/\/h:8000(?:\/|$)/);
        }),
      );
    },
  );

  it('cannot choose a file outside DocumentRoot by what a rule captures', () => {
    // `/` alone is the root itself, as Apache has it.
    const set = ruleSet('^/(.*)$ /$1')!;
    const files = new Map([['/etc/passwd', '']]);
    fc.assert(
      fc.property(fc.array(fc.constantFrom('etc', 'passwd', '..', '.', ''), { maxLength: 6 }), (names) => {
        const host = new MemoryHost({ files });
        const result = settle(
          runServerRules(set, memoryRequest(`/${names.join('/')}`), host),
        ) as RewriteResult;
        if (result.outcome.kind === 'file') expect(result.outcome.path).toMatch(/^\/(?:srv\/www\/.*)?$/);
        else expect(result.outcome).toMatchObject({ status: 403 });
      }),
    );
  });
});
