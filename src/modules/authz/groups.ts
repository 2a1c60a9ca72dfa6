// mod_authz_groupfile: groups and their users in a text file; Require group and Require file-group.

import { lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { sections } from '../contexts.ts';
import { splitAtColon, TableFileError, TableFiles, tableLines } from '../table-file.ts';
import { fileGroup } from './owner.ts';
import { compileWordTest, type NamedProvider, wordsOf } from './provider.ts';
import type { Ruling } from './rules.ts';
import { onceKnown } from './users.ts';

interface GroupfileDir {
  file?: string;
}

const LONGEST_LINE = 16 * 1024 * 1024;

/** The groups of each user, in lower case: Apache compares their names without case. */
type GroupFile = ReadonlyMap<string, ReadonlySet<string>>;

const NO_GROUPS: ReadonlySet<string> = new Set();

function parseFile(text: string): GroupFile {
  const groups = new Map<string, Set<string>>();
  for (const line of tableLines(text, LONGEST_LINE)) {
    const [name, users] = splitAtColon(line);
    const group = lowerAscii(name.replace(/[\t-\r ]+$/, ''));
    for (const user of wordsOf(users)) {
      const own = groups.get(user);
      if (own === undefined) groups.set(user, new Set([group]));
      else own.add(group);
    }
  }
  return groups;
}

/** Apache's numbers for what can be wrong. */
interface Numbers {
  readonly unset: string;
  readonly unreadable: string;
  readonly noGroups: string;
  readonly noGroupsLevel: 'info' | 'error';
}

function log(x: Exchange, level: 'error' | 'info' | 'debug', text: string): void {
  logEvent(x, 'authz_groupfile', level, text);
}

/** The groups of the user; undefined, and logged, when there is none. */
function groupsOfUser(x: Exchange, numbers: Numbers): ReadonlySet<string> | undefined {
  const path = authzGroupfile.dir(x)?.file;
  if (path === undefined) {
    log(x, 'error', `${numbers.unset}: No group file was specified in the configuration`);
    return undefined;
  }
  try {
    const files = authzGroupfile.state(x.site) as TableFiles<GroupFile>;
    const groups = files.read(x.site.io, path).get(x.user!) ?? NO_GROUPS;
    if (groups.size > 0) return groups;
  } catch (error) {
    if (!(error instanceof TableFileError)) throw error;
    log(x, 'error', `${error.message}: ${numbers.unreadable}: Could not open group file: ${path}`);
    return undefined;
  }
  log(
    x,
    numbers.noGroupsLevel,
    `${numbers.noGroups}: Authorization of user ${x.user} to access ${x.uri} failed, reason: user doesn't appear in group file (${path}).`,
  );
  return undefined;
}

function refuse(x: Exchange, number: string, reason: string): Ruling {
  log(x, 'debug', `${number}: Authorization of user ${x.user} to access ${x.uri} failed, reason: ${reason}`);
  return 'denied';
}

function testGroup(x: Exchange, names: readonly string[]): Ruling {
  const groups = groupsOfUser(x, {
    unset: 'AH01664',
    unreadable: 'AH01665',
    noGroups: 'AH01666',
    noGroupsLevel: 'info',
  });
  if (groups === undefined) return 'denied';
  if (names.some((name) => groups.has(lowerAscii(name)))) return 'granted';
  return refuse(x, 'AH01667', "user is not part of the 'require'ed group(s).");
}

function testFileGroup(x: Exchange): Ruling {
  const groups = groupsOfUser(x, {
    unset: 'AH01668',
    unreadable: 'AH01669',
    noGroups: 'AH01670',
    noGroupsLevel: 'error',
  });
  if (groups === undefined) return 'denied';
  const group = fileGroup(x);
  if (group === undefined) return 'denied';
  if (groups.has(lowerAscii(group))) return 'granted';
  return refuse(x, 'AH01671', "user is not part of the 'require'ed file group.");
}

const failure = {
  module: 'authz_groupfile',
  text: "AH02592: authz_groupfile authorize: require group: Can't evaluate require expression: ",
};

export const groupProviders: readonly NamedProvider[] = [
  [
    'group',
    {
      module: 'authz_groupfile_module',
      compile(text, isRestricted) {
        const test = compileWordTest(text, isRestricted, failure, testGroup);
        return typeof test === 'function' ? onceKnown(test) : test;
      },
    },
  ],
  ['file-group', { module: 'authz_groupfile_module', compile: () => onceKnown(testFileGroup) }],
];

export const authzGroupfile: Module<undefined, GroupfileDir> = defineModule<undefined, GroupfileDir>({
  name: 'authz_groupfile',
  directives: [
    {
      name: 'AuthGroupFile',
      args: 'take1',
      contexts: sections,
      override: 'AuthConfig',
      help: 'text file containing group names and member user IDs',
      example: 'AuthGroupFile /etc/apache2/groups',
      set(cmd, path = '') {
        cmd.dir.file = cmd.resolve(path);
        return undefined;
      },
    },
  ],
  dirConfig: { create: () => ({}), merge: (_base, add) => add },
  open: () => new TableFiles(parseFile),
});
