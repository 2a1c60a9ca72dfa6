// Every check finds what its bad examples show and is silent about its good ones, which are good in every other way, too.
import { describe, expect, it } from 'vitest';
import { type Check, checks, type Example, lint } from '../../src/tools/lint/index.ts';
import { readExample } from '../support/lint-example.ts';

/** Examples whose fault the reader sees, too, in Apache's words. */
const REFUSED_BY_READER = new Set(['forward-proxy']);

function idsIn(example: Example, severity?: string): string[] {
  const findings = lint(readExample(example));
  return findings.filter((one) => severity === undefined || one.severity === severity).map((one) => one.id);
}

describe('the checks', () => {
  it('are at least 40, each with a name of its own', () => {
    expect(checks.length).toBeGreaterThanOrEqual(40);
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    for (const { id } of checks) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it('say what is wrong, why and what to write, in text that every terminal shows', () => {
    for (const { title, why, mend } of checks)
      for (const text of [title, why, mend]) expect(text).toMatch(/^[!-~][ -~]*[!-~]$/);
  });
});

describe.each(checks.map((check): [string, Check] => [check.id, check]))('%s', (id, { bad, good }) => {
  it('has an example of both kinds', () => {
    expect(bad.length).toBeGreaterThan(0);
    expect(good.length).toBeGreaterThan(0);
  });

  it.each(bad.map((example): [string, Example] => [example.text, example]))('finds %j', (_, example) => {
    const ids = idsIn(example);
    expect(ids).toContain(id);
    if (!REFUSED_BY_READER.has(id)) expect(ids.filter((one) => one.startsWith('conf/'))).toEqual([]);
  });

  it.each(good.map((example): [string, Example] => [example.text, example]))(
    'is silent about %j',
    (_, example) => {
      expect(idsIn(example)).not.toContain(id);
      expect(idsIn(example, 'error')).toEqual([]);
    },
  );
});
