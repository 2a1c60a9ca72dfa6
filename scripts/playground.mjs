// Makes the playground, a folder of files that any web server can serve: dist/playground. Part of `npm run build`.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { engineOptions } from './playground-engine.mjs';

const root = join(import.meta.dirname, '..');
const source = join(root, 'src/playground');
const target = join(root, 'dist/playground');

const page = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
};
const made = { absWorkingDir: root, outdir: target, minify: true, metafile: true, logLevel: 'warning' };

mkdirSync(target, { recursive: true });
const results = await Promise.all([
  build({ ...page, ...made, entryPoints: { page: join(source, 'page.tsx') } }),
  build({ ...engineOptions, ...made, entryPoints: { engine: join(source, 'engine-worker.ts') } }),
]);
for (const name of ['index.html', 'style.css']) copyFileSync(join(source, name), join(target, name));
writeFileSync(
  join(target, 'LICENSES.txt'),
  licences(results.flatMap(({ metafile }) => Object.keys(metafile.inputs))),
);

/** The licences of the packages that are part of the scripts, as they ask for. */
function licences(inputs) {
  const folders = new Set(
    inputs.flatMap(
      (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(relative(root, join(root, file)))?.[0] ?? [],
    ),
  );
  return [...folders].sort().map(licence).join('\n\n');
}

function licence(folder) {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return `${name} ${version}\n\n${readFileSync(join(root, folder, 'LICENSE'), 'utf8')}`;
}
