import { beforeEach, describe, expect, it } from 'vitest';
import { createDbdServer, type DbdServer, mergeDbdServers } from './config.ts';
import { Database } from './database.ts';
import { DbdError, type DbdTarget } from './driver.ts';

let log: string[];
let targets: DbdTarget[];
let closed: number;
/** What connecting fails with. */
let failure: DbdError | undefined;

beforeEach(() => {
  log = [];
  targets = [];
  closed = 0;
  failure = undefined;
});

function open(config: Partial<DbdServer> = {}): Database {
  const driver = {
    package: 'none',
    async connect(target: DbdTarget) {
      targets.push(target);
      if (failure !== undefined) throw failure;
      return {
        select: (label: string, key: string) => [`${label}:${key}`],
        close() {
          closed += 1;
        },
      };
    },
  };
  return new Database({ ...createDbdServer(), ...config }, driver, (level, text) =>
    log.push(`${level} ${text}`),
  );
}

describe('a database', () => {
  it('is connected at the start and kept', async () => {
    const database = open();
    await database.start();
    expect(database.select('m', 'a')).toEqual(['m:a']);
    await database.close();
    expect([targets.length, closed]).toEqual([1, 1]);
  });

  it('that cannot be reached is told of as Apache does, and tried again for each question', async () => {
    failure = new DbdError('AH00629', "Can't connect to none: refused");
    const database = open();
    await database.start();
    expect(log).toEqual([
      "error AH00629: Can't connect to none: refused",
      'error AH00633: failed to initialise',
      'crit AH00636: child init failed!',
    ]);
    expect(await database.select('m', 'a')).toBeUndefined();
    failure = undefined;
    expect(await database.select('m', 'a')).toEqual(['m:a']);
  });

  it('is connected once for all who wait', async () => {
    const database = open();
    const asked = await Promise.all(['a', 'b', 'c'].map((key) => database.select('m', key)));
    expect(asked).toEqual([['m:a'], ['m:b'], ['m:c']]);
    expect(targets.length).toBe(1);
  });

  it('with DBDPersist Off is connected for each question', async () => {
    const database = open({ persist: false });
    await database.start();
    expect(await database.select('m', 'a')).toEqual(['m:a']);
    expect(await database.select('m', 'b')).toEqual(['m:b']);
    expect([targets.length, closed]).toEqual([2, 2]);
  });

  it('that is closed while it connects does not stay open', async () => {
    const database = open();
    const started = database.start();
    await Promise.all([started, database.close()]);
    expect(closed).toBe(1);
  });

  it("has mod_dbd's numbers of connections, and as many kept as the configuration allows", async () => {
    await open().start();
    await open({ min: 5, keep: 3, max: 4, exptime: 60 }).start();
    expect(targets.map(({ keep, max, exptime }) => [keep, max, exptime])).toEqual([
      [2, 10, 300],
      [4, 4, 60],
    ]);
  });

  it('is not asked to prepare what was taken back', async () => {
    await open({
      statements: new Map([
        ['a', ''],
        ['b', 'SELECT 1'],
      ]),
    }).start();
    expect([...targets[0]!.statements]).toEqual([['b', 'SELECT 1']]);
  });
});

describe('the settings of a virtual host', () => {
  it('stand over those of the main server, statements one by one', () => {
    const main = { ...createDbdServer(), driver: 'sqlite3', params: 'a', statements: new Map([['x', '1']]) };
    const host = { ...createDbdServer(), params: 'b', statements: new Map([['y', '2']]), initSql: ['z'] };
    expect(mergeDbdServers(main, host)).toEqual({
      driver: 'sqlite3',
      params: 'b',
      initSql: ['z'],
      statements: new Map([
        ['x', '1'],
        ['y', '2'],
      ]),
    });
  });
});
