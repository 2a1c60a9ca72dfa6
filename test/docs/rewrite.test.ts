// The examples of docs/rewrite.md: each does what the page says that it prints, and fits the types of the package.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { typeMistakes } from '../support/example-types.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const page = readFileSync(join(root, 'docs/rewrite.md'), 'utf8');
const shown = [...page.matchAll(/^```console\n\$ node (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', printed = '']) => ({ file, printed }),
);
const examples = readdirSync(join(root, 'examples/rewrite'))
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => `examples/rewrite/${name}`);
const tests = examples.filter((name) => name.endsWith('.test.mjs'));

describe('portico/rewrite in examples', () => {
  test('has every one on its page', () => {
    expect(examples.length).toBeGreaterThan(4);
    expect([...shown.map(({ file }) => file), ...tests].sort()).toEqual(examples.sort());
    for (const file of examples) expect(page).toContain(`[${file}](../${file})`);
  });

  test.each(shown)('$file prints what the page says', async ({ file, printed }) => {
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: root, timeout: 20_000 });
    expect({ stdout, stderr }).toEqual({ stdout: printed, stderr: '' });
  });

  test('the tests of a .htaccess file pass', async () => {
    const { stdout } = await run(process.execPath, ['--test', ...tests], { cwd: root, timeout: 20_000 });
    expect(stdout).toMatch(/^# pass 4$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  test('fit the types', async () => {
    expect(await typeMistakes(examples)).toBe('');
  });
});
