// `portico diff`: which requests an edit changes.

import { dirname } from 'node:path';
import { failureOf } from '../explain/failure.ts';
import type { SourceOptions } from '../explain/open.ts';
import type { DiffOptions } from './arguments.ts';
import { compareAll } from './compare-all.ts';

/** Answers the exit code: 0 when nothing differs, 1 when something does or failed, 2 for requests without sense. */
export async function runDiff(options: DiffOptions): Promise<number> {
  const { urls, log, host, isAll, isJson } = options;
  try {
    return await compareAll(
      [sourceOf(options, options.old), sourceOf(options, options.new)],
      [{}, {}],
      { urls, log, host },
      { isAll, isJson },
    );
  } catch (error) {
    return failureOf(error);
  }
}

/** Both stand for the same place: the root is where the old one is, whatever the new one's folder. */
function sourceOf(options: DiffOptions, file: string): SourceOptions {
  const { defines, before, after, serverRoot, skipUnknownModules } = options;
  const common = {
    defines,
    before,
    after,
    ...(serverRoot === undefined ? {} : { serverRoot }),
    ...(skipUnknownModules === undefined ? {} : { skipUnknownModules }),
  };
  if (!options.isHtaccess) return { ...common, file };
  return { ...common, htaccess: file, root: options.root ?? dirname(options.old) };
}
