// Users and groups of the machine, read from its own tables (passwd(5), group(5)).

import { readFileSync } from 'node:fs';

/** One line of /etc/passwd. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Users for whom it is a supplementary group. */
  readonly members: readonly string[];
}

const FRESH_MS = 10_000;

/** Rows of a colon-separated table, read again at most every ten seconds; empty when it cannot be read. */
class AccountTable<Row> {
  readonly #path: string;
  readonly #parse: (fields: readonly string[]) => Row | undefined;
  #rows: readonly Row[] = [];
  #readAt: number = Number.NEGATIVE_INFINITY;

  constructor(path: string, parse: (fields: readonly string[]) => Row | undefined) {
    this.#path = path;
    this.#parse = parse;
  }

  rows(): readonly Row[] {
    const now = Date.now();
    if (now - this.#readAt < FRESH_MS) return this.#rows;
    this.#readAt = now;
    const lines = readTable(this.#path).split('\n');
    this.#rows = lines.map((line) => this.#parse(line.split(':'))).filter((row) => row !== undefined);
    return this.#rows;
  }
}

function readTable(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function parseAccount(fields: readonly string[]): Account | undefined {
  const [name, , uid, gid, , home] = fields;
  if (name === undefined || home === undefined) return undefined;
  return { name, uid: Number(uid), gid: Number(gid), home };
}

function parseGroup(fields: readonly string[]): Group | undefined {
  const [name, , gid, members = ''] = fields;
  if (name === undefined || gid === undefined) return undefined;
  return { name, gid: Number(gid), members: members.split(',') };
}

export class Accounts {
  readonly #users: AccountTable<Account>;
  readonly #groups: AccountTable<Group>;

  constructor(passwd: string = '/etc/passwd', group: string = '/etc/group') {
    this.#users = new AccountTable(passwd, parseAccount);
    this.#groups = new AccountTable(group, parseGroup);
  }

  user(name: string): Account | undefined {
    return this.#users.rows().find((user) => user.name === name);
  }

  userById(uid: number): Account | undefined {
    return this.#users.rows().find((user) => user.uid === uid);
  }

  group(name: string): Group | undefined {
    return this.#groups.rows().find((group) => group.name === name);
  }

  /** Numbers of the supplementary groups of a user. */
  groupsOf(name: string): number[] {
    return this.#groups
      .rows()
      .filter((group) => group.members.includes(name))
      .map((group) => group.gid);
  }

  groupById(gid: number): Group | undefined {
    return this.#groups.rows().find((group) => group.gid === gid);
  }
}
