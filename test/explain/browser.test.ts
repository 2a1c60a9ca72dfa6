// The printer of stories and the teller of rules need no machine: they can be made into a page's script.
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('the story of rules is told and drawn without anything of Node', async () => {
  const tools = join(import.meta.dirname, '../../src/tools');
  const built = await build({
    stdin: {
      contents: "export { drawStory } from './draw-story.ts'; export { RulesTeller } from './tell-rules.ts';",
      resolveDir: tools,
      loader: 'ts',
    },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    write: false,
    logLevel: 'silent',
  });
  expect(built.errors).toEqual([]);
  const [script] = built.outputFiles;
  expect(script?.text).not.toMatch(/\brequire\(|\bprocess\.|\bBuffer\b/);
  expect(script?.text.length).toBeGreaterThan(5000);
});
