// One round through the phases that rules run in, in Apache's order: the URL is decoded, the server's rules translate it,
// DocumentRoot is put before it, the folders of the file are walked, their rules run.

import type { Waiting } from '../../kit/wait.ts';
import { runDirectoryRules, runServerRules } from '../../rules/index.ts';
import { mapUrlPath } from '../../wire/url-path.ts';
import type { Attempt } from './attempt.ts';
import { carryOut, type Ending } from './carry-out.ts';
import { AttemptHost } from './host.ts';
import type { LookUps } from './look-ups.ts';
import { walkDirectories } from './walk.ts';

/** From the raw path to the end of the folder's rules. Undefined: the attempt's `lead` or its file is the answer. */
export function* mapRequest(x: Attempt, lookUps: LookUps): Waiting<Ending | undefined> {
  const named = nameRequest(x);
  if (named !== undefined) return named;
  const translated = yield* translate(x, lookUps);
  return translated ?? (yield* finishMapping(x, lookUps));
}

/** Everything behind the file name; a look-up of a file begins here. */
export function* finishMapping(x: Attempt, lookUps: LookUps): Waiting<Ending | undefined> {
  if (x.proxied) return undefined;
  const refused = yield* walkDirectories(x);
  if (refused !== undefined) return { kind: 'status', status: refused };
  const { set, filename } = x;
  if (set.engine !== true || set.directory === undefined || filename === undefined) return undefined;
  const host = new AttemptHost(x, lookUps);
  const context = { mayFollowLinks: true, maps: x.program.maps };
  return carryOut(x, yield* runDirectoryRules(set, x.facing(filename), host, context));
}

function nameRequest(x: Attempt): Ending | undefined {
  if (x.rawPath === '*') return undefined;
  const mapped = mapUrlPath(x.rawPath, x.program.pathRules);
  if (mapped.status === 400) {
    x.journey.log.push(`AH10244: invalid URI path (${x.rawPath})`);
    return { kind: 'status', status: 400 };
  }
  x.uri = mapped.path;
  x.cameAs = mapped.path;
  return mapped.status === undefined ? undefined : { kind: 'status', status: mapped.status };
}

function* translate(x: Attempt, lookUps: LookUps): Waiting<Ending | undefined> {
  const { server, hasServerRules } = x.program;
  if (hasServerRules && server.engine === true) {
    const result = yield* runServerRules(server, x.facing(x.uri), new AttemptHost(x, lookUps));
    const ending = carryOut(x, result);
    if (ending !== undefined) return ending;
  }
  return x.isFileNamed || x.proxied ? undefined : putUnderRoot(x);
}

/** DocumentRoot and the path; a path that rules have given `..` does not leave the root. */
function putUnderRoot(x: Attempt): Ending | undefined {
  if (x.uri === '*') {
    x.filename = x.program.documentRoot || '/';
    return undefined;
  }
  if (!x.uri.startsWith('/')) return { kind: 'status', status: 400 };
  if (x.uri.includes('/..') && x.uri.split('/').includes('..')) return { kind: 'status', status: 403 };
  x.filename = x.program.documentRoot + x.uri;
  return undefined;
}
