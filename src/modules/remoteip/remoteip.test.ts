import { describe, expect, it } from 'vitest';
import { complaintsOf, memorySite } from '../../../test/support/memory-site.ts';
import { findClient } from './forwarded.ts';

describe('the way back through proxies', () => {
  it('takes time by its length alone, and looks nothing up', () => {
    const field = Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? 'a.example' : '198.51.100.7')).join(
      ',',
    );
    expect(findClient('192.0.2.1', field, undefined)).toEqual({
      address: '198.51.100.7',
      rest: field.slice(0, field.lastIndexOf(',')),
      proxies: ['192.0.2.1'],
    });
  });

  it.each([
    '',
    ' ',
    ',',
    'x',
    '1.2.3',
    '0x7f.1',
    '127.1',
    '1.2.3.4.5',
    '::1%eth0',
    '[::1]',
    '1.2.3.4:80',
    '\t1.2.3.4',
  ])('stops at %j', (field) => {
    expect(findClient('192.0.2.1', field, undefined)).toBeUndefined();
  });
});

describe('RemoteIP directives', () => {
  const files = {
    '/srv/conf/good.lst': '# ours\n10.0.0.1 # one\n2001:db8::/32\n',
    '/srv/conf/bad.lst': '10.0.0.1\n10.0.0.300\n',
  };

  // Sentences of Apache 2.4.71.
  it.each([
    ['RemoteIPTrustedProxyList conf/good.lst', []],
    ['RemoteIPTrustedProxy 10.0.0.0/255.255.0.0 10.1', []],
    [
      'RemoteIPInternalProxyList conf/bad.lst',
      [
        'RemoteIP: Error parsing IP 10.0.0.300 (The specified IP address is invalid. error) for RemoteIPInternalProxyList at line 2 of /srv/conf/bad.lst',
      ],
    ],
    [
      'RemoteIPTrustedProxy a.test/24',
      ['RemoteIP: Error parsing IP a.test/24 the subnet /24 is invalid for RemoteIPTrustedProxy'],
    ],
    [
      'RemoteIPTrustedProxy 10.0.0.0/33',
      [
        'RemoteIP: Error parsing IP 10.0.0.0/33 (The specified network mask is invalid. error) for RemoteIPTrustedProxy',
      ],
    ],
    ['RemoteIPProxyProtocolExceptions x', ["ip address 'x' appears to be invalid"]],
    ['RemoteIPProxyProtocol maybe', ['RemoteIPProxyProtocol must be On or Off']],
  ])('%s', (line, complaints) => {
    expect(complaintsOf(line, files)).toEqual(complaints);
  });
});

describe('what a client says of itself', () => {
  it('counts only behind a proxy that is trusted', async () => {
    const conf =
      'DocumentRoot /srv/htdocs\nRemoteIPHeader X-Forwarded-For\nRemoteIPInternalProxy 10.0.0.0/8\n' +
      '<Location />\nRequire ip 198.51.100.7\n</Location>\n';
    const site = await memorySite(conf, { '/srv/htdocs/x.txt': 'x' });
    const headers = { 'X-Forwarded-For': '198.51.100.7' };
    expect((await site.ask('/x.txt', { headers, clientAddress: '10.0.0.1' })).status).toBe(200);
    expect((await site.ask('/x.txt', { headers, clientAddress: '203.0.113.1' })).status).toBe(403);
  });
});
