import { describe, expect, it } from 'vitest';
import { HeadBudget } from './head-budget.ts';

const KB = 1024;
const MB = 1024 * KB;

describe('the budget for heads', () => {
  it('does not count small ones', () => {
    const budget = new HeadBudget();
    for (let i = 0; i < 10_000; i++) expect(budget.grow(0, 16 * KB)).toBe(true);
    expect(budget.grow(0, 64 * MB)).toBe(true);
  });

  it('counts large ones whole, however they grow, until they are released', () => {
    const budget = new HeadBudget();
    expect(budget.grow(0, 10 * KB)).toBe(true);
    expect(budget.grow(10 * KB, 60 * MB)).toBe(true);
    expect(budget.grow(60 * MB, 64 * MB)).toBe(true);
    expect(budget.grow(0, 17 * KB)).toBe(false);
    budget.release(17 * KB);
    expect(budget.grow(0, 16 * KB)).toBe(true);
    budget.release(16 * KB);
    budget.release(64 * MB);
    expect(budget.grow(0, 64 * MB)).toBe(true);
    expect(budget.grow(0, 17 * KB)).toBe(false);
  });
});
