import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

describe('the command line', () => {
  it('takes the options of Apache', () => {
    const words = ['serve', '-f', 'a.conf', '-d', '/srv', '-D', 'A', '-D', 'B=1', '-C', 'X 1', '-c', 'Y 2'];
    expect(parseArguments(words)).toEqual({
      kind: 'serve',
      options: {
        file: 'a.conf',
        serverRoot: '/srv',
        defines: ['A', 'B=1'],
        before: ['X 1'],
        after: ['Y 2'],
        printConfig: false,
      },
    });
  });

  it('makes a front door of --to', () => {
    const words = ['serve', '--to', '8000', '--static', tmpdir(), '--port', '8081', '--app', 'run it'];
    expect(parseArguments(words)).toMatchObject({
      kind: 'serve',
      options: {
        front: { to: 'http://127.0.0.1:8000/', app: 'run it', port: 8081, staticDir: tmpdir() },
      },
    });
  });

  it('needs no port for an application that it starts', () => {
    expect(parseArguments(['serve', '--app', 'npm start'])).toMatchObject({
      kind: 'serve',
      options: { front: { app: 'npm start', port: 8080 } },
    });
  });

  it('asks for applications', () => {
    expect(parseArguments(['apps'])).toMatchObject({
      kind: 'apps',
      options: { action: 'list', names: [], isJson: false },
    });
    expect(parseArguments(['restart', 'Shop'])).toEqual(parseArguments(['apps', 'restart', 'Shop']));
    expect(parseArguments(['start', 'shop'])).toEqual(parseArguments(['apps', 'start', 'shop']));
    expect(parseArguments(['apps', 'restart', 'Shop', 'blog', '-f', 'a.conf'])).toMatchObject({
      kind: 'apps',
      options: { action: 'restart', names: ['shop', 'blog'], file: 'a.conf' },
    });
  });

  it('says its version and its help on standard output', () => {
    expect(parseArguments(['--version'])).toEqual({
      kind: 'say',
      text: expect.stringMatching(/^portico \d+\.\d+\.\d+\n$/),
    });
    expect(parseArguments(['--help'])).toMatchObject({
      kind: 'say',
      text: expect.stringContaining('Examples:'),
    });
    expect(parseArguments(['serve', '--help'])).toMatchObject({
      kind: 'say',
      text: expect.stringContaining('--static'),
    });
  });

  it.each([
    [[], 'Usage: portico'],
    [['nonsense'], 'unknown command'],
    [['serve'], 'serve needs a configuration'],
    [['serve', '--nonsense'], "unknown option '--nonsense'"],
    [['configtest'], 'configtest needs a configuration'],
    [['serve', '-f', 'a', '--to', '80'], 'exclude each other'],
    [['serve', '-f', 'a', '--static', '/'], 'go with --to'],
    [['serve', '--to', 'nowhere'], 'not a port'],
    [['serve', '--to', '8080'], 'the port of the application itself'],
    [['serve', '--to', '80', '--port', 'x'], 'not a port'],
    [['serve', '--to', '80', '--static', '/nowhere/at/all'], 'not a directory'],
    [['serve', '--to', 'app.test:80', '--app', 'x'], 'a port of this machine'],
    [['serve', '--app', 'a\nListen 81'], 'a command of one line'],
    [['serve', '-f', 'a', '--app', 'x'], 'go with --to'],
    [['apps', 'dance'], 'an action is one of list, start, stop, restart'],
    [['apps', 'stop'], 'needs the name of an application'],
    [['apps', 'list', 'x'], 'takes no names'],
  ])('refuses %j with a word why', (words, text) => {
    expect(parseArguments(words)).toEqual({ kind: 'usage', text: expect.stringContaining(text) });
  });
});
