// How esbuild makes the playground's engine (src/tools/playground/play.ts) into a script for browsers: what Node gives is
// replaced by the stand-ins of src/tools/playground/browser/, each of which says what it stands for.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../src/tools/playground');
const standIns = join(folder, 'browser');

/** The module that whoever bundles the engine begins with. */
export const engineEntry = join(folder, 'play.ts');

/** Modules of Node and packages that only Node can load → the file that stands for each. */
const STANDS_FOR = new Map(
  readdirSync(standIns)
    .filter((name) => name !== 'globals.ts')
    .map((name) => [name.replace(/\.ts$/, ''), join(standIns, name)]),
);

/** `node:timers/promises` is timers-promises.ts, `@node-rs/bcrypt` is node-rs-bcrypt.ts. */
function standInOf(name) {
  return STANDS_FOR.get(name.replace(/^node:|^@/, '').replaceAll('/', '-'));
}

/** @type {import('esbuild').Plugin} */
const replaceNode = {
  name: 'playground-engine',
  setup(build) {
    build.onResolve({ filter: /^(?:node:|@node-rs\/|@photostructure\/|pg$)/ }, ({ path }) => {
      const file = standInOf(path);
      return file === undefined
        ? { errors: [{ text: `nothing in src/tools/playground/browser stands for ${path}` }] }
        : { path: file };
    });
  },
};

/**
 * Options for esbuild, to be merged with entry points and where the result goes.
 * @type {import('esbuild').BuildOptions}
 */
export const engineOptions = {
  bundle: true,
  platform: 'browser',
  format: 'esm',
  target: ['es2023'],
  inject: [join(standIns, 'globals.ts')],
  plugins: [replaceNode],
};
