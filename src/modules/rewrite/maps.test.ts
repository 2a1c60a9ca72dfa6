import { describe, expect, it } from 'vitest';
import { createMemoryIo } from '../../conf/memory-io.ts';
import { readSite } from '../../conf/site.ts';
import { modules } from '../index.ts';

function problemsOf(text: string): string[] {
  const io = createMemoryIo({ '/srv/map.txt': 'a 1', '/srv/map.dir': '', '/srv/map.sh': '' });
  const { diagnostics } = readSite({
    sources: [{ name: '/srv/httpd.conf', text }],
    modules,
    io,
    serverRoot: '/srv',
  });
  return diagnostics.map(({ message, hint }) => (hint === undefined ? message : `${message} (${hint})`));
}

describe('RewriteMap', () => {
  it.each([
    'map.txt',
    'TXT:map.txt',
    'rnd:/srv/map.txt',
    'dbm:map.txt',
    'dbm=SDBM:map',
    'dbm=gdbm:map.txt',
    '"prg:map.sh a b"',
    '"dbd:SELECT 1"',
    '"fastdbd:SELECT 1"',
    'int:tolower',
  ])('takes %s', (location) => {
    expect(problemsOf(`RewriteMap m ${location}`)).toEqual([]);
  });

  it('takes a user for programs, and for others without effect', () => {
    expect(problemsOf('RewriteMap m prg:map.sh nobody:nogroup')).toEqual([]);
    expect(problemsOf('RewriteMap m txt:map.txt nobody')).toEqual([]);
  });

  // The sentences are those of Apache 2.4.71, what stands in brackets is not.
  it.each([
    ['txt:none', 'RewriteMap: file for map m not found:/srv/none'],
    ['prg:none', 'RewriteMap: file for map m not found:/srv/none'],
    ['dbm=sdbm:none', 'RewriteMap: file for map m not found:/srv/none.dir'],
    [
      'dbm=ndbm:map',
      'RewriteMap: dbm type ndbm is invalid (the types are DB, GDBM, SDBM, and default, which is DB)',
    ],
    ['dbm=sdbm', 'RewriteMap: bad map:dbm=sdbm (a type ends with a colon: dbm=sdbm:/path)'],
  ])('refuses %s', (location, message) => {
    expect(problemsOf(`RewriteMap m ${location}`)).toEqual([message]);
  });

  it('needs mod_dbd for SQL', () => {
    const lines = 'LoadModule rewrite_module modules/mod_rewrite.so\nRewriteMap m "dbd:SELECT 1"';
    expect(problemsOf(lines)).toContainEqual(
      expect.stringMatching(/^RewriteMap types dbd and fastdbd require mod_dbd! \(.*LoadModule dbd_module/),
    );
  });
});
