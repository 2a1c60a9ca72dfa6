import { describe, expect, it } from 'vitest';
import { type ClientInfo, createClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';

type Fields = Record<string, string | string[]>;

function requestFrom(peer: string, headers: Fields): NodeRequest {
  return {
    headers: { host: 'inner.test:8000', ...headers },
    socket: { remoteAddress: peer, remotePort: 50_000 },
  };
}

const ALL = ['for', 'host', 'proto', 'port', 'prefix'] as const;
const trust = ['loopback', '10.0.0.0/8'];

function read(headers: Fields, options: Partial<ClientInfoOptions> = {}, peer = '10.0.0.1'): ClientInfo {
  return createClientInfo({ trust, ...options } as ClientInfoOptions)(requestFrom(peer, headers));
}

const whys = ({ ignored }: ClientInfo) =>
  ignored.map(({ field, value, why }) => `${field}: ${value}: ${why}`);

describe('a client that comes without a proxy', () => {
  const spoofed = {
    'x-forwarded-for': '10.0.0.9',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '1',
    'x-forwarded-prefix': '/evil',
    'x-real-ip': '10.0.0.9',
    forwarded: 'for=10.0.0.9;host=evil.test;proto=https',
  };

  it.each<ClientInfoOptions>([
    { trust, fields: ALL, appended: ['host', 'proto', 'port', 'prefix'] },
    { trust, fields: ['real-ip', 'host', 'proto', 'port', 'prefix'] },
    { trust, from: 'forwarded' },
    { trust: [] },
  ])('changes nothing by what it says of itself (%j)', (options) => {
    const info = createClientInfo(options)(requestFrom('203.0.113.7', spoofed));
    expect(info).toMatchObject({
      address: '203.0.113.7',
      clientPort: 50_000,
      scheme: 'http',
      host: 'inner.test',
      port: 8000,
      authority: 'inner.test:8000',
      prefix: '',
      baseUrl: 'http://inner.test:8000',
      isTrustedPeer: false,
      hops: [{ address: '203.0.113.7', port: 50_000, name: '203.0.113.7', isTrusted: false }],
    });
    expect(info.ignored.map(({ field }) => field).sort()).toEqual(Object.keys(spoofed).sort());
    expect(new Set(info.ignored.map(({ why }) => why))).toEqual(new Set(['203.0.113.7 is no trusted proxy']));
  });
});

describe('X-Forwarded-For', () => {
  it.each<[string, string | undefined, number | undefined]>([
    // client ──▶ 10.0.0.1
    ['203.0.113.7', '203.0.113.7', undefined],
    ['203.0.113.7:4711', '203.0.113.7', 4711],
    ['[2001:db8::7]:4711', '2001:db8::7', 4711],
    ['2001:db8:0::7', '2001:db8::7', undefined],
    // client, who lies ──▶ 10.0.0.1
    ['10.0.0.66, 203.0.113.7', '203.0.113.7', undefined],
    ['203.0.113.7, 198.51.100.7', '198.51.100.7', undefined],
    ['garbage", 203.0.113.7', '203.0.113.7', undefined],
    [',,203.0.113.7,', '203.0.113.7', undefined],
    // client ──▶ 10.0.0.2 ──▶ 10.0.0.1
    ['203.0.113.7, 10.0.0.2', '203.0.113.7', undefined],
    ['6.6.6.6, 203.0.113.7, 10.0.0.2', '203.0.113.7', undefined],
    // The client is a proxy of ours itself, or stands beside one.
    ['10.0.0.3, 10.0.0.2', '10.0.0.3', undefined],
    ['', '10.0.0.1', 50_000],
    [' , ', '10.0.0.1', 50_000],
    // A trusted proxy names somebody whom nobody can trust.
    ['203.0.113.7, unknown', undefined, undefined],
    ['203.0.113.7, _hidden', undefined, undefined],
    ['203.0.113.7, proxy.example', undefined, undefined],
    ['203.0.113.7, 10.0.0.2:99999', undefined, undefined],
    ['203.0.113.7, unix:', undefined, undefined],
  ])('%s: the client is %s', (value, address, clientPort) => {
    expect(read({ 'x-forwarded-for': value })).toMatchObject({ address, clientPort });
  });

  it('is one list, in however many lines it comes', () => {
    expect(read({ 'x-forwarded-for': ['203.0.113.7', '10.0.0.2'] }).address).toBe('203.0.113.7');
  });

  it('shows the way', () => {
    const { hops } = read({ 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.2' });
    expect(hops).toEqual([
      { address: '10.0.0.1', port: 50_000, name: '10.0.0.1', isTrusted: true },
      { address: '10.0.0.2', port: undefined, name: '10.0.0.2', isTrusted: true },
      { address: '203.0.113.7', port: undefined, name: '203.0.113.7', isTrusted: false },
    ]);
  });

  it('is not followed for ever', () => {
    const value = Array(50).fill('10.0.0.2').join(', ');
    const info = read({ 'x-forwarded-for': value }, { maxHops: 3 });
    expect([info.address, info.hops.length]).toEqual([undefined, 5]);
    expect(info.ignored[0]?.why).toBe('more than 3 trusted proxies (maxHops)');
    expect(read({ 'x-forwarded-for': '203.0.113.7, 10.0.0.4, 10.0.0.3' }, { maxHops: 3 }).address).toBe(
      '203.0.113.7',
    );
  });

  it('goes through sockets of this machine where they are trusted', () => {
    const info = read({ 'x-forwarded-for': '203.0.113.7, unix:' }, { trust: [...trust, 'unix'] });
    expect(info.address).toBe('203.0.113.7');
  });
});

describe('X-Real-IP', () => {
  it('counts where it is asked for, alone', () => {
    const headers = { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '198.51.100.1' };
    expect(read(headers, { fields: ['real-ip'] }).address).toBe('203.0.113.7');
    expect(read(headers).address).toBe('198.51.100.1');
  });

  it('is one value, the last', () => {
    expect(read({ 'x-real-ip': '6.6.6.6, 10.0.0.2' }, { fields: ['real-ip'] }).address).toBe('10.0.0.2');
  });
});

describe('what the client asked for', () => {
  it.each<[Fields, string]>([
    [{}, 'http://inner.test:8000'],
    [{ 'x-forwarded-proto': 'https' }, 'https://inner.test:8000'],
    [{ 'x-forwarded-host': 'Shop.Example' }, 'http://shop.example'],
    [{ 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'HTTPS' }, 'https://shop.example'],
    [{ 'x-forwarded-host': 'shop.example:8443', 'x-forwarded-proto': 'wss' }, 'https://shop.example:8443'],
    [{ 'x-forwarded-host': 'shop.example:443', 'x-forwarded-proto': 'https' }, 'https://shop.example'],
    [{ 'x-forwarded-host': 'shop.example', 'x-forwarded-port': '8080' }, 'http://shop.example:8080'],
    [{ 'x-forwarded-host': 'shop.example:1', 'x-forwarded-port': '80' }, 'http://shop.example'],
    [{ 'x-forwarded-host': '[2001:db8::1]:81' }, 'http://[2001:db8::1]:81'],
    [{ 'x-forwarded-host': 'shop.example', 'x-forwarded-prefix': '/a/' }, 'http://shop.example/a'],
    // Apache appends to what the client has sent.
    [{ 'x-forwarded-host': 'evil.test, shop.example' }, 'http://shop.example'],
    [{ 'x-forwarded-host': ['evil.test', 'shop.example'] }, 'http://shop.example'],
    // What is no such value is as good as missing.
    [{ 'x-forwarded-host': 'shop.example/evil' }, 'http://inner.test:8000'],
    [{ 'x-forwarded-host': 'good.test, ev!l' }, 'http://inner.test:8000'],
    [{ 'x-forwarded-proto': 'javascript' }, 'http://inner.test:8000'],
    [{ 'x-forwarded-port': '0' }, 'http://inner.test:8000'],
    [{ 'x-forwarded-prefix': '//evil.test' }, 'http://inner.test:8000'],
  ])('%j: %s', (headers, baseUrl) => {
    expect(read({ 'x-forwarded-for': '203.0.113.7', ...headers }, { fields: ALL }).baseUrl).toBe(baseUrl);
  });

  it('is not taken from fields that nobody has said a proxy writes', () => {
    const headers = {
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'shop.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '444',
      'x-forwarded-prefix': '/a',
      'x-real-ip': '6.6.6.6',
      forwarded: 'for=6.6.6.6',
    };
    const info = read(headers);
    expect(info.baseUrl).toBe('http://shop.example');
    expect(whys(info)).toEqual([
      "x-real-ip: 6.6.6.6: 'real-ip' does not stand in fields",
      "x-forwarded-proto: https: 'proto' does not stand in fields",
      "x-forwarded-port: 444: 'port' does not stand in fields",
      "x-forwarded-prefix: /a: 'prefix' does not stand in fields",
      "forwarded: for=6.6.6.6: from is 'x-forwarded'",
    ]);
    expect(read({ 'x-forwarded-for': '6.6.6.6' }, { fields: ['host'] }).address).toBe('10.0.0.1');
  });
});

describe('several proxies behind one another', () => {
  const way = { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.2' };

  it('count by the last value: an inner proxy may have passed on what the outer one wrote behind a lie', () => {
    const info = read({ ...way, 'x-forwarded-host': 'evil.test, shop.example' });
    expect(info.host).toBe('shop.example');
    expect(whys(info)).toContain(
      "x-forwarded-host: evil.test: the last value counts; name 'host' in appended where every one of your proxies adds one",
    );
  });

  it('count by the value of the outermost, where every one appends its own', () => {
    const host = 'evil.test, shop.example, middle.test';
    expect(read({ ...way, 'x-forwarded-host': host }, { appended: ['host'] }).host).toBe('shop.example');
    expect(
      read({ ...way, 'x-forwarded-host': 'evil.test, x!, middle.test' }, { appended: ['host'] }).host,
    ).toBe('inner.test');
  });

  it('count by the last value where fewer append than should', () => {
    const info = read({ ...way, 'x-forwarded-host': 'shop.example' }, { appended: ['host'] });
    expect(info.host).toBe('shop.example');
    expect(whys(info)).toContain(
      'x-forwarded-host: shop.example: fewer values than proxies (2): the last one counts',
    );
  });
});

describe('Forwarded', () => {
  const from = 'forwarded';

  // RFC 7239 sections 4, 6 and 7, sent by 10.0.0.1.
  it.each<[string, string | undefined, string]>([
    ['for="_gazonk"', undefined, 'http://inner.test:8000'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17', 'http://inner.test:8000'],
    ['for=192.0.2.60;proto=http;by=203.0.113.43', '192.0.2.60', 'http://inner.test:8000'],
    ['for=192.0.2.43, for=198.51.100.17', '198.51.100.17', 'http://inner.test:8000'],
    ['for=192.0.2.43, for="[2001:db8:cafe::17]", for=unknown', undefined, 'http://inner.test:8000'],
    ['for=_hidden, for=_SEVKISEK', undefined, 'http://inner.test:8000'],
    [
      'for=192.0.2.43, for=198.51.100.17;by=203.0.113.60;proto=https;host=example.com',
      '198.51.100.17',
      'https://example.com',
    ],
    ['for=192.0.2.43;host="example.com:8080"', '192.0.2.43', 'http://example.com:8080'],
    // Two proxies of ours: the outer one's element counts, and where it is silent the inner one's.
    [
      'for=6.6.6.6;host=evil.test, for=192.0.2.43;host=shop.example;proto=https, for=10.0.0.2;host=middle.test;proto=http',
      '192.0.2.43',
      'https://shop.example',
    ],
    ['for=192.0.2.43;proto=https, for=10.0.0.2;host=middle.test', '192.0.2.43', 'https://middle.test'],
    [
      'for=192.0.2.43;host="a b";proto=https, for=10.0.0.2;host=middle.test',
      '192.0.2.43',
      'https://middle.test',
    ],
    // A proxy that hides its client says all the rest.
    ['host=shop.example;proto=https', undefined, 'https://shop.example'],
    // Broken by a proxy: nothing of it counts.
    ['for=2001:db8::1;host=shop.example', undefined, 'http://inner.test:8000'],
    ['for=192.0.2.43;for=192.0.2.44;host=shop.example', undefined, 'http://inner.test:8000'],
    ['for="2001:db8::1";host=shop.example', undefined, 'http://shop.example'],
    // Broken by the client.
    ['for=";host=evil.test, for=192.0.2.43;host=shop.example', '192.0.2.43', 'http://shop.example'],
    ['x=", for="[2001:db8::1]";host="shop.example:81"', '2001:db8::1', 'http://shop.example:81'],
    ['', '10.0.0.1', 'http://inner.test:8000'],
  ])('%s: %s at %s', (forwarded, address, baseUrl) => {
    expect(read({ forwarded }, { from })).toMatchObject({ address, baseUrl });
  });

  it('keeps names that were made up to hide somebody', () => {
    expect(read({ forwarded: 'for="_gazonk:_p"' }, { from }).hops.at(-1)).toEqual({
      address: undefined,
      port: undefined,
      name: '_gazonk',
      isTrusted: false,
    });
  });

  it('is never mixed with the other family', () => {
    const headers = {
      forwarded: 'for=192.0.2.43',
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
    };
    expect(read(headers, { from })).toMatchObject({
      address: '192.0.2.43',
      baseUrl: 'http://inner.test:8000',
    });
    expect(read({ ...headers, forwarded: '' }, { from })).toMatchObject({
      address: '10.0.0.1',
      baseUrl: 'http://inner.test:8000',
    });
  });
});

describe('hosts', () => {
  const hosts = ['shop.example', '*.shop.example'];

  it.each<[string, string | undefined]>([
    ['shop.example', 'shop.example'],
    ['SHOP.example:8080', 'shop.example'],
    ['a.b.shop.example', 'a.b.shop.example'],
    ['evil.test', undefined],
    ['evilshop.example', undefined],
    ['shop.example.evil.test', undefined],
    ['.shop.example', undefined],
  ])('%s: %s', (host, expected) => {
    expect(read({ host }, { hosts }, '203.0.113.7').host).toBe(expected);
    expect(read({ 'x-forwarded-host': host, host: 'shop.example' }, { hosts: ['*.shop.example'] }).host).toBe(
      expected === 'a.b.shop.example' ? expected : undefined,
    );
  });

  it('leave paths to links where the host is none of them', () => {
    const info = read({ host: 'evil.test' }, { hosts }, '203.0.113.7');
    expect([info.authority, info.baseUrl, info.url('/reset?t=1')]).toEqual([undefined, '', '/reset?t=1']);
    expect(whys(info)).toEqual(['host: evil.test: it is none of hosts']);
  });
});

describe('url', () => {
  it.each([
    ['', 'https://shop.example/a'],
    ['/', 'https://shop.example/a/'],
    ['/b?c=d#e', 'https://shop.example/a/b?c=d#e'],
    ['b', 'https://shop.example/a/b'],
    ['//evil.test', 'https://shop.example/a//evil.test'],
    ['@evil.test', 'https://shop.example/a/@evil.test'],
    ['.evil.test', 'https://shop.example/a/.evil.test'],
    ['http://evil.test/', 'https://shop.example/a/http://evil.test/'],
    ['/m\xfcnchen \u20ac%20', 'https://shop.example/a/m%C3%BCnchen%20%E2%82%AC%20'],
    ['/\r\nSet-Cookie: a', 'https://shop.example/a/%0D%0ASet-Cookie:%20a'],
    ['/"><script>', 'https://shop.example/a/%22%3E%3Cscript%3E'],
    ['/\ud800', 'https://shop.example/a/%EF%BF%BD'],
  ])('of %j', (path, url) => {
    const headers = {
      'x-forwarded-host': 'shop.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '/a',
    };
    expect(read(headers, { fields: ALL }).url(path)).toBe(url);
  });

  it.each([
    ['//evil.test', '/evil.test'],
    ['/\\evil.test', '/%5Cevil.test'],
    ['\\\\evil.test', '/%5C%5Cevil.test'],
    ['', ''],
  ])('stays on this site without a host: %j', (path, url) => {
    expect(read({ host: 'a b' }).url(path)).toBe(url);
  });
});

describe('the result', () => {
  it('is frozen, all the way down', () => {
    const info = read({ 'x-forwarded-for': '203.0.113.7, 10.0.0.2', forwarded: 'for=1.1.1.1' });
    for (const part of [info, info.hops, ...info.hops, info.ignored, ...info.ignored])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('shows what was ignored, cut and without control characters', () => {
    const info = read({ forwarded: `\x1b[31m\x00\xe9${'a'.repeat(500)}` });
    expect(info.ignored[0]?.value).toBe(`?[31m??${'a'.repeat(192)}\u2026`);
    expect(info.ignored[0]?.value).toHaveLength(200);
  });

  it('needs neither fields nor a connection', () => {
    const clientInfo = createClientInfo({ trust: ['loopback', 'unix'] });
    for (const request of [{ headers: {} }, { headers: {}, socket: null }, { headers: {}, socket: {} }])
      expect(clientInfo(request)).toMatchObject({
        address: undefined,
        baseUrl: '',
        port: 80,
        isTrustedPeer: false,
      });
  });
});

describe('a web Request', () => {
  const clientInfo = createClientInfo({ trust, fields: ALL });
  const request = new Request('https://inner.test:8443/a', {
    headers: { 'X-Forwarded-For': '203.0.113.7', 'X-Forwarded-Host': 'shop.example' },
  });

  it('counts by the peer that the caller names', () => {
    expect(clientInfo(request, '10.0.0.1')).toMatchObject({
      address: '203.0.113.7',
      baseUrl: 'https://shop.example',
    });
    expect(clientInfo(request, { address: '198.51.100.1', port: 7 })).toMatchObject({
      address: '198.51.100.1',
      clientPort: 7,
      baseUrl: 'https://inner.test:8443',
    });
    expect(createClientInfo({ trust: 'unix' })(request, 'unix').address).toBe('203.0.113.7');
  });

  it('counts for nothing without one', () => {
    expect(clientInfo(request)).toMatchObject({
      address: undefined,
      isTrustedPeer: false,
      baseUrl: 'https://inner.test:8443',
    });
    expect(clientInfo(request, {})).toMatchObject({ address: undefined, isTrustedPeer: false });
  });
});
