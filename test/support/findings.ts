// What reading a configuration says, for tests of directives.

import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';

/** The messages of errors and warnings, with every module on. */
export function findingsOf(text: string): { errors: string[]; warnings: string[] } {
  const { diagnostics } = readSite({
    sources: [{ name: '/test.conf', text }],
    modules,
    io: createMemoryIo({}),
  });
  const of = (severity: string): string[] =>
    diagnostics.filter((d) => d.severity === severity).map((d) => d.message);
  return { errors: of('error'), warnings: of('warning') };
}
