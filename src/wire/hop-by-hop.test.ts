import { describe, expect, it } from 'vitest';
import { HeaderList } from './header-list.ts';
import { dropRequestHopByHop, dropResponseHopByHop } from './hop-by-hop.ts';

function fields(...flat: string[]): HeaderList {
  const headers = new HeaderList();
  headers.flat.push(...flat);
  return headers;
}

function names(headers: HeaderList): string[] {
  return [...headers].map(([name]) => name);
}

describe('dropRequestHopByHop', () => {
  it('drops the fields of one connection and keeps the order of the others', () => {
    const headers = fields(
      ...[
        'Host',
        'a',
        'Connection',
        'keep-alive',
        'Keep-Alive',
        '3',
        'X-A',
        '1',
        'TE',
        'trailers',
        'Trailer',
        'x',
      ],
      ...[
        'Upgrade',
        'h2c',
        'Proxy-Connection',
        'x',
        'Transfer-Encoding',
        'chunked',
        'Content-Length',
        '3',
        'X-B',
        '2',
      ],
    );
    dropRequestHopByHop(headers);
    expect(headers.flat).toEqual(['Host', 'a', 'X-A', '1', 'X-B', '2']);
  });

  it('keeps what Apache keeps', () => {
    const kept = [
      'Proxy-Authorization',
      'Authorization',
      'Proxy',
      'Range',
      'Accept-Encoding',
      'X_Y',
      'Expect',
    ];
    const headers = fields(...kept.flatMap((name) => [name, 'x']));
    dropRequestHopByHop(headers);
    expect(names(headers)).toEqual(kept);
  });

  it('drops what any Connection field nominates, without case', () => {
    const headers = fields(
      ...['Connection', 'close, x-b ,COOKIE', 'X-A', '1', 'X-B', '2', 'x-b', '3', 'Cookie', 'c'],
      ...['connection', 'X-Forwarded-For', 'X-Forwarded-For', '1.2.3.4', 'X-BB', '4'],
    );
    dropRequestHopByHop(headers);
    expect(headers.flat).toEqual(['X-A', '1', 'X-BB', '4']);
  });

  it('lets no client nominate away what the server has set', () => {
    const headers = fields('Connection', 'X-User, Host, X-B', 'Host', 'a', 'X-User', 'anna', 'X-B', '2');
    dropRequestHopByHop(headers, ['x-user', 'host']);
    expect(headers.flat).toEqual(['Host', 'a', 'X-User', 'anna']);
  });

  it('drops framing fields even if they are to be kept', () => {
    const headers = fields('Connection', 'Transfer-Encoding, upgrade', 'Transfer-Encoding', 'chunked');
    dropRequestHopByHop(headers, ['transfer-encoding']);
    expect(headers.size).toBe(0);
  });
});

describe('dropResponseHopByHop', () => {
  it('drops the fields of one connection and what it nominates, not Content-Length', () => {
    const headers = fields(
      ...[
        'Content-Length',
        '3',
        'Connection',
        'X-Hop',
        'X-Hop',
        '1',
        'Proxy-Authenticate',
        'x',
        'Set-Cookie',
        'a',
      ],
      ...['Transfer-Encoding', 'chunked', 'Keep-Alive', 'timeout=5', 'Upgrade', 'x', 'Set-Cookie', 'b'],
    );
    dropResponseHopByHop(headers);
    expect(headers.flat).toEqual(['Content-Length', '3', 'Set-Cookie', 'a', 'Set-Cookie', 'b']);
  });
});
