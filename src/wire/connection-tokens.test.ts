import { describe, expect, it } from 'vitest';
import { asksKeepAlive, hasToken, listElements, wantsKeepAlive } from './connection-tokens.ts';
import { HeaderList } from './header-list.ts';

function connection(...values: string[]): HeaderList {
  const headers = new HeaderList();
  for (const value of values) headers.append('Connection', value);
  return headers;
}

describe('hasToken', () => {
  it.each(['close', 'Close', ' close ', 'a, close', 'close,a', 'a,\tCLOSE\t,b'])(
    'finds close in %j',
    (list) => expect(hasToken(list, 'close')).toBe(true),
  );

  it.each(['', 'closed', 'xclose', 'close-x', 'a close', 'a;close'])('does not find close in %j', (list) =>
    expect(hasToken(list, 'close')).toBe(false),
  );
});

describe('listElements', () => {
  it('passes over empty elements', () => {
    expect(listElements(', a ,,\tb, ')).toEqual(['a', 'b']);
  });
});

describe('wantsKeepAlive', () => {
  it.each([
    [[], 1, true],
    [[], 0, false],
    [['close'], 1, false],
    [['Keep-Alive'], 0, true],
    [['keep-alive, close'], 0, false],
    [['foo', 'close'], 1, false],
    [['upgrade'], 1, true],
  ])('of %j on HTTP/1.%i is %s', (values, minor, wanted) => {
    expect(wantsKeepAlive(connection(...values), minor)).toBe(wanted);
  });
});

describe('asksKeepAlive', () => {
  it('is about what the client said, not about the version', () => {
    expect(asksKeepAlive(connection())).toBe(false);
    expect(asksKeepAlive(connection('keep-alive'))).toBe(true);
    expect(asksKeepAlive(connection('keep-alive, close'))).toBe(false);
  });
});
