import { describe, expect, it } from 'vitest';
import { createMemoryIo } from '../../conf/memory-io.ts';
import { readSite } from '../../conf/site.ts';
import { modules } from '../index.ts';
import { isInstalled } from './drivers.ts';
import { dbd } from './index.ts';

function read(text: string): ReturnType<typeof readSite> {
  return readSite({
    sources: [{ name: '/srv/httpd.conf', text }],
    modules,
    io: createMemoryIo({}),
    serverRoot: '/srv',
  });
}

function messagesOf(text: string): string[] {
  return read(text).diagnostics.map(({ message }) => message);
}

describe('the directives of mod_dbd', () => {
  // The sentences are those of Apache 2.4.71.
  it.each([
    ['DBDriver oracle', "Can't load driver file apr_dbd_oracle.so"],
    ['DBDMin -1', 'Argument must be numeric!'],
    ['DBDExptime 1.5', 'Argument must be numeric!'],
    ['DBDPersist maybe', 'DBDPersist must be On or Off'],
  ])('refuse %s', (line, message) => {
    expect(messagesOf(line)).toEqual([message]);
  });

  it('name the drivers there are', () => {
    expect(read('DBDriver mysql').diagnostics[0]?.hint).toBe('the drivers are sqlite3 and pgsql');
  });

  it('warn of a second statement under a label, and keep it', () => {
    const { site, diagnostics } = read('DBDPrepareSQL "SELECT 1" a\nDBDPrepareSQL "SELECT 2" a');
    expect(diagnostics.map(({ severity, message }) => [severity, message])).toEqual([
      ['warning', 'AH02653: conflicting SQL statements with label a'],
    ]);
    expect(dbd.serverOf(site!.main).statements).toEqual(new Map([['a', 'SELECT 2']]));
  });

  it('give a virtual host what the main server has, and let it take statements back', () => {
    const { site } = read(`DBDriver sqlite3
DBDPrepareSQL "SELECT 1" a
RewriteMap m "dbd:SELECT %s"
<VirtualHost *:80>
    DBDParams /srv/other.db
    DBDPrepareSQL a
</VirtualHost>`);
    expect(dbd.serverOf(site!.vhosts[0]!)).toMatchObject({
      driver: 'sqlite3',
      params: '/srv/other.db',
      statements: new Map([
        ['a', ''],
        ['m', 'SELECT %s'],
      ]),
    });
  });
});

describe('the package of a driver', () => {
  it('is looked for where portico is installed', () => {
    expect([isInstalled('pg'), isInstalled('@photostructure/sqlite')]).toEqual([true, true]);
    expect(isInstalled('no-package-of-this-name')).toBe(false);
  });
});
