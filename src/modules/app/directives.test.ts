import { describe, expect, it } from 'vitest';
import { complaintsOf } from '../../../test/support/memory-site.ts';
import { createMemoryIo } from '../../conf/memory-io.ts';
import { readSite } from '../../conf/site.ts';
import type { Diagnostic } from '../../kit/diagnostic.ts';
import type { AppSpec } from '../../request/apps.ts';
import { modules } from '../index.ts';
import { app } from './index.ts';

const FILES = { '/srv/shop/app.py': '', '/srv/wait.html': '' };

function read(text: string): { specs: readonly AppSpec[]; diagnostics: readonly Diagnostic[] } {
  const io = createMemoryIo(FILES);
  const { site, diagnostics } = readSite({
    sources: [{ name: '/srv/httpd.conf', text }],
    modules,
    io,
    serverRoot: '/srv',
  });
  const servers = site === undefined ? [] : [site.main, ...site.vhosts];
  return { specs: servers.flatMap((server) => app.apps!(server)), diagnostics };
}

function specOf(...lines: string[]): AppSpec {
  const { specs, diagnostics } = read(['<App shop>', 'AppCommand "run it"', ...lines, '</App>'].join('\n'));
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return specs[0]!;
}

/** What is wrong with a section that has these lines. */
function faultsOf(...lines: string[]): string[] {
  return complaintsOf(['<App shop>', 'AppCommand "run it"', ...lines, '</App>'].join('\n'), FILES);
}

describe('<App>', () => {
  it('says what is in force where no line says otherwise', () => {
    expect(specOf()).toEqual({
      name: 'shop',
      command: ['run', 'it'],
      directory: '/srv',
      address: { kind: 'auto' },
      start: 'on-demand',
      probe: { kind: 'tcp' },
      readyTimeout: 30_000,
      hold: 10_000,
      queue: 100,
      idleStop: undefined,
      restart: 'on-failure',
      restartLimit: 10,
      instances: 1,
      env: {},
      user: undefined,
      limits: {},
      log: undefined,
      stopSignal: 'SIGTERM',
      stopTimeout: 10_000,
      drainTimeout: 30_000,
    });
  });

  it('takes a line of every kind', () => {
    const spec = specOf(
      'AppDirectory shop',
      'AppAddress http://127.0.0.1:8000',
      'AppStart boot',
      'AppReady http:/healthz 1min',
      'AppHold 500ms',
      'AppQueue 7',
      'AppIdleStop 15min',
      'AppRestart always 3',
      'AppEnv A 1',
      'AppEnv B=2',
      'AppEnv C ""',
      'AppLimit memory 512M',
      'AppLimit files 1024',
      'AppLog logs/shop.log',
      'AppStopSignal int',
      'AppStopTimeout 3',
      'AppDrainTimeout 1h',
    );
    expect(spec).toMatchObject({
      directory: '/srv/shop',
      address: { kind: 'tcp', host: '127.0.0.1', port: 8000 },
      start: 'boot',
      probe: { kind: 'http', path: '/healthz' },
      readyTimeout: 60_000,
      hold: 500,
      queue: 7,
      idleStop: 900_000,
      restart: 'always',
      restartLimit: 3,
      env: { A: '1', B: '2', C: '' },
      limits: { memory: 512 * 2 ** 20, openFiles: 1024 },
      log: '/srv/logs/shop.log',
      stopSignal: 'SIGINT',
      stopTimeout: 3000,
      drainTimeout: 3_600_000,
    });
    expect(specOf('AppIdleStop 5', 'AppIdleStop never').idleStop).toBeUndefined();
  });

  it('may stand in a virtual host, and belongs to the whole server there', () => {
    const text =
      '<VirtualHost *:80>\n<App Blog>\nAppCommand a\n</App>\n</VirtualHost>\nProxyPass / app://blog/';
    const { specs, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    expect(specs.map(({ name }) => name)).toEqual(['blog']);
  });

  it.each([
    ['<App>\nAppCommand a\n</App>', '<App> needs one name of letters, digits, ".", "_" and "-"'],
    ['<App two words>\nAppCommand a\n</App>', 'not "two words"'],
    ['<App ../x>\nAppCommand a\n</App>', '<App> needs one name'],
    ['<App shop>\n</App>', '<App shop> has no AppCommand'],
    ['<App shop>\nAppCommand ""\n</App>', 'AppCommand needs a program'],
    ['<App shop>\nAppCommand a\nErrorDocument 404 x\n</App>', 'ErrorDocument not allowed in <App> context'],
    ['<App shop>\nAppCommand a\n<Files x>\n</Files>\n</App>', '<Files not allowed in <App> context'],
    ['<App shop>\nAppComand a\n</App>', "Invalid command 'AppComand', perhaps misspelled"],
    ['AppCommand a', 'AppCommand not allowed here'],
    ['<Location /x>\nAppHold 3\n</Location>', 'AppHold not allowed in <Location> context'],
    [
      '<Location /x>\n<App shop>\nAppCommand a\n</App>\n</Location>',
      '<App not allowed in <Location> context',
    ],
    ['<App a>\nAppCommand a\n</App>\n<App A>\nAppCommand b\n</App>', '<App a> is described twice'],
    [
      '<App a>\nAppCommand a\nAppAddress http://127.0.0.1:81\n</App>\n<App b>\nAppCommand b\nAppAddress localhost:81\n</App>',
      '<App b> and <App a> have the same address, port 81',
    ],
    [
      '<App a>\nAppCommand a\nAppAddress unix:a.sock\n</App>\n<App b>\nAppCommand b\nAppAddress unix:/srv/a.sock\n</App>',
      'have the same address, unix:/srv/a.sock',
    ],
    ['Listen 80\n<App a>\nAppCommand a\nAppAddress 80\n</App>', "<App a>: port 80 is the server's own"],
    [
      'User www-data\n<App a>\nAppCommand a\nAppUser bob\n</App>',
      'AppUser bob cannot be had beside User www-data',
    ],
    ['ProxyPass / app://shop/', 'ProxyPass: there is no <App shop>'],
    ['RewriteEngine on\nRewriteRule ^/(.*) app://shop/$1 [P]', 'RewriteRule: there is no <App shop>'],
    ['<Location />\nSetHandler "proxy:app://shop"\n</Location>', 'SetHandler: there is no <App shop>'],
  ])('%j: %s', (text, message) => {
    const complaints = complaintsOf(text, FILES);
    expect(complaints).toContainEqual(expect.stringContaining(message));
  });

  it.each([
    ['AppAddress http://192.0.2.1:80', "not on this machine's loopback"],
    ['AppAddress 0', '0 is not a port'],
    ['AppAddress nowhere', 'AppAddress nowhere: not an address'],
    [`AppAddress unix:/${'x'.repeat(107)}`, 'the path is too long'],
    ['AppAddress unix:', 'needs the path of a socket'],
    ['AppDirectory nowhere', 'AppDirectory /srv/nowhere is not a directory'],
    ['AppStart never', 'AppStart must be one of: on-demand, boot, manual'],
    ['AppReady soon', 'AppReady soon: not a proof of readiness'],
    ['AppReady http:healthz', 'AppReady http:healthz: not a path'],
    ['AppReady "http:/a b"', 'not a path'],
    ['AppReady stdout:"never closed', 'not a proof of readiness'],
    ['AppReady tcp soon', 'soon is not a time'],
    ['AppReady tcp 0', '0 is not a time'],
    ['AppHold long', 'AppHold long: not a time'],
    ['AppIdleStop 0', 'AppIdleStop 0: not a time'],
    ['AppQueue -1', 'AppQueue must be a number from 0'],
    ['AppInstances 0', 'AppInstances must be a number from 1 to 64'],
    ['AppInstances 2\nAppAddress 8000', '<App shop>: AppInstances 2 needs AppAddress auto'],
    ['AppRestart sometimes', 'AppRestart must be one of: on-failure, always, never'],
    ['AppRestart always 0', 'the number of failures in a row must be 1 or more'],
    ['AppEnv A', 'AppEnv A has no value'],
    ['AppEnv A b c', 'AppEnv takes one name and one value'],
    ['AppEnv 1A x', '"1A" is not the name of a variable'],
    ['AppEnv PORT 80', 'AppEnv: PORT is the port that portico gives'],
    ['AppUser "a b"', 'not the name of a user'],
    ['AppLimit speed 3', 'AppLimit must be one of: memory, files, processes'],
    ['AppLimit memory much', 'AppLimit memory much: not a limit'],
    ['AppWaitingPage nowhere.html', 'AppWaitingPage /srv/nowhere.html is not a file'],
    ['AppStopSignal LATER', 'AppStopSignal LATER: write TERM'],
  ])('refuses %s', (lines, message) => {
    expect(faultsOf(...lines.split('\n'))).toEqual([expect.stringContaining(message)]);
  });

  it('warns of words that only a shell understands', () => {
    const text = '<App shop>\nAppCommand "cd x && ./run"\n</App>';
    expect(complaintsOf(text)).toEqual([
      'warning: AppCommand: "&&" is an argument of cd, as no shell reads the line',
    ]);
  });

  it('names an application that was probably meant, and its place', () => {
    const { diagnostics } = read('<App shop>\nAppCommand a\n</App>\nProxyPass / app://shpo/');
    expect(diagnostics).toMatchObject([
      {
        code: 'conf/unknown-app',
        hint: 'Did you mean app://shop/?',
        place: { file: '/srv/httpd.conf', line: 4, column: 13 },
      },
    ]);
  });

  it.each([
    ['[P]', []],
    ['[NE,proxy,QSA]', []],
    ['"[L, P]"', []],
    ['', ['warning: RewriteRule: an app:// target needs the flag [P]']],
    ['[L,PT]', ['warning: RewriteRule: an app:// target needs the flag [P]']],
  ])('a rule that leads to an application with the flags %s', (flags, complaints) => {
    const rule = `RewriteEngine on\nRewriteRule "^/(.*)" "app://shop/$1" ${flags}`;
    expect(complaintsOf(`<App shop>\nAppCommand a\n</App>\n${rule}`)).toEqual(complaints);
  });

  it('leaves alone names that only a request decides', () => {
    expect(
      complaintsOf('RewriteEngine on\nRewriteRule ^/(a|b)/ app://$1/ [P]\nProxyPassMatch ^/(.*) app://$1/'),
    ).toEqual([]);
  });
});
