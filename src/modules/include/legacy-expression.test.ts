import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateLegacy, LegacyError, type LegacyHost } from './legacy-expression.ts';

const HOST: LegacyHost = {
  expand: (text) => text,
  isAccessible: async () => false,
  matched: () => undefined,
};

describe('a condition of Apache 2.2', () => {
  it('is a value or an error, whatever it says', async () => {
    const words = fc.constantFrom(
      '(',
      ')',
      '!',
      '&&',
      '||',
      '=',
      '!=',
      '<',
      '>=',
      'a',
      "'b'",
      '/r/',
      '/(/',
      '-A',
      '\\',
      ' ',
      "'",
      '/',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(words, { maxLength: 40 }), async (parts) => {
        const value = await evaluateLegacy(parts.join(' '), HOST).catch((error: unknown) => error);
        expect(typeof value === 'boolean' || value instanceof LegacyError).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['('.repeat(100_000), '!'.repeat(100_000), 'a && '.repeat(100_000)])(
    'that is nested without end is an error',
    async (text) => {
      await expect(evaluateLegacy(text, HOST)).rejects.toBeInstanceOf(LegacyError);
    },
  );
});
