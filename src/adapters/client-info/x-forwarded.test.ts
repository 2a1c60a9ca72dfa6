import { describe, expect, it } from 'vitest';
import { type Fields, readInfo, trust, whysOf } from '../../../test/support/forwarded-request.ts';

const ALL = ['for', 'host', 'proto', 'port', 'prefix'] as const;

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
    expect(readInfo({ 'x-forwarded-for': value })).toMatchObject({ address, clientPort });
  });

  it('is one list, in however many lines it comes', () => {
    expect(readInfo({ 'x-forwarded-for': ['203.0.113.7', '10.0.0.2'] }).address).toBe('203.0.113.7');
  });

  it('shows the way', () => {
    const { hops } = readInfo({ 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.2' });
    expect(hops).toEqual([
      { address: '10.0.0.1', port: 50_000, name: '10.0.0.1', isTrusted: true },
      { address: '10.0.0.2', port: undefined, name: '10.0.0.2', isTrusted: true },
      { address: '203.0.113.7', port: undefined, name: '203.0.113.7', isTrusted: false },
    ]);
  });

  it('is not followed for ever', () => {
    const value = Array(50).fill('10.0.0.2').join(', ');
    const info = readInfo({ 'x-forwarded-for': value }, { maxHops: 3 });
    expect([info.address, info.hops.length]).toEqual([undefined, 5]);
    expect(info.ignored[0]?.why).toBe('more than 3 trusted proxies (maxHops)');
    expect(readInfo({ 'x-forwarded-for': '203.0.113.7, 10.0.0.4, 10.0.0.3' }, { maxHops: 3 }).address).toBe(
      '203.0.113.7',
    );
  });

  it('goes through sockets of this machine where they are trusted', () => {
    const info = readInfo({ 'x-forwarded-for': '203.0.113.7, unix:' }, { trust: [...trust, 'unix'] });
    expect(info.address).toBe('203.0.113.7');
  });
});

describe('X-Real-IP', () => {
  it('counts where it is asked for, alone', () => {
    const headers = { 'x-real-ip': '203.0.113.7', 'x-forwarded-for': '198.51.100.1' };
    expect(readInfo(headers, { fields: ['real-ip'] }).address).toBe('203.0.113.7');
    expect(readInfo(headers).address).toBe('198.51.100.1');
  });

  it('is one value, the last', () => {
    expect(readInfo({ 'x-real-ip': '6.6.6.6, 10.0.0.2' }, { fields: ['real-ip'] }).address).toBe('10.0.0.2');
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
    expect(readInfo({ 'x-forwarded-for': '203.0.113.7', ...headers }, { fields: ALL }).baseUrl).toBe(baseUrl);
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
    const info = readInfo(headers);
    expect(info.baseUrl).toBe('http://shop.example');
    expect(whysOf(info)).toEqual([
      "x-real-ip: 6.6.6.6: 'real-ip' does not stand in fields",
      "x-forwarded-proto: https: 'proto' does not stand in fields",
      "x-forwarded-port: 444: 'port' does not stand in fields",
      "x-forwarded-prefix: /a: 'prefix' does not stand in fields",
      "forwarded: for=6.6.6.6: from is 'x-forwarded'",
    ]);
    expect(readInfo({ 'x-forwarded-for': '6.6.6.6' }, { fields: ['host'] }).address).toBe('10.0.0.1');
  });
});

describe('several proxies behind one another', () => {
  const way = { 'x-forwarded-for': '6.6.6.6, 203.0.113.7, 10.0.0.2' };

  it('count by the last value: an inner proxy may have passed on what the outer one wrote behind a lie', () => {
    const info = readInfo({ ...way, 'x-forwarded-host': 'evil.test, shop.example' });
    expect(info.host).toBe('shop.example');
    expect(whysOf(info)).toContain(
      "x-forwarded-host: evil.test: the last value counts; name 'host' in appended where every one of your proxies adds one",
    );
  });

  it('count by the value of the outermost, where every one appends its own', () => {
    const host = 'evil.test, shop.example, middle.test';
    expect(readInfo({ ...way, 'x-forwarded-host': host }, { appended: ['host'] }).host).toBe('shop.example');
    expect(
      readInfo({ ...way, 'x-forwarded-host': 'evil.test, x!, middle.test' }, { appended: ['host'] }).host,
    ).toBe('inner.test');
  });

  it('count by the last value where fewer append than should', () => {
    const info = readInfo({ ...way, 'x-forwarded-host': 'shop.example' }, { appended: ['host'] });
    expect(info.host).toBe('shop.example');
    expect(whysOf(info)).toContain(
      'x-forwarded-host: shop.example: fewer values than proxies (2): the last one counts',
    );
  });
});
