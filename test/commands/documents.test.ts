// Configurations that documents show: each is read, and nothing is wrong with it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import { Machine } from '../../src/server/machine.ts';

const DOCS = join(import.meta.dirname, '../../docs');
/** Pages whose every configuration stands for itself. */
const PAGES = ['backends.md'];

function shownIn(page: string): readonly string[] {
  const text = readFileSync(join(DOCS, page), 'utf8');
  return [...text.matchAll(/^```apache\n(.*?)^```$/gms)].map(([, conf = '']) => conf);
}

describe('a configuration that a document shows', () => {
  it('stands on pages that are there', () => {
    expect(readdirSync(DOCS)).toEqual(expect.arrayContaining(PAGES));
    for (const page of PAGES) expect(shownIn(page).length, page).toBeGreaterThan(3);
  });

  it.each(PAGES.flatMap((page) => shownIn(page).map((conf, at) => [page, at + 1, conf] as const)))(
    'of %s, number %i, is without fault',
    (_page, _at, conf) => {
      const machine = new Machine(() => undefined);
      const { diagnostics } = readSite({
        sources: [{ name: '/shown.conf', text: conf }],
        modules,
        io: machine,
      });
      const found = diagnostics.filter(({ code }) => code !== 'conf/document-root');
      expect(found.map(({ message }) => message)).toEqual([]);
    },
  );
});
