import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CoreServerConfig } from '../request/core-config.ts';
import { Accounts } from './accounts.ts';
import { findIdentity, type Identity } from './privileges.ts';

let folder: string;
let accounts: Accounts;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portico-users-'));
  writeFileSync(
    join(folder, 'passwd'),
    'root:x:0:0:root:/root:/bin/sh\nweb:x:33:34:Web:/var/www:/bin/false\n',
  );
  writeFileSync(join(folder, 'group'), 'root:x:0:\nweb:x:34:\nlogs:x:4:web,other\n');
  accounts = new Accounts(join(folder, 'passwd'), join(folder, 'group'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function identityOf(settings: Partial<CoreServerConfig>): Identity | undefined {
  return findIdentity({ aliases: [], wildAliases: [], listens: [], ...settings }, accounts);
}

describe('User and Group', () => {
  it('are names or numbers', () => {
    expect(identityOf({ user: 'web', group: 'logs' })).toEqual({ uid: 33, gid: 4, groups: [4, 4] });
    expect(identityOf({ user: '#33', group: '#4' })).toEqual({ uid: 33, gid: 4, groups: [4, 4] });
    expect(identityOf({ user: '#777', group: '#778' })).toEqual({ uid: 777, gid: 778, groups: [778] });
  });

  it('without a Group is the own group of the user', () => {
    expect(identityOf({ user: 'web' })).toEqual({ uid: 33, gid: 34, groups: [34, 4] });
  });

  it('may be absent', () => {
    expect(identityOf({})).toBeUndefined();
  });

  it('that do not exist are errors in the words of Apache', () => {
    expect(() => identityOf({ user: 'nobody-here' })).toThrow('AH00543: bad user name nobody-here');
    expect(() => identityOf({ user: 'web', group: 'x' })).toThrow('AH00544: bad group name x');
  });

  it('taken from an environment that lacks them say which variable to set', () => {
    expect(() => identityOf({ user: `\${APACHE_RUN_USER}` })).toThrow('APACHE_RUN_USER is not set');
  });
});
