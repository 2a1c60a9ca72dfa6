import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testHost } from '../../../test/support/expr-host.ts';
import { settle } from '../wait.ts';
import { compileExpr, ExprSyntaxError, runCondition, runString } from './index.ts';

const answers = readFileSync(new URL('./apache-answers.txt', import.meta.url), 'latin1')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split('\t') as [kind: string, text: string, answer: string]);

function answerOf(kind: string, text: string): string {
  const { host, varies } = testHost();
  try {
    const isAddressRange = (range: string) => /^[\d./]+$/.test(range);
    const expr = compileExpr(text, { kind: kind === 'c' ? 'condition' : 'string', isAddressRange });
    if (kind === 's') return JSON.stringify(settle(runString(expr, host)));
    const holds = settle(runCondition(expr, host));
    return varies.length > 0 ? `${holds} vary ${varies.join(',')}` : String(holds);
  } catch (error) {
    if (error instanceof ExprSyntaxError) return `error ${error.message}`;
    throw error;
  }
}

describe("Apache's answers to expressions", () => {
  it('are there in number', () => {
    expect(answers.length).toBeGreaterThan(250);
  });

  for (const [kind, text, answer] of answers) {
    it(`${kind === 'c' ? 'condition' : 'string'} ${text}`, () => {
      expect(answerOf(kind, text)).toBe(answer);
    });
  }
});
