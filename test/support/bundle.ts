// A module of the repository as a browser gets it: one script, and the files it is made of.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Bundle {
  readonly text: string;
  /** Paths from the repository's root on. */
  readonly files: readonly string[];
}

/** Rejects when a file imports what only Node has. `path` starts at the repository's root. */
export async function bundleForBrowsers(path: string, minify = false): Promise<Bundle> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { outputFiles, metafile } = await build({
    entryPoints: [`${root}${path}`],
    absWorkingDir: root,
    bundle: true,
    minify,
    platform: 'browser',
    format: 'esm',
    target: 'es2023',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  return { text: outputFiles[0]?.text ?? '', files: Object.keys(metafile.inputs) };
}
