import { describe, expect, it } from 'vitest';
import { DirConfig } from '../../conf/section.ts';
import { CORE_SLOT, type CoreDirConfig, OPT, optionsOf } from '../../request/core-config.ts';
import { mergeDir } from './merge.ts';

function effective(config: CoreDirConfig): number {
  const dir = new DirConfig();
  dir.values[CORE_SLOT] = config;
  return optionsOf(dir);
}

describe('merging options', () => {
  it('starts with FollowSymLinks', () => {
    expect(effective({})).toBe(OPT.symLinks);
  });

  it('adds and removes what is inherited', () => {
    const outer: CoreDirConfig = { options: OPT.indexes | OPT.symLinks, optionsAdd: 0, optionsRemove: 0 };
    const merged = mergeDir(outer, { optionsAdd: OPT.execCgi, optionsRemove: OPT.indexes });
    expect(effective(merged)).toBe(OPT.symLinks | OPT.execCgi);
  });

  it('lets a later addition win over an earlier removal, and the other way round', () => {
    const outer: CoreDirConfig = { optionsAdd: OPT.indexes, optionsRemove: OPT.execCgi };
    const merged = mergeDir(outer, { optionsAdd: OPT.execCgi, optionsRemove: OPT.indexes });
    expect(effective(merged)).toBe(OPT.symLinks | OPT.execCgi);
  });

  it('forgets what is inherited when options stand without signs', () => {
    const outer: CoreDirConfig = { optionsAdd: OPT.indexes, optionsRemove: 0 };
    const merged = mergeDir(outer, { options: OPT.none, optionsAdd: 0, optionsRemove: 0 });
    expect(effective(merged)).toBe(OPT.none);
  });

  it('is associative', () => {
    const some: CoreDirConfig[] = [
      {},
      { optionsAdd: OPT.indexes, optionsRemove: OPT.symLinks },
      { options: OPT.all, optionsAdd: 0, optionsRemove: OPT.execCgi },
      { optionsAdd: OPT.execCgi, optionsRemove: OPT.indexes },
    ];
    for (const a of some)
      for (const b of some)
        for (const c of some)
          expect(effective(mergeDir(mergeDir(a, b), c))).toBe(effective(mergeDir(a, mergeDir(b, c))));
  });
});

describe('merging maps', () => {
  it('keeps error documents and log levels of both', () => {
    const text = { kind: 'default' } as const;
    const merged = mergeDir(
      { errorDocuments: new Map([[404, text]]), logLevels: new Map([['', 4]]) },
      { errorDocuments: new Map([[403, text]]), logLevels: new Map([['rewrite', 10]]) },
    );
    expect([...merged.errorDocuments!.keys()]).toEqual([404, 403]);
    expect([...merged.logLevels!]).toEqual([
      ['', 4],
      ['rewrite', 10],
    ]);
  });
});
