// Links: any draft comes back as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Draft, EMPTY_DRAFT } from './draft.ts';
import { draftOf, fragmentOf } from './share.ts';

const text = (maxLength: number) => fc.string({ unit: 'grapheme', maxLength });

const drafts: fc.Arbitrary<Draft> = fc.record({
  kind: fc.constantFrom('htaccess' as const, 'configuration' as const),
  text: text(500),
  folder: text(40),
  url: text(200),
  method: text(10),
  headers: text(100),
  remote: text(20),
  files: text(200),
  apache: fc.constantFrom('', '2.4.54'),
});

describe('a link', () => {
  it('brings back every draft', async () => {
    await fc.assert(
      fc.asyncProperty(drafts, async (draft) => {
        const fragment = await fragmentOf(draft);
        expect(fragment).toMatch(/^1\.[\w-]+$/);
        expect(await draftOf(fragment!)).toEqual(draft);
      }),
      { numRuns: 60 },
    );
  });

  it('is short where little was put in, and none where it would be too long', async () => {
    expect((await fragmentOf(EMPTY_DRAFT))!.length).toBeLessThan(12);
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))).toString('base64');
    expect((await fragmentOf({ ...EMPTY_DRAFT, text: noise, files: noise }))?.length).toBeUndefined();
  });

  it('that is anything else is refused with a sentence', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (fragment) => {
        expect(typeof (await draftOf(fragment))).toBe('string');
        expect(typeof (await draftOf(`1.${fragment}`))).toBe('string');
      }),
      { numRuns: 200 },
    );
  });
});
