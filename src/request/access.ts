// When access control need not be asked: what let the exchange before this one in, or sent it to its error document,
// is not asked again where the same configuration applies. A page for 403 may lie in the folder that is closed.

import type { Exchange } from './exchange.ts';

/** True where the exchange before this one has settled access for it, too: its user is then this one's. */
export function isAccessSettled(x: Exchange): boolean {
  const before = settledBy(x);
  if (before === undefined) return false;
  x.user = before.user;
  x.authType = before.authType;
  return true;
}

function settledBy(x: Exchange): Exchange | undefined {
  const { prev, main } = x;
  if (prev !== undefined && isSettledBy(x, prev)) return prev;
  return main !== undefined && isSettledBy(x, main) ? main : undefined;
}

/**
 * mod_allowmethods looks at more than the configuration: with it, Apache takes the configuration for the same only
 * where the very walk of the exchange before was used again and nothing else was merged.
 */
function isSettledBy(x: Exchange, before: Exchange): boolean {
  if (before.dirConfig !== x.dirConfig) return false;
  if (!x.site.conf.hasModule('allowmethods_module') || x.dirConfig === x.server.defaults) return true;
  return x.walked?.config === x.dirConfig && repeatsWalk(x, before);
}

function repeatsWalk({ file, filename, pathInfo, walked }: Exchange, before: Exchange): boolean {
  if (file?.kind === 'file') return walked?.directory === before.walked?.directory && pathInfo === '';
  if (file?.kind !== 'directory' || pathInfo !== '') return false;
  return before.walked?.directory === (filename?.endsWith('/') ? filename : `${filename}/`);
}
