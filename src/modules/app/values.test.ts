import { describe, expect, it } from 'vitest';
import { readAddress, readCommand, readReady, readSignal, readSize } from './values.ts';

describe('AppCommand', () => {
  it('is a command line in one word, or program and arguments in several', () => {
    expect(readCommand(['python3 "my app.py" --x'])).toEqual(['python3', 'my app.py', '--x']);
    expect(readCommand(['/bin/sh', '-c', 'a; b'])).toEqual(['/bin/sh', '-c', 'a; b']);
  });
});

describe('AppReady', () => {
  it.each([
    ['tcp', { kind: 'tcp' }, undefined],
    ['TCP 5s', { kind: 'tcp' }, 5000],
    ['http:/healthz?x=1 500ms', { kind: 'http', path: '/healthz?x=1' }, 500],
    ['stdout:"now listening" 2min', { kind: 'output', text: 'now listening' }, 120_000],
    ["stdout:'it''s'", { kind: 'output', text: 'it' }, undefined],
    ['"stdout:now listening"', { kind: 'output', text: 'now listening' }, undefined],
    ['stdout:ready', { kind: 'output', text: 'ready' }, undefined],
  ])('%s', (text, probe, timeout) => {
    const ready = readReady(text);
    // What stands against a closing quote is a word of its own, and no time.
    if (text.includes("''")) expect(ready).toHaveProperty('message');
    else expect(ready).toEqual({ probe, timeout });
  });
});

describe('AppAddress', () => {
  const resolve = (path: string): string => (path.startsWith('/') ? path : `/srv/${path}`);

  it.each([
    ['auto', { kind: 'auto' }],
    ['http://127.0.0.1:8000/', { kind: 'tcp', host: '127.0.0.1', port: 8000 }],
    ['http://LOCALHOST:81', { kind: 'tcp', host: 'localhost', port: 81 }],
    ['[::1]:82', { kind: 'tcp', host: '::1', port: 82 }],
    [':83', { kind: 'tcp', host: '127.0.0.1', port: 83 }],
    ['unix:run/a.sock', { kind: 'unix', path: '/srv/run/a.sock' }],
  ])('%s', (text, address) => {
    expect(readAddress(text, resolve)).toEqual(address);
  });
});

it('reads sizes and signals', () => {
  expect(['512M', '1g', '2k', '10', '1.5M', 'M', '0'].map(readSize)).toEqual([
    2 ** 29,
    2 ** 30,
    2048,
    10,
    undefined,
    undefined,
    undefined,
  ]);
  expect(['TERM', 'sigusr1', 'STOP'].map(readSignal)).toEqual(['SIGTERM', 'SIGUSR1', undefined]);
});
