import { describe, expect, it } from 'vitest';
import { reachesAuthority, substitute } from './map.ts';

describe('substitution of ProxyPassMatch', () => {
  const match = { groups: ['/n/foo', 'foo', undefined] };
  const cases: [string, string][] = [
    ['http://b/$1', 'http://b/foo'],
    ['http://b$0', 'http://b/n/foo'],
    ['http://b/$2x', 'http://b/x'],
    ['http://b/&', 'http://b/&/n/foo'],
    ['http://b', 'http://b/n/foo'],
    ['http://b/\\$1', 'http://b/$1'],
  ];
  for (const [template, expected] of cases) {
    it(`${template} is ${expected}`, () => expect(substitute(template, match, '/n/foo')).toBe(expected));
  }
});

describe('a host that the configuration spells out', () => {
  it('is not extended by what the request says', () => {
    expect(reachesAuthority('http://h:8000', 'http://h:8000x')).toBe(true);
    expect(reachesAuthority('http://h:8000$1', 'http://h:8000@evil/')).toBe(true);
    expect(reachesAuthority('http://h:8000$1', 'http://h:80001/')).toBe(true);
    expect(reachesAuthority('http://h:8000$1/x', 'http://h:80001/x')).toBe(true);
    expect(reachesAuthority('http://h$1', 'http://h.evil/')).toBe(true);
    expect(reachesAuthority('unix:/s|http://h', 'unix:/s|http://hx')).toBe(true);
  });

  it('may be followed by a path', () => {
    expect(reachesAuthority('http://h:8000', 'http://h:8000/x')).toBe(false);
    expect(reachesAuthority('http://h:8000$1', 'http://h:8000/x')).toBe(false);
    expect(reachesAuthority('http://h:8000$1', 'http://h:8000')).toBe(false);
    expect(reachesAuthority('http://h:8000/b', 'http://h:8000/bx')).toBe(false);
  });

  it('may be made by the request where the configuration leaves it open', () => {
    expect(reachesAuthority('http://$1/', 'http://any/')).toBe(false);
    expect(reachesAuthority('http://app-$1/', 'http://app-7/')).toBe(false);
    expect(reachesAuthority('http://app-$1.example/', 'http://app-7.example/')).toBe(false);
  });
});
