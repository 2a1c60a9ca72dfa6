// What playground-engine.mjs exports.

import type { BuildOptions } from 'esbuild';

/** The module that whoever bundles the engine begins with. */
export const engineEntry: string;

/** Options for esbuild, to be merged with entry points and where the result goes. */
export const engineOptions: BuildOptions;
