import { afterEach, expect, it, vi } from 'vitest';
import { part, requireParts, testWith } from './parts.ts';

afterEach(() => vi.unstubAllEnvs());

it('every part that is found says where it is and which version it has', () => {
  for (const name of ['apache2', 'cherrypy', 'curl', 'nginx', 'postgresql', 'python3'] as const) {
    const found = part(name);
    if (found !== undefined) expect(`${found.program} ${found.version}`).toMatch(/^\/\S+ \S*\d/);
  }
});

it('a missing part fails a test where parts are required', (context) => {
  vi.stubEnv('PORTICO_REQUIRE_PARTS', '1');
  vi.stubEnv('PORTICO_PARTS_FILE', '');
  const missing = (['apache2', 'postgresql', 'nginx'] as const).find((name) => part(name) === undefined);
  if (missing === undefined) expect(() => requireParts(['apache2'], context)).not.toThrow();
  else expect(() => requireParts([missing], context)).toThrow('Debian package');
});

testWith(['python3'], 'a test with its part runs', () => {
  expect(part('python3')?.version).toMatch(/^3\./);
});
