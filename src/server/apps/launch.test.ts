// What a process is started with: words, environment, limits, user.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { testAsRoot } from '../../../test/support/parts.ts';
import { appSpec } from '../../../test/support/supervised.ts';
import type { AppSpec } from '../../request/apps.ts';
import { Accounts } from '../accounts.ts';
import { findAppUser, type Launch, planLaunch } from './launch.ts';

function plan(spec: Partial<AppSpec>): Launch {
  return planLaunch(appSpec('/', spec), {
    endpoint: { kind: 'tcp', host: '127.0.0.1', port: 4711 },
    index: 1,
    mark: 'PORTICO_APP_SERVER=abc',
    accounts: new Accounts(),
  });
}

/** Runs it as the supervisor does; what it prints. */
function run(spec: Partial<AppSpec>): { out: string; err: string; code: number | null } {
  const { file, words, directory, env, ...user } = plan(spec);
  const ran = spawnSync(file, words, { cwd: directory, env, encoding: 'utf8', ...user });
  return { out: ran.stdout, err: ran.stderr, code: ran.status };
}

const PRINT = [
  process.execPath,
  '-e',
  'console.log(JSON.stringify([process.argv.slice(1), process.env]))',
  '--',
];

function printed(spec: Partial<AppSpec>): [string[], NodeJS.ProcessEnv] {
  return JSON.parse(run({ ...spec, command: [...PRINT, ...(spec.command ?? [])] }).out);
}

describe('a launch', () => {
  it('gives the port where it is asked for, and reads nothing else in the words', () => {
    const words = ['-b', '127.0.0.1:$PORT', 'p=${PORT}', '$PORTAL', '$(id)', '`id`', 'a b\'c"', '; exit 1'];
    const [argv] = printed({ command: words });
    expect(argv).toEqual([
      '-b',
      '127.0.0.1:4711',
      'p=4711',
      '$PORTAL',
      '$(id)',
      '`id`',
      'a b\'c"',
      '; exit 1',
    ]);
    const limits = { openFiles: 100 };
    expect(printed({ command: words, limits })[0]).toEqual(argv);
  });

  it('has an environment of its own on top of the server’s', () => {
    const [, env] = printed({ env: { BIND: '127.0.0.1:$PORT', PATH_INFO: 'J\xc3\xb6rg' } });
    expect(env).toMatchObject({
      PORT: '4711',
      BIND: '127.0.0.1:4711',
      PATH_INFO: 'Jörg',
      PORTICO_APP: 'shop',
      PORTICO_APP_INDEX: '1',
      PORTICO_APP_SERVER: 'abc',
      PYTHONUNBUFFERED: '1',
      PATH: process.env.PATH,
    });
  });

  it('sets limits that the process sees', () => {
    const command = ['/bin/sh', '-c', 'ulimit -n; ulimit -d; ulimit -u 2>/dev/null || ulimit -p'];
    const { out } = run({ command, limits: { openFiles: 77, memory: 256 * 2 ** 20, processes: 1234 } });
    expect(out.trim().split('\n')).toEqual(['77', String(256 * 1024), '1234']);
  });

  it('keeps a process within its memory', () => {
    const command = ['python3', '-c', 'x = bytearray(400 * 2 ** 20); print(len(x))'];
    expect(run({ command, limits: { memory: 100 * 2 ** 20 } }).err).toContain('MemoryError');
    expect(run({ command }).out).toBe(`${400 * 2 ** 20}\n`);
  });

  it('leaves a Node application room to run in', () => {
    const command = [process.execPath, '-e', 'console.log(1)'];
    expect(run({ command, limits: { memory: 512 * 2 ** 20 } }).out).toBe('1\n');
  });

  it('refuses a user who is not there', () => {
    expect(() => findAppUser('no-such-user', new Accounts())).toThrow('there is no user no-such-user');
    expect(() => findAppUser('#999999', new Accounts())).toThrow('there is no user #999999');
  });

  testAsRoot('runs as the user it names, and nothing of root is left', () => {
    const command = ['/bin/sh', '-c', 'id -u; id -g; id -G; echo "$USER $HOME"'];
    const { out } = run({ command, user: 'nobody' });
    const nobody = new Accounts().user('nobody')!;
    const { uid, gid, home } = nobody;
    expect(out.trim().split('\n')).toEqual([String(uid), String(gid), String(gid), `nobody ${home}`]);
  });
});
