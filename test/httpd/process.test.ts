// `portico httpd` as a process: it leaves the terminal, writes its PidFile, and does what -k says.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandResult, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { isListening, until } from '../support/scene.ts';
import { serverUser } from '../support/server-user.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
  shop.write('logs/.keep', '');
  shop.write('htdocs/index.html', 'one\n');
  if (serverUser === undefined) return;
  for (const folder of [shop.root, `${shop.root}/logs`]) chownSync(folder, serverUser.uid, serverUser.gid);
});

/** What was started in the background is ended by the number in its PidFile. */
afterEach(async () => {
  const pid = pidOf();
  if (pid !== undefined && isRunning(pid)) process.kill(pid, 'SIGKILL');
  await shop.close();
});

const CONF = `ServerRoot {ROOT}
ServerName www.example.test
Listen 127.0.0.1:{PORT}
DocumentRoot {ROOT}/htdocs
PidFile {ROOT}/pid
ErrorLog {ROOT}/logs/error_log
Alias /code {ROOT}/htdocs/index.html
`;

const SLOW = `ScriptAlias /slow {ROOT}/slow
`;

function pidOf(): number | undefined {
  const text = shop.read('pid').trim();
  return text === '' ? undefined : Number(text);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await until('the end of the process', () => (isRunning(pid) ? undefined : true));
}

function httpd(...words: string[]): Promise<CommandResult> {
  return shop.run(['httpd', '-d', '{ROOT}', '-f', 'httpd.conf', ...words], { user: serverUser });
}

async function begin(conf: string = CONF): Promise<number> {
  shop.write('httpd.conf', conf);
  expect(await httpd('-k', 'start')).toEqual({ code: 0, out: '', err: '' });
  const pid = pidOf();
  if (pid === undefined) throw new Error('no PidFile');
  return pid;
}

describe('a server in the background', () => {
  it('serves when the command that started it has ended, in a session of its own', async () => {
    const pid = await begin();
    expect(await visit(shop.port)).toEqual({ status: 200, text: 'one\n' });
    const facts = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [, , , session] = facts.slice(facts.lastIndexOf(')') + 2).split(' ');
    expect(Number(session)).toBe(pid);
    expect(existsSync(`/proc/${pid}/cwd/proc`)).toBe(true);
  });

  it('needs no -k start', async () => {
    shop.write('httpd.conf', CONF);
    expect(await httpd()).toEqual({ code: 0, out: '', err: '' });
    expect(await visit(shop.port)).toEqual({ status: 200, text: 'one\n' });
  });

  it('does not hold the pipes of who started it', () => {
    shop.write('httpd.conf', CONF);
    const told = spawnSync(
      '/bin/sh',
      ['-c', `"$0" "$@" 2>&1 | cat`, process.execPath, ...cliWords('-k', 'start')],
      {
        encoding: 'latin1',
        timeout: 20_000,
        ...serverUser,
      },
    );
    expect({ status: told.status, stdout: told.stdout, signal: told.signal }).toEqual({
      status: 0,
      stdout: '',
      signal: null,
    });
  });

  it('is started once', async () => {
    const pid = await begin();
    expect(await httpd('-k', 'start')).toEqual({
      code: 0,
      out: `httpd (pid ${pid}) already running\n`,
      err: '',
    });
    expect(pidOf()).toBe(pid);
  });

  it('that cannot start says why before the command ends', async () => {
    shop.write('httpd.conf', CONF.replace('logs/error_log', 'none/error_log'));
    const { code, err } = await httpd('-k', 'start');
    expect(code).toBe(1);
    expect(err).toMatch(/^portico: AH00015: Unable to open logs: .*none\/error_log/);
    expect(pidOf()).toBeUndefined();
    expect(await isListening(shop.port)).toBe(false);
  });

  it('that has a bad configuration says what is wrong with it', async () => {
    shop.write('httpd.conf', `${CONF}Nonsense\n`);
    const { code, err } = await httpd('-k', 'start');
    expect(code).toBe(1);
    expect(err).toContain('AH00526: Syntax error on line 8 of ');
    expect(err).toContain("Invalid command 'Nonsense'");
  });

  it('writes what it has to say later to its error log', async () => {
    await begin();
    shop.write('httpd.conf', `${CONF}Nonsense\n`);
    await httpd('-k', 'graceful');
    process.kill(pidOf()!, 'SIGUSR1');
    await until('the refusal', () =>
      shop.read('logs/error_log').includes("Invalid command 'Nonsense'") ? true : undefined,
    );
    expect(await visit(shop.port)).toEqual({ status: 200, text: 'one\n' });
  });
});

/** A script that answers at once and ends when a file appears, or after half a minute. */
const SLOW_SCRIPT = `#!/bin/sh
printf "Content-Type: text/plain\\n\\n"
tries=0
while [ ! -e {ROOT}/go ] && [ $tries -lt 300 ]; do sleep 0.1; tries=$((tries + 1)); done
echo done
`;

/** A client of the slow script: answers once the head is there; `whole` is all up to the end of the connection. */
async function askSlowly(): Promise<{ whole: Promise<string> }> {
  const socket = connect(shop.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1');
  const begun = new Promise<void>((resolve) => {
    socket.on('data', (part: string) => {
      text += part;
      resolve();
    });
  });
  socket.on('error', () => undefined);
  const whole = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  socket.write('GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await begun;
  return { whole };
}

function cliWords(...words: string[]): string[] {
  return [
    new URL('../../dist/cli.js', import.meta.url).pathname,
    'httpd',
    '-d',
    shop.root,
    '-f',
    'httpd.conf',
    ...words,
  ];
}

describe('-k', () => {
  it('stop ends it and takes its PidFile away', async () => {
    const pid = await begin();
    expect(await httpd('-k', 'stop')).toEqual({ code: 0, out: '', err: '' });
    await untilGone(pid);
    expect(existsSync(`${shop.root}/pid`)).toBe(false);
    expect(await isListening(shop.port)).toBe(false);
  });

  it.each(['stop', 'graceful-stop'])('%s says that none is running', async (word) => {
    shop.write('httpd.conf', CONF);
    expect(await httpd('-k', word)).toEqual({ code: 0, out: 'httpd (no pid file) not running\n', err: '' });
    shop.write('pid', '4194303\n');
    expect((await httpd('-k', word)).out).toBe('httpd (pid 4194303?) not running\n');
  });

  it.each(['restart', 'graceful'])('%s reads the configuration again', async (word) => {
    const pid = await begin();
    shop.write('other/index.html', 'two\n');
    shop.write('httpd.conf', CONF.replace('{ROOT}/htdocs\n', '{ROOT}/other\n'));
    expect(await httpd('-k', word)).toEqual({ code: 0, out: '', err: '' });
    await until('the new pages', async () => ((await visit(shop.port)).text === 'two\n' ? true : undefined));
    expect(pidOf()).toBe(pid);
  });

  it.each(['restart', 'graceful'])('%s starts one where none is running', async (word) => {
    shop.write('httpd.conf', CONF);
    expect(await httpd('-k', word)).toEqual({
      code: 0,
      out: 'httpd not running, trying to start\n',
      err: '',
    });
    expect((await visit(shop.port)).status).toBe(200);
  });

  it('refuses to signal anybody for a configuration that is wrong', async () => {
    const pid = await begin();
    shop.write('httpd.conf', `${CONF}Nonsense\n`);
    expect((await httpd('-k', 'graceful')).code).toBe(1);
    expect(isRunning(pid)).toBe(true);
  });

  it('names a PidFile that holds something else', async () => {
    shop.write('httpd.conf', CONF);
    shop.write('pid', 'nonsense\n');
    const { code, err } = await httpd('-k', 'stop');
    expect(code).toBe(1);
    expect(err).toContain(`AH00058: Error retrieving pid file ${shop.root}/pid`);
  });

  it('graceful-stop lets a request end', async () => {
    shop.write('slow', SLOW_SCRIPT, 0o755);
    const pid = await begin(CONF + SLOW);
    const { whole } = await askSlowly();
    await httpd('-k', 'graceful-stop');
    await until('the closed port', async () => ((await isListening(shop.port)) ? undefined : true));
    expect(isRunning(pid)).toBe(true);
    shop.write('go', '');
    expect(await whole).toMatch(/\r\n5\r\ndone\n\r\n0\r\n\r\n$/);
    await untilGone(pid);
  });

  it('stop does not', async () => {
    shop.write('slow', SLOW_SCRIPT, 0o755);
    const pid = await begin(CONF + SLOW);
    const { whole } = await askSlowly();
    await httpd('-k', 'stop');
    expect(await whole).toMatch(/\r\nContent-Type: text\/plain\r\n\r\n$/);
    await untilGone(pid);
  });

  it('graceful-stop ends with GracefulShutdownTimeout', async () => {
    shop.write('slow', SLOW_SCRIPT, 0o755);
    const pid = await begin(`${CONF}${SLOW}GracefulShutdownTimeout 1\n`);
    const { whole } = await askSlowly();
    await httpd('-k', 'graceful-stop');
    expect(await whole).not.toContain('done');
    await untilGone(pid);
  });
});

describe('a server in the foreground', () => {
  it.each([['-DFOREGROUND'], ['-DNO_DETACH'], ['-X'], ['-DONE_PROCESS']])('is that of %s', async (word) => {
    shop.write('httpd.conf', CONF);
    const server = shop.start(['httpd', '-d', '{ROOT}', '-f', 'httpd.conf', word], { user: serverUser });
    await until('the PidFile', () => pidOf());
    await until('the port', async () => ((await isListening(shop.port)) ? true : undefined));
    expect(pidOf()).toBe(server.pid);
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    expect({ out: server.out(), err: server.err() }).toEqual({ out: '', err: '' });
  });
});
