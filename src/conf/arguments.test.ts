import { describe, expect, it } from 'vitest';
import { takeArguments } from './arguments.ts';
import type { ArgShape } from './directive.ts';

function take(args: ArgShape, text: string): ReturnType<typeof takeArguments> {
  return takeArguments({ name: 'X', args, help: 'help' }, text);
}

describe('takeArguments', () => {
  it.each<[ArgShape, string, (string | undefined)[][]]>([
    ['none', '', [[]]],
    ['take1', '"a b"', [['a b']]],
    ['take2', 'a b', [['a', 'b']]],
    ['take3', 'a b c', [['a', 'b', 'c']]],
    ['take12', 'a', [['a', undefined]]],
    ['take12', 'a ""', [['a', undefined]]],
    ['take13', 'a', [['a', undefined, undefined]]],
    ['take13', 'a b c', [['a', 'b', 'c']]],
    ['take23', 'a b', [['a', 'b', undefined]]],
    ['take123', 'a b', [['a', 'b', undefined]]],
    ['takeArgv', '', [[]]],
    ['takeArgv', 'a b c', [['a', 'b', 'c']]],
    ['iterate', 'a b', [['a'], ['b']]],
    ['iterate', 'a "" b', [['a']]],
    [
      'iterate2',
      'a b c',
      [
        ['a', 'b'],
        ['a', 'c'],
      ],
    ],
    ['flag', 'ON', [['on']]],
    ['raw', '"a b" c', [['"a b" c']]],
  ])('%s takes %j', (args, text, calls) => {
    expect(take(args, text)).toEqual({ calls });
  });

  it.each<[ArgShape, string, string]>([
    ['none', 'a', 'X takes no arguments, help'],
    ['take1', '', 'X takes one argument, help'],
    ['take1', 'a b', 'X takes one argument, help'],
    ['take1', '""', 'X takes one argument, help'],
    ['take2', 'a', 'X takes two arguments, help'],
    ['take2', 'a ""', 'X takes two arguments, help'],
    ['take3', 'a b', 'X takes three arguments, help'],
    ['take12', 'a b c', 'X takes 1-2 arguments, help'],
    ['take13', 'a b', 'X takes one or three arguments, help'],
    ['take23', 'a', 'X takes two or three arguments, help'],
    ['take123', 'a b c d', 'X takes one, two or three arguments, help'],
    ['iterate', '', 'X requires at least one argument, help'],
    ['iterate2', 'a', 'X requires at least two arguments, help'],
    ['flag', 'maybe', 'X must be On or Off'],
    ['flag', '', 'X must be On or Off'],
  ])('%s refuses %j', (args, text, message) => {
    expect(take(args, text)).toMatchObject({ calls: [], error: { message } });
  });

  it('passes over words after a flag, as Apache does, and points at them', () => {
    expect(take('flag', 'On foo')).toMatchObject({ calls: [['on']], extra: { text: 'foo', start: 3 } });
  });

  it('points at a quote that is not closed', () => {
    expect(take('take1', '"a b')).toMatchObject({ calls: [['a b']], open: { start: 0 } });
  });
});
