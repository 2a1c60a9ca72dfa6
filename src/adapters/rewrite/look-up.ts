// Look-ahead requests carried out: a URL or a file goes through one round of its own, and nothing is answered.

import { escapePath } from '../../kit/expr/transform.ts';
import { andThen, type Soon, settle, type Waiting } from '../../kit/wait.ts';
import { Attempt } from './attempt.ts';
import type { Ending } from './carry-out.ts';
import type { LookUps } from './look-ups.ts';
import { finishMapping, mapRequest } from './map-request.ts';

/** How deep look-ahead requests may stand in each other (LimitInternalRecursion). */
const MOST_LEVELS = 10;

export const lookUps: LookUps = {
  uri(x, uri) {
    const hash = uri.indexOf('#');
    const url = hash < 0 ? uri : uri.slice(0, hash);
    // Relative to where rules have led, not to what the client asked for.
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const folder = path.startsWith('/') ? '' : escapePath(x.uri.slice(0, x.uri.lastIndexOf('/') + 1));
    const sub = new Attempt(x.journey, folder + path, query < 0 ? undefined : url.slice(query + 1), {
      main: x,
    });
    return mapped(sub, () => mapRequest(sub, lookUps));
  },

  file(x, file) {
    const name = x.filename ?? '/';
    const path = file.startsWith('/') ? file : name.slice(0, name.lastIndexOf('/') + 1) + file;
    const sub = new Attempt(x.journey, x.rawPath, x.args, { main: x });
    sub.uri = guessedUri(x, name, path);
    sub.filename = path;
    return mapped(sub, () => finishMapping(sub, lookUps));
  },
};

function mapped(sub: Attempt, map: () => Waiting<Ending | undefined>): Soon<Attempt> {
  if (!mayBegin(sub)) {
    sub.status = 500;
    return sub;
  }
  return andThen(settle(map()), (ending) => {
    if (ending !== undefined) sub.status = ending.status;
    else if (isFolderWithoutSlash(sub)) sub.status = 301;
    return sub;
  });
}

/** mod_dir would send the client to the URL with a slash. */
function isFolderWithoutSlash({ facts, uri, lead, pathInfo }: Attempt): boolean {
  return lead === undefined && facts?.type === 'directory' && pathInfo === '' && !uri.endsWith('/');
}

function mayBegin({ main, journey }: Attempt): boolean {
  let levels = 0;
  for (let at = main; at?.main !== undefined; at = at.main) levels += 1;
  return levels < MOST_LEVELS && (levels === 0 || journey.mayNest());
}

/** A file beside the attempt's own stands beside its URL, if that has one; any other has none. */
function guessedUri(x: Attempt, name: string, path: string): string {
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  const last = path.slice(folder.length);
  if (x.uri === '' || !path.startsWith(folder) || last === '' || last.includes('/')) return '';
  return x.uri.slice(0, x.uri.lastIndexOf('/') + 1) + last;
}
