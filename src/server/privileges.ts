// From root to the user who serves: User and Group of the configuration (Apache's mod_unixd).

import type { CoreServerConfig } from '../request/core-config.ts';
import type { Accounts } from './accounts.ts';
import { messageOf, StartError } from './start-error.ts';

/** Whom the process becomes. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; of a user without a name only `gid`. */
  readonly groups: readonly number[];
}

/** The configured identity; undefined when the configuration names none. Throws a StartError for one that is not there. */
export function findIdentity(core: CoreServerConfig, accounts: Accounts): Identity | undefined {
  if (core.user === undefined && core.group === undefined) return undefined;
  const user = core.user === undefined ? undefined : findUser(core.user, accounts);
  const gid = core.group === undefined ? user?.gid : findGroup(core.group, accounts);
  if (gid === undefined) {
    throw new StartError(`User ${core.user ?? ''} has no entry in /etc/passwd`, 'Add a Group line.');
  }
  const groups = user?.name === undefined ? [] : accounts.groupsOf(user.name);
  return { uid: user?.uid ?? 0, gid, groups: [gid, ...groups] };
}

function findUser(text: string, accounts: Accounts): { uid: number; gid?: number; name?: string } {
  refuseVariable('User', text);
  const number = numberOf(text);
  const account = number === undefined ? accounts.user(text) : accounts.userById(number);
  if (account !== undefined) return account;
  if (number !== undefined) return { uid: number };
  throw new StartError(
    `AH00543: bad user name ${text}`,
    'There is no such user on this machine; change the User line.',
  );
}

function findGroup(text: string, accounts: Accounts): number {
  refuseVariable('Group', text);
  const gid = numberOf(text) ?? accounts.group(text)?.gid;
  if (gid !== undefined) return gid;
  throw new StartError(
    `AH00544: bad group name ${text}`,
    'There is no such group on this machine; change the Group line.',
  );
}

/** `#1000` is a number. */
function numberOf(text: string): number | undefined {
  return /^#[0-9]{1,9}$/.test(text) ? Number(text.slice(1)) : undefined;
}

/** Debian's configuration takes the names from the environment, which its start script sets. */
function refuseVariable(directive: string, text: string): void {
  const name = /^\$\{([^}]+)\}$/.exec(text)?.[1];
  if (name === undefined) return;
  throw new StartError(
    `${directive} ${text}: ${name} is not set`,
    `Set it in the environment, for example ${name}=www-data, or write a name on the ${directive} line.`,
  );
}

export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** Becomes that user for good. Where that is who the process is (`User root`), nothing is asked of the system. */
export function becomeUser(identity: Identity): void {
  if (identity.uid === process.getuid?.() && identity.gid === process.getgid?.()) return;
  try {
    process.setgid?.(identity.gid);
    process.setgroups?.(identity.groups);
    process.setuid?.(identity.uid);
  } catch (error) {
    throw new StartError(
      `cannot become user ${identity.uid}, group ${identity.gid}: ${messageOf(error)}`,
      'Root needs CAP_SETUID and CAP_SETGID for that; or start as that user, who needs no User and Group lines.',
      error,
    );
  }
}
