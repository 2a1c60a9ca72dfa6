import { describe, expect, it } from 'vitest';
import { readInfo, requestFrom, trust, whysOf } from '../../../test/support/forwarded-request.ts';
import { createClientInfo } from './client-info.ts';
import type { ClientInfoOptions } from './settings.ts';

const ALL = ['for', 'host', 'proto', 'port', 'prefix'] as const;

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
    expect(readInfo({ host }, { hosts }, '203.0.113.7').host).toBe(expected);
    expect(
      readInfo({ 'x-forwarded-host': host, host: 'shop.example' }, { hosts: ['*.shop.example'] }).host,
    ).toBe(expected === 'a.b.shop.example' ? expected : undefined);
  });

  it('leave paths to links where the host is none of them', () => {
    const info = readInfo({ host: 'evil.test' }, { hosts }, '203.0.113.7');
    expect([info.authority, info.baseUrl, info.url('/reset?t=1')]).toEqual([undefined, '', '/reset?t=1']);
    expect(whysOf(info)).toEqual(['host: evil.test: it is none of hosts']);
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
    expect(readInfo(headers, { fields: ALL }).url(path)).toBe(url);
  });

  it.each([
    ['//evil.test', '/evil.test'],
    ['/\\evil.test', '/%5Cevil.test'],
    ['\\\\evil.test', '/%5C%5Cevil.test'],
    ['', ''],
  ])('stays on this site without a host: %j', (path, url) => {
    expect(readInfo({ host: 'a b' }).url(path)).toBe(url);
  });
});

describe('the result', () => {
  it('is frozen, all the way down', () => {
    const info = readInfo({ 'x-forwarded-for': '203.0.113.7, 10.0.0.2', forwarded: 'for=1.1.1.1' });
    for (const part of [info, info.hops, ...info.hops, info.ignored, ...info.ignored])
      expect(Object.isFrozen(part)).toBe(true);
  });

  it('shows what was ignored, cut and without control characters', () => {
    const info = readInfo({ forwarded: `\x1b[31m\x00\xe9${'a'.repeat(500)}` });
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
