// The examples of docs/library.md: each does what the page says that it prints, and fits the types of the package.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { typeMistakes } from '../support/example-types.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
const shown = [...page.matchAll(/^```console\n\$ node (\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, file = '', printed = '']) => ({ file, printed }),
);
const examples = readdirSync(join(root, 'examples/library')).map((name) => `examples/library/${name}`);

describe('portico as a library', () => {
  test('has every example on its page', () => {
    expect(examples.length).toBeGreaterThan(0);
    expect(shown.map(({ file }) => file).sort()).toEqual(examples.sort());
  });

  test.each(shown)('$file prints what the page says', async ({ file, printed }) => {
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: root, timeout: 20_000 });
    expect({ stdout, stderr }).toEqual({ stdout: printed, stderr: '' });
  });

  test('the examples fit the types', async () => {
    expect(await typeMistakes(examples)).toBe('');
  });
});
