import { describe, expect, it } from 'vitest';
import { createMemoryIo } from './memory-io.ts';
import { ownDirectives } from './own.ts';
import { readSite } from './site.ts';

describe('the directives of the language itself', () => {
  it.each(ownDirectives.map((entry) => [entry.name, entry] as const))(
    '%s has an example that loads',
    (_, entry) => {
      const { site, diagnostics } = readSite({
        sources: [{ name: 'main', text: entry.example }],
        modules: [],
        io: createMemoryIo({ '/conf/extra.conf': '' }),
      });
      expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(site).toBeDefined();
      expect(entry.example.toLowerCase()).toContain(entry.name.toLowerCase());
      expect(entry.help).not.toBe('');
    },
  );
});
