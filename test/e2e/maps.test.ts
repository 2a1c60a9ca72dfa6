// RewriteMap with other people's parts: DBM files that httxt2dbm made, a SQLite file, a PostgreSQL. The real Apache
// and portico serve the same configuration and are asked the same.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { testWith } from '../support/parts.ts';
import { freePort } from '../support/ports.ts';
import { startPostgresql } from '../support/postgresql.ts';
import { loadModuleLines } from '../support/prelude.ts';
import { makeScene, type Scene, until } from '../support/scene.ts';
import { type RunningServer, type ServerKind, startServer } from '../support/server-process.ts';
import { serverUser } from '../support/server-user.ts';

/** Comes with Apache. */
const HTXT2DBM = 'httxt2dbm';

let scene: Scene;

beforeEach(async () => {
  scene = await makeScene();
  scene.write('logs/.keep', '');
});

afterEach(async () => {
  await scene.close();
});

interface Asked {
  readonly server: RunningServer;
  /** Where `/PATH` is redirected to; its status where it is not. */
  ask(path: string): Promise<string>;
}

async function start(kind: ServerKind, conf: string): Promise<Asked> {
  const port = await freePort();
  const confFile = scene.write(
    `${kind}.conf`,
    `ServerRoot {ROOT}
Listen 127.0.0.1:${port}
${loadModuleLines(['only rewrite dbd authz_host'])}ServerName www.example.test
ErrorLog {ROOT}/logs/error.log
DocumentRoot {ROOT}/htdocs
RewriteEngine on
${conf}`,
  );
  const server = await startServer(kind, { root: scene.root, confFile, port });
  return { server, ask: (path) => ask(port, path) };
}

async function ask(port: number, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
  await answer.arrayBuffer();
  return answer.headers.get('location')?.replace(/^https?:\/\/[^/]*/, '') ?? String(answer.status);
}

/** What each server answers; the server is stopped before the next one starts. */
async function answersOf(conf: string, paths: readonly string[]): Promise<Record<ServerKind, string[]>> {
  const answers: Record<ServerKind, string[]> = { apache: [], portico: [] };
  for (const kind of ['apache', 'portico'] as const) {
    const { server, ask: askOne } = await start(kind, conf);
    try {
      for (const path of paths) answers[kind].push(`${path} ${await askOne(path)}`);
    } finally {
      await server.stop();
    }
  }
  return answers;
}

/** `/m/KEY` is redirected to `/VALUE`, or to `/none`. */
function mapRule(name: string, location: string): string {
  return `RewriteMap ${name} "${location}"\nRewriteRule ^/${name}/(.*)$ /\${${name}:$1|none} [R,L]\n`;
}

describe('DBM files of httxt2dbm', () => {
  const keys = Array.from({ length: 3000 }, (_, i) => `key${i}`);

  function makeDbm(format: string, text: string): void {
    const path = join(scene.root, 'conf', format);
    scene.write('conf/map.txt', text);
    const done = spawnSync(HTXT2DBM, ['-f', format, '-i', join(scene.root, 'conf/map.txt'), '-o', path], {
      env: { PATH: '/usr/sbin:/usr/bin:/bin' },
      encoding: 'latin1',
    });
    if (done.status !== 0) throw new Error(`httxt2dbm: ${done.error?.message ?? done.stderr}`);
    for (const file of format === 'SDBM' ? [`${path}.dir`, `${path}.pag`] : [path]) {
      chmodSync(file, 0o644);
      if (serverUser !== undefined) chownSync(file, serverUser.uid, serverUser.gid);
    }
  }

  testWith(['apache2'], 'give every server the same values, whatever their type', async () => {
    const text = `${keys.map((key) => `${key} ${key.toUpperCase()} ignored`).join('\n')}\nü umlaut\n`;
    for (const format of ['SDBM', 'GDBM', 'DB', 'default']) makeDbm(format, text);
    const conf = [
      mapRule('s', 'dbm=sdbm:{ROOT}/conf/SDBM'),
      mapRule('g', 'dbm=GDBM:conf/GDBM'),
      mapRule('b', 'dbm=db:{ROOT}/conf/DB'),
      mapRule('d', 'dbm:{ROOT}/conf/default'),
    ].join('');
    const asked = ['key0', 'key1', 'key77', 'key1500', 'key2999', 'key3000', '%c3%bc', 'KEY1', 'key1', 'x'];
    const { apache, portico } = await answersOf(
      conf,
      ['s', 'g', 'b', 'd'].flatMap((map) => asked.map((key) => `/${map}/${key}`)),
    );
    expect(portico).toEqual(apache);
    expect(apache).toContain('/s/key2999 /KEY2999');
  });

  testWith(['apache2'], 'are read again when they change, and missed when they are gone', async () => {
    makeDbm('DB', 'a 1\n');
    const file = join(scene.root, 'conf/DB');
    const { server, ask: askOne } = await start('portico', mapRule('m', 'dbm=db:{ROOT}/conf/DB'));
    try {
      expect([await askOne('/m/a'), await askOne('/m/b')]).toEqual(['/1', '/none']);
      renameSync(file, `${file}.old`);
      expect(await askOne('/m/a')).toBe('/none');
      await until('the complaint in the log', () =>
        server.log().includes(`AH00662: mod_rewrite: can't access DBM RewriteMap file ${file}`)
          ? true
          : undefined,
      );
      makeDbm('DB', 'a 2\nb 3\n');
      expect([await askOne('/m/a'), await askOne('/m/b')]).toEqual(['/2', '/3']);
    } finally {
      await server.stop();
    }
  });
});

describe('a SQLite file', () => {
  function change(sql: string): void {
    const database = new DatabaseSync(join(scene.root, 'conf/site.db'));
    database.exec(sql);
    database.close();
    chmodSync(join(scene.root, 'conf/site.db'), 0o644);
  }

  const CONF = `DBDriver sqlite3\nDBDParams {ROOT}/conf/site.db\n`;

  testWith(['apache2'], 'is asked as Apache asks it', async () => {
    scene.write('conf/.keep', '');
    change("CREATE TABLE r(k TEXT, v, n INTEGER); INSERT INTO r VALUES ('a', 'A1', 1), ('empty', '', 2)");
    const conf = `${CONF}${mapRule('s', 'dbd:SELECT v FROM r WHERE k = %s')}${mapRule('n', 'fastdbd:SELECT v FROM r WHERE n = %s')}`;
    const { apache, portico } = await answersOf(conf, ['/s/a', '/s/empty', '/s/x', '/n/1', '/n/01', '/n/x']);
    expect(portico).toEqual(apache);
    expect(apache).toContain('/n/1 /A1');
  });

  testWith([], 'that changes changes the answers of dbd:, and not those of fastdbd:', async () => {
    scene.write('conf/.keep', '');
    change("CREATE TABLE r(k, v); INSERT INTO r VALUES ('a', '1')");
    const rules = ['dbd', 'fastdbd'].map((kind) => mapRule(kind, `${kind}:SELECT v FROM r WHERE k = %s`));
    const { server, ask: askOne } = await start('portico', CONF + rules.join(''));
    try {
      const round = async (): Promise<string[]> => [await askOne('/dbd/a'), await askOne('/fastdbd/a')];
      expect(await round()).toEqual(['/1', '/1']);
      change("UPDATE r SET v = '2'");
      expect(await round()).toEqual(['/2', '/1']);
    } finally {
      await server.stop();
    }
  });

  testWith([], 'gives any one of several rows', async () => {
    scene.write('conf/.keep', '');
    change("CREATE TABLE r(k, v); INSERT INTO r VALUES ('a', '1'), ('a', '2'), ('a', '3')");
    const { server, ask: askOne } = await start(
      'portico',
      CONF + mapRule('m', 'dbd:SELECT v FROM r WHERE k = %s'),
    );
    try {
      const seen = new Set<string>();
      for (let i = 0; i < 100; i++) seen.add(await askOne('/m/a'));
      expect([...seen].sort()).toEqual(['/1', '/2', '/3']);
    } finally {
      await server.stop();
    }
  });

  testWith([], 'that is not there leaves the site without its values, until it is', async () => {
    scene.write('conf/.keep', '');
    const { server, ask: askOne } = await start(
      'portico',
      CONF + mapRule('m', 'dbd:SELECT v FROM r WHERE k = %s'),
    );
    try {
      expect(await askOne('/m/a')).toBe('/none');
      await until('the complaints in the log', () => {
        const log = server.log();
        return ['AH00629', 'AH00633', 'AH00636', 'AH02963'].every((code) => log.includes(code))
          ? true
          : undefined;
      });
      change("CREATE TABLE r(k, v); INSERT INTO r VALUES ('a', '1')");
      expect(await askOne('/m/a')).toBe('/1');
    } finally {
      await server.stop();
    }
  });
});

describe('PostgreSQL', () => {
  const TABLE = `CREATE TABLE r(k varchar, v text, n integer);
    INSERT INTO r VALUES ('a', 'A1', 1), ('empty', '', 2), ('null', NULL, 3), ('it''s', 'q', 4), ('ü', 'umlaut', 5)`;

  const params = (port: number): string =>
    `DBDriver pgsql\nDBDParams "host=127.0.0.1 port=${port} dbname=postgres user=postgres"\n`;

  testWith(['apache2', 'postgresql'], 'is asked as Apache asks it', async () => {
    const database = await startPostgresql(scene);
    await database.run(TABLE);
    const conf = [
      params(database.port),
      mapRule('s', 'dbd:SELECT v FROM r WHERE k = %s'),
      mapRule('f', 'fastdbd:SELECT n FROM r WHERE k = %s'),
      mapRule('n', 'dbd:SELECT v FROM r WHERE n = %d'),
      mapRule('two', 'dbd:SELECT v FROM r WHERE k = %s OR v = %s'),
      mapRule('p', "dbd:SELECT v FROM r WHERE k LIKE 'a%%' AND n %% 2 = 1"),
    ].join('');
    const keys = ['a', 'A', 'empty', 'null', 'missing', "it's", "x'%20OR%20'1'='1", '%c3%bc', '%e9'];
    const { apache, portico } = await answersOf(conf, [
      ...keys.map((key) => `/s/${key}`),
      ...['a', 'a', 'missing', 'null'].map((key) => `/f/${key}`),
      ...['1', '01', 'x', '3'].map((key) => `/n/${key}`),
      '/two/a',
      '/p/any',
    ]);
    expect(portico).toEqual(apache);
    expect(apache).toContain('/s/%c3%bc /umlaut');
  });

  testWith(['apache2', 'postgresql'], 'refuses for both what does not fit its types', async () => {
    const database = await startPostgresql(scene);
    await database.run(TABLE);
    const conf = [
      params(database.port),
      mapRule('s', 'dbd:SELECT v FROM r WHERE k = %s'),
      mapRule('n', 'dbd:SELECT v FROM r WHERE n = %s'),
    ].join('');
    const { apache, portico } = await answersOf(conf, ['/s/a', '/n/1']);
    expect(portico).toEqual(apache);
    expect(apache).toEqual(['/s/a /none', '/n/1 /none']);
  });

  testWith(['postgresql'], 'may go away and come back', async () => {
    const database = await startPostgresql(scene);
    await database.run(TABLE);
    const conf = params(database.port) + mapRule('m', 'dbd:SELECT v FROM r WHERE k = %s');
    const { server, ask: askOne } = await start('portico', conf);
    try {
      expect(await askOne('/m/a')).toBe('/A1');
      await database.restart();
      expect(await askOne('/m/a')).toBe('/A1');
    } finally {
      await server.stop();
    }
  });

  testWith(['postgresql'], 'is asked on no more connections than DBDMax', async () => {
    const database = await startPostgresql(scene);
    await database.run(TABLE);
    const count = 'SELECT count(*) FROM pg_stat_activity, pg_sleep(0.1)';
    const conf = [
      `DBDriver pgsql\nDBDMax 2\nDBDKeep 1\n`,
      `DBDParams "host=127.0.0.1 port=${database.port} dbname=postgres user=postgres application_name=portico-test"\n`,
      mapRule('m', `dbd:${count} WHERE application_name = 'portico-test' AND %s IS NOT NULL`),
    ].join('');
    const { server, ask: askOne } = await start('portico', conf);
    try {
      const answers = await Promise.all(Array.from({ length: 8 }, () => askOne('/m/a')));
      expect(new Set(answers).has('/2')).toBe(true);
      expect(answers.filter((answer) => !['/1', '/2'].includes(answer))).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

describe('a map program that cannot be started', () => {
  // Apache listens a moment before it starts programs, portico once they run.
  const trouble = (kind: ServerKind, conf: string): Promise<string> =>
    start(kind, conf).then(
      async ({ server }) => {
        await until('its end', () => (server.log().includes('AH00654') ? true : undefined));
        await server.stop();
        return server.log();
      },
      (error: unknown) => String(error),
    );

  testWith(['apache2'], 'keeps both servers from serving', async () => {
    const conf = mapRule('m', `prg:${scene.write('conf/map.sh', 'no program', 0o644)}`);
    for (const kind of ['apache', 'portico'] as const) {
      expect(await trouble(kind, conf)).toMatch(
        /AH00654: mod_rewrite: could not start RewriteMap program \/.*\/conf\/map\.sh/,
      );
      rmSync(join(scene.root, 'logs/error.log'), { force: true });
    }
  });
});
