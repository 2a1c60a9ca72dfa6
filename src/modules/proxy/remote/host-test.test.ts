import { describe, expect, it } from 'vitest';
import { compileHostTest } from './host-test.ts';

const KNOWN = new Set(['known']);

function matches(word: string, host: string): boolean {
  return compileHostTest(word, (name) => KNOWN.has(name))(host);
}

describe('a word of NoProxy', () => {
  it.each([
    ['192.168.112.0/21', '192.168.119.255', true],
    ['192.168.112.0/21', '192.168.120.0', false],
    ['10.0.0.0', '10.9.9.9', true],
    ['192.168.', '192.168.3.4', true],
    ['192.168.1.2', '192.168.1.2', true],
    ['192.168.1.2', '192.168.1.20', false],
    ['.direct.test', 'www.direct.test', true],
    ['.direct.test', 'WWW.DIRECT.TEST.', true],
    ['.direct.test', 'direct.test', false],
    ['www.direct.test.', 'www.direct.test', true],
    ['www.direct.test', 'a.www.direct.test', false],
    ['known', 'known', true],
    ['known', 'unknown', false],
    ['intra', 'my-intranet', true],
    ['intra', 'my-network', false],
  ])('%s: %s is %s', (word, host, expected) => {
    expect(matches(word, host)).toBe(expected);
  });
});
