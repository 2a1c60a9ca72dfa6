// Started as root: what needs root is done first, then the process is the configured user for good, scripts included.
import { chmodSync, existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { type Command, openWorkshop, visit, type Workshop } from '../support/command.ts';
import { testAsRoot } from '../support/parts.ts';
import { until } from '../support/scene.ts';
import { serverUser } from '../support/server-user.ts';

let shop: Workshop;

beforeEach(async () => {
  shop = await openWorkshop();
});

afterEach(() => shop.close());

const { uid, gid } = serverUser ?? { uid: 0, gid: 0 };
const { name, groups } = describeUser();

/** The ordinary user's name, and the groups that /etc/group gives him beside his own. */
function describeUser(): { name: string; groups: number[] } {
  const rows = (file: string): string[][] =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  const user = rows('/etc/passwd').find((fields) => Number(fields[2]) === uid)?.[0] ?? '';
  const others = rows('/etc/group').filter((fields) => fields[3]?.split(',').includes(user));
  return { name: user, groups: [gid, ...others.map((fields) => Number(fields[2]))] };
}

/** A line of /proc/PID/status as numbers. */
function statusOf(pid: number, field: string): number[] {
  const line = readFileSync(`/proc/${pid}/status`, 'latin1').match(new RegExp(`^${field}:(.*)$`, 'm'))?.[1];
  return (line ?? '').trim().split(/\s+/).map(Number);
}

/** A port below 1024 on which nothing listens. */
async function freeLowPort(): Promise<number> {
  for (let port = 1023; port > 600; port--) {
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
  throw new Error('no free port below 1024');
}

const SCRIPTS = `ServerName x
ScriptAlias /cgi-bin/ {ROOT}/cgi-bin/
<Directory {ROOT}/cgi-bin>
    Require all granted
</Directory>
`;

async function serve(conf: string, env: Readonly<Record<string, string>> = {}): Promise<Command> {
  shop.write('cgi-bin/id', '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n"\nid -u; id -g\n', 0o755);
  shop.write('site.conf', conf);
  const server = shop.start(['serve', '-f', 'site.conf'], { env });
  await server.ready();
  return server;
}

describe('User and Group', () => {
  testAsRoot('are whom the process becomes, and its scripts, when ports and logs are open', async () => {
    const port = await freeLowPort();
    shop.write('logs/keep', '');
    chmodSync(`${shop.root}/logs`, 0o700);
    const server = await serve(`${SCRIPTS}Listen 127.0.0.1:${port}
User ${name}
Group #${gid}
ErrorLog {ROOT}/logs/error.log
CustomLog {ROOT}/logs/access.log "%U"
PidFile {ROOT}/logs/pid
`);
    expect(server.out()).toBe(`portico: ready on http://127.0.0.1:${port}\n`);
    expect(server.err()).toBe('');
    expect(statusOf(server.pid, 'Uid')).toEqual([uid, uid, uid, uid]);
    expect(statusOf(server.pid, 'Gid')).toEqual([gid, gid, gid, gid]);
    expect(new Set(statusOf(server.pid, 'Groups'))).toEqual(new Set(groups));
    expect(await visit(port, '/cgi-bin/id')).toEqual({ status: 200, text: `${uid}\n${gid}\n` });
    await until('the log line', () => shop.read('logs/access.log') === '/cgi-bin/id\n' || undefined);
    expect(statSync(`${shop.root}/logs/access.log`).uid).toBe(0);
    expect(shop.read('logs/pid')).toBe(`${server.pid}\n`);
    server.signal('SIGTERM');
    expect(await server.ended).toBe(0);
    // The folder is root's: the file cannot be removed any more, but it names nobody.
    expect(shop.read('logs/pid')).toBe('');
  });

  testAsRoot(
    'keep log files of a folder of root from being opened again: lines go on into the old ones',
    async () => {
      shop.write('logs/keep', '');
      chmodSync(`${shop.root}/logs`, 0o700);
      const server = await serve(`${SCRIPTS}Listen 127.0.0.1:{PORT}
User ${name}
Group #${gid}
CustomLog {ROOT}/logs/access.log "%U"
`);
      renameSync(`${shop.root}/logs/access.log`, `${shop.root}/logs/access.log.1`);
      server.signal('SIGHUP');
      await until('the reload', () => server.err().includes('was read again') || undefined);
      expect(server.err()).toMatch(
        /portico: warning: \S+\/logs\/access\.log: cannot be opened again, lines go on into the old file: EACCES/,
      );
      await visit(shop.port, '/a');
      await until('the line', () => shop.read('logs/access.log.1') === '/a\n' || undefined);
    },
  );

  testAsRoot('may come from the environment, as on Debian', async () => {
    const conf = `${SCRIPTS}Listen 127.0.0.1:{PORT}\nUser \${RUN_USER}\nGroup \${RUN_GROUP}\n`;
    const server = await serve(conf, { RUN_USER: name, RUN_GROUP: `#${gid}` });
    expect(statusOf(server.pid, 'Uid')).toEqual([uid, uid, uid, uid]);
  });

  testAsRoot('from an environment that lacks them keep the server from starting', async () => {
    shop.write('site.conf', `Listen 127.0.0.1:{PORT}\nUser \${RUN_USER}\nPidFile {ROOT}/pid\n`);
    const { code, out, err } = await shop.run(['serve', '-f', 'site.conf']);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`portico: User \${RUN_USER}: RUN_USER is not set\n  Set it in the environment`);
    expect(existsSync(`${shop.root}/pid`)).toBe(false);
  });

  testAsRoot('that nobody has keep the server from starting', async () => {
    shop.write('site.conf', 'Listen 127.0.0.1:{PORT}\nUser nobody-of-that-name\n');
    const { code, err } = await shop.run(['serve', '-f', 'site.conf']);
    expect(code).toBe(1);
    expect(err).toContain('portico: AH00543: bad user name nobody-of-that-name\n');
  });
});

describe('root without a User line', () => {
  testAsRoot('serves with a warning and runs no scripts', async () => {
    const server = await serve(
      `${SCRIPTS}Listen 127.0.0.1:{PORT}\nErrorLog {ROOT}/error.log\nRedirect 410 /gone\n`,
    );
    expect(server.err()).toBe(
      'portico: warning: running as root: add User and Group lines; until then CGI scripts are refused\n',
    );
    expect((await visit(shop.port, '/gone')).status).toBe(410);
    expect((await visit(shop.port, '/cgi-bin/id')).status).toBe(500);
    const line = await until('the log line', () => /^.*cgi-bin\/id$/m.exec(shop.read('error.log'))?.[0]);
    expect(line).toContain(
      'portico runs as root, and a script would too: add User and Group lines (or `User root` if that is meant)',
    );
  });

  testAsRoot('becomes the user of a new configuration when it is read again', async () => {
    const server = await serve(`${SCRIPTS}Listen 127.0.0.1:{PORT}\n`);
    shop.write('site.conf', `${SCRIPTS}Listen 127.0.0.1:{PORT}\nUser ${name}\nGroup #${gid}\n`);
    server.signal('SIGHUP');
    await until('the reload', () => server.err().includes('was read again') || undefined);
    expect(statusOf(server.pid, 'Uid')).toEqual([uid, uid, uid, uid]);
    expect((await visit(shop.port, '/cgi-bin/id')).text).toBe(`${uid}\n${gid}\n`);
  });
});

describe('`User root`', () => {
  testAsRoot('says that scripts are meant to run as root', async () => {
    const server = await serve(`${SCRIPTS}Listen 127.0.0.1:{PORT}\nUser root\nGroup #0\n`);
    expect(server.err()).toBe('');
    expect(await visit(shop.port, '/cgi-bin/id')).toEqual({ status: 200, text: '0\n0\n' });
  });
});

describe('a port below 1024', () => {
  testAsRoot('is refused to an ordinary user, with what to do', async () => {
    const port = await freeLowPort();
    shop.write('site.conf', `Listen 127.0.0.1:${port}\n`);
    const { code, err } = await shop.run(['serve', '-f', 'site.conf'], { user: serverUser });
    expect(code).toBe(1);
    expect(err).toMatch(`portico: Listen 127.0.0.1:${port}: no permission to listen on port ${port}\n`);
    expect(err).toContain('  Ports below 1024 need root (with User and Group set)');
  });

  testAsRoot('is not given up for an address that needs root again', async () => {
    const port = await freeLowPort();
    const user = `User ${name}\nGroup #${gid}\n`;
    const server = await serve(`ServerName x\nListen 127.0.0.1:${port}\n${user}`);
    shop.write('site.conf', `ServerName x\nListen ${port}\n${user}`);
    server.signal('SIGHUP');
    await until('the refusal', () => server.err().includes('stays in force') || undefined);
    expect(server.err()).toContain(`the address of port ${port} cannot change while the server runs`);
    await new Promise<void>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1' }, () => resolve());
      socket.once('error', reject);
      socket.unref();
    });
  });
});
