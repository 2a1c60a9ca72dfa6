// mod_authz_owner: Require file-owner, and whose group a file is for Require file-group.

import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import type { NamedProvider } from './provider.ts';
import type { Ruling } from './rules.ts';
import { onceKnown } from './users.ts';

/** Apache's numbers for the reasons. */
interface Numbers {
  readonly noName: string;
  readonly noFile: string;
  readonly noOwner: string;
}

function refuse(x: Exchange, number: string, reason: string): undefined {
  logEvent(
    x,
    'authz_owner',
    'error',
    `${number}: Authorization of user ${x.user} to access ${x.uri} failed, reason: ${reason}`,
  );
  return undefined;
}

/** The name of the file's user or group; undefined, and logged, when it has none. */
function nameOf(x: Exchange, what: 'owner' | 'group', numbers: Numbers): string | undefined {
  const { filename, site } = x;
  if (filename === undefined) return refuse(x, numbers.noName, 'no filename available');
  const facts = statOrNone(x, filename);
  if (facts === undefined) return refuse(x, numbers.noFile, `could not stat file ${filename}`);
  const name = what === 'owner' ? site.io.userName(facts.uid) : site.io.groupName(facts.gid);
  return name ?? refuse(x, numbers.noOwner, `could not get name of file ${what}`);
}

function statOrNone(x: Exchange, path: string): { readonly uid: number; readonly gid: number } | undefined {
  try {
    return x.site.io.stat(path);
  } catch {
    // A file that may not be looked at has no owner whom one could know.
    return undefined;
  }
}

/** The group of what is asked for; undefined, and logged, when it has none. */
export function fileGroup(x: Exchange): string | undefined {
  return nameOf(x, 'group', { noName: 'AH01638', noFile: 'AH01639', noOwner: 'AH01641' });
}

function testOwner(x: Exchange): Ruling {
  const owner = nameOf(x, 'owner', { noName: 'AH01633', noFile: 'AH01634', noOwner: 'AH01636' });
  if (owner === undefined) return 'denied';
  if (owner === x.user) return 'granted';
  refuse(x, 'AH01637', `file owner ${owner} does not match.`);
  return 'denied';
}

export const ownerProviders: readonly NamedProvider[] = [
  ['file-owner', { module: 'authz_owner_module', compile: () => onceKnown(testOwner) }],
];
