// Merging: a section on top of what applies already, and virtual hosts on top of the main server.

import type { ConfModule } from './module.ts';
import { DirConfig } from './section.ts';

/** For each base, the results by what was added: the same chain of sections is merged once. */
const merged = new WeakMap<DirConfig, WeakMap<DirConfig, DirConfig>>();

/**
 * `add` on top of `base`, module by module; neither is changed. A module without a value in one of them keeps the
 * other's, and one without `merge` takes the added value. Asking again gives the same object.
 */
export function mergeDir(modules: readonly ConfModule[], base: DirConfig, add: DirConfig): DirConfig {
  if (isEmpty(add)) return base;
  if (isEmpty(base)) return add;
  let byAdded = merged.get(base);
  if (!byAdded) {
    byAdded = new WeakMap();
    merged.set(base, byAdded);
  }
  let result = byAdded.get(add);
  if (!result) {
    result = mergeValues(modules, base, add);
    byAdded.set(add, result);
  }
  return result;
}

function isEmpty({ values, files, ifs }: DirConfig): boolean {
  return values.length === 0 && files.length === 0 && ifs.length === 0;
}

function mergeValues(modules: readonly ConfModule[], base: DirConfig, add: DirConfig): DirConfig {
  const result = new DirConfig();
  for (const { slot, dirConfig } of modules) {
    const below = base.values[slot];
    const above = add.values[slot];
    if (below === undefined || above === undefined) result.values[slot] = above ?? below;
    else result.values[slot] = dirConfig ? dirConfig.merge(below, above) : above;
  }
  result.files.push(...base.files, ...add.files);
  result.ifs.push(...base.ifs, ...add.ifs);
  return freezeDir(result);
}

/** Ends the filling of a section's configuration; the modules' values are theirs to freeze. */
export function freezeDir(dir: DirConfig): DirConfig {
  Object.freeze(dir.values);
  Object.freeze(dir.files);
  Object.freeze(dir.ifs);
  return Object.freeze(dir);
}

/** Every module's value where it has one, made for those that have none yet: what applies outside sections. */
export function fillDefaults(modules: readonly ConfModule[], dir: DirConfig): void {
  for (const { slot, dirConfig } of modules) {
    if (dirConfig) dir.values[slot] ??= dirConfig.create(undefined);
  }
}
