// Whether examples of the documents fit the types of the package, as an editor would say it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

const OPTIONS = ['--ignoreConfig', '--noEmit', '--allowJs', '--checkJs', '--skipLibCheck', '--types', 'node'];
const STRICTNESS = ['--strict', '--noImplicitAny', 'false', '--module', 'nodenext', '--target', 'es2023'];

/** What the compiler says of these files, named from the root of the repository; '' where all is well. */
export async function typeMistakes(files: readonly string[]): Promise<string> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, ...OPTIONS, ...STRICTNESS, ...files], {
    cwd: root,
    timeout: 60_000,
  }).catch((failure: { stdout: string }) => failure);
  return stdout;
}
