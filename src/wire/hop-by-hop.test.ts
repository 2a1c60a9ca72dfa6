import { describe, expect, it } from 'vitest';
import { HeaderList } from './header-list.ts';
import { nominatedFields, REQUEST_HOP_BY_HOP, RESPONSE_HOP_BY_HOP } from './hop-by-hop.ts';

function fields(...flat: string[]): HeaderList {
  const headers = new HeaderList();
  headers.flat.push(...flat);
  return headers;
}

describe('hop-by-hop fields', () => {
  it('are those of RFC 9110 section 7.6.1 and the older proxy fields, in both directions', () => {
    for (const name of [
      'connection',
      'keep-alive',
      'proxy-connection',
      'te',
      'trailer',
      'upgrade',
      'transfer-encoding',
    ]) {
      expect([name, REQUEST_HOP_BY_HOP.has(name), RESPONSE_HOP_BY_HOP.has(name)]).toEqual([name, true, true]);
    }
  });

  it('leave alone what Apache passes on', () => {
    for (const name of [
      'proxy-authorization',
      'authorization',
      'proxy',
      'range',
      'accept-encoding',
      'expect',
    ]) {
      expect([name, REQUEST_HOP_BY_HOP.has(name)]).toEqual([name, false]);
    }
  });
});

describe('fields that Connection nominates', () => {
  it('are none in the usual cases', () => {
    expect(nominatedFields(fields('Host', 'a'))).toBeUndefined();
    expect(nominatedFields(fields('Connection', 'Keep-Alive'))).toBeUndefined();
    expect(nominatedFields(fields('Connection', 'close'))).toBeUndefined();
  });

  it('are those of all its fields, in lower case', () => {
    const headers = fields('Connection', 'close, x-b ,COOKIE', 'X-A', '1', 'connection', 'X-Forwarded-For');
    expect(nominatedFields(headers)).toEqual(['close', 'x-b', 'cookie', 'x-forwarded-for']);
  });
});
