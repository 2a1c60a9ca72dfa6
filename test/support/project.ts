// A project of a user who has installed portico: a folder with node_modules, and files that are run or compiled in it.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The package as it is built here. */
export const packageRoot: string = join(import.meta.dirname, '../..');

export interface Project {
  readonly folder: string;
  remove(): void;
}

/** Makes a project with these files and, beside portico, these packages of ours (`express`, `@types/koa`). */
export function makeProject(
  files: Readonly<Record<string, string>>,
  packages: readonly string[] = [],
): Project {
  const folder = mkdtempSync(join(tmpdir(), 'portico-project-'));
  const install = (name: string, from: string): void => {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(from, place);
  };
  install('portico', packageRoot);
  for (const name of packages) install(name, join(packageRoot, 'node_modules', name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
