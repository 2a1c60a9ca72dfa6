import { expect, it } from 'vitest';
import type { Exchange } from '../../request/exchange.ts';
import { noteAppAuthority, restBehindApp } from './app-reverse.ts';

/** An exchange that an application at this place answers. */
function answeredAt(authority: string): Exchange {
  const notes = new Map<string, string>();
  const x = { notes, note: (name: string) => notes.get(name) } as unknown as Exchange;
  noteAppAuthority(x, 'shop', authority);
  return x;
}

it.each([
  ['127.0.0.1:8000', 'app://shop/', 'http://127.0.0.1:8000/a?b', 'a?b'],
  ['127.0.0.1:8000', 'app://shop/', 'http://localhost:8000/a', 'a'],
  ['127.0.0.1:8000', 'app://SHOP/', 'HTTP://LOCALHOST:8000/a', 'a'],
  ['[::1]:8000', 'app://shop/', 'http://0.0.0.0:8000/a', 'a'],
  ['127.0.0.1:8000', 'app://shop/', 'http://127.0.0.1:8000', ''],
  ['127.0.0.1:8000', 'app://shop/base/', 'http://127.0.0.1:8000/base/a', 'a'],
  ['127.0.0.1:8000', 'app://shop/base/', 'http://127.0.0.1:8000/a', undefined],
  ['127.0.0.1:8000', 'app://shop/', 'http://127.0.0.1:8001/a', undefined],
  ['127.0.0.1:8000', 'app://shop/', 'http://127.0.0.1:80000/a', undefined],
  ['127.0.0.1:8000', 'app://shop/', 'http://127.0.0.1.evil.test:8000/a', undefined],
  ['127.0.0.1:8000', 'app://blog/', 'http://127.0.0.1:8000/a', undefined],
  ['127.0.0.1:8000', 'app://shop/', '/a', undefined],
  ['localhost', 'app://shop/', 'http://localhost/a', 'a'],
])('at %s, %s in front of %s leaves %s', (authority, url, place, rest) => {
  expect(restBehindApp(answeredAt(authority), url, place)).toBe(rest);
});
