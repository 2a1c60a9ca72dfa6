// What holds for every request: nothing throws, strangers change nothing, and whatever a client sends through proxies
// that do what they should, the application is told the same.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClientInfo, createClientInfo } from './client-info.ts';
import type { NodeRequest } from './node-request.ts';
import type { ClientInfoOptions } from './settings.ts';

type Fields = Record<string, string | string[] | undefined>;

const NAMES = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-forwarded-prefix',
  'x-real-ip',
  'forwarded',
] as const;

const PIECES = [
  ...[
    ',',
    ', ',
    ';',
    '"',
    '\\',
    '=',
    ':',
    '[',
    ']',
    ' ',
    '\t',
    '%',
    '/',
    '_',
    '\x00',
    '\r\n',
    '\xe9',
    '\u20ac',
  ],
  ...['for=', 'host=', 'proto=', 'For="', 'by=x', '"a,b"', '\\"', 'unknown', 'unix:', '_x'],
  ...['10.0.0.1', '127.0.0.1', '203.0.113.7', '[2001:db8::1]', '::1', '[::1]:80', '1.2.3.4:99999', '10.1'],
  ...['shop.example', 'evil.test:81', 'https', 'wss', 'javascript', '443', '0', '/a', '//a', '/..'],
];
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const value = fc.oneof(hostile, fc.array(hostile, { maxLength: 3 }));
const fields: fc.Arbitrary<Fields> = fc.dictionary(fc.constantFrom(...NAMES), value);
const host = fc.option(fc.oneof(hostile, fc.constantFrom('shop.example', 'shop.example:8080')), {
  nil: undefined,
});

const ALL = ['for', 'host', 'proto', 'port', 'prefix'] as const;
const trust = ['10.0.0.0/8', 'loopback', 'unix'];
const options: fc.Arbitrary<ClientInfoOptions> = fc.constantFrom<ClientInfoOptions>(
  { trust },
  { trust, fields: ALL },
  { trust, fields: ALL, appended: ['host', 'proto', 'port', 'prefix'] },
  { trust, fields: ['real-ip', 'host'] },
  { trust, from: 'forwarded' },
  { trust, from: 'forwarded', hosts: ['*.example'], maxHops: 2 },
);

function requestFrom(remoteAddress: string | undefined, headers: Fields): NodeRequest {
  return { headers, socket: { remoteAddress, remotePort: 7 } };
}

/** Everything but the reasons. */
function answerOf({ ignored: _, url: __, ...answer }: ClientInfo): unknown {
  return answer;
}

describe('every request', () => {
  it('is answered, with a base URL that is a URL of that host', () => {
    const peer = fc.constantFrom('10.0.0.1', '::1', '203.0.113.7', 'fe80::1%lo', '', 'x', undefined);
    fc.assert(
      fc.property(options, peer, fields, host, hostile, (chosen, from, sent, said, path) => {
        const info = createClientInfo(chosen)(requestFrom(from, { ...sent, host: said }));
        expect(Object.isFrozen(info)).toBe(true);
        expect(info.hops.length).toBeGreaterThan(0);
        expect(info.ignored.every((entry) => /^[\x20-\x7e\u2026]{1,200}$/.test(entry.value))).toBe(true);
        if (info.authority === undefined) {
          expect(new URL(info.url(path), 'http://here.test').host).toBe('here.test');
          return;
        }
        const url = new URL(info.url(path));
        expect([url.protocol, url.host, url.username]).toEqual([`${info.scheme}:`, info.authority, '']);
        expect(info.url(path)).toMatch(/^[\x21-\x7e]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('says nothing by its fields where it comes from a stranger', () => {
    const stranger = fc.constantFrom('203.0.113.7', '2001:db8::1', '11.0.0.1', '::ffff:192.0.2.1');
    fc.assert(
      fc.property(options, stranger, fields, host, (chosen, from, sent, said) => {
        const clientInfo = createClientInfo(chosen);
        const bare = clientInfo(requestFrom(from, { host: said }));
        expect(answerOf(clientInfo(requestFrom(from, { ...sent, host: said })))).toEqual(answerOf(bare));
      }),
      { numRuns: 1000 },
    );
  });
});

/** What a proxy does with a field that it finds: adds its value behind a comma, or puts it in the place of all. */
type Manner = 'append' | 'replace' | 'pass';

function write(headers: Fields, name: string, manner: Manner, own: string): void {
  const before = headers[name];
  if (manner === 'pass') return;
  headers[name] = manner === 'append' && before !== undefined ? `${before}, ${own}` : own;
}

/** What may stand in a field that gets through a proxy: no control characters. */
const sendable = hostile.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
const fromClient = fc.dictionary(fc.constantFrom(...NAMES), sendable);
const CLIENT = '203.0.113.7';

/** The proxies from the outermost to the one that speaks to the application, and what each of them is asked for. */
const proxies = (manners: readonly Manner[]): fc.Arbitrary<{ host: Manner; proto: Manner }[]> =>
  fc.array(fc.record({ host: fc.constantFrom(...manners), proto: fc.constantFrom(...manners) }), {
    minLength: 1,
    maxLength: 4,
  });

const addressOf = (at: number): string => (at < 0 ? CLIENT : `10.0.0.${at + 1}`);
const hostOf = (at: number): string => `host-${at}.example`;

describe('whatever a client sends', () => {
  it('the last word is a proxy\u2019s, as long as one of them writes the field', () => {
    const chains = proxies(['append', 'replace', 'pass']).filter(
      (chain) => chain.some((one) => one.host !== 'pass') && chain.some((one) => one.proto !== 'pass'),
    );
    fc.assert(
      fc.property(chains, fromClient, (chain, sent) => {
        const headers: Fields = { ...sent };
        for (const [at, manner] of chain.entries()) {
          write(headers, 'x-forwarded-for', 'append', addressOf(at - 1));
          write(headers, 'x-forwarded-host', manner.host, hostOf(at));
          write(headers, 'x-forwarded-proto', manner.proto, 'https');
        }
        const clientInfo = createClientInfo({ trust, fields: ['for', 'host', 'proto'] });
        const info = clientInfo(requestFrom(addressOf(chain.length - 1), headers));
        const writer = chain.findLastIndex((one) => one.host !== 'pass');
        expect([info.address, info.baseUrl]).toEqual([CLIENT, `https://${hostOf(writer)}`]);
      }),
      { numRuns: 1000 },
    );
  });

  it('the outermost proxy\u2019s word is found where every one appends', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fromClient, (count, sent) => {
        const headers: Fields = { ...sent };
        for (let at = 0; at < count; at++) {
          write(headers, 'x-forwarded-for', 'append', addressOf(at - 1));
          write(headers, 'x-forwarded-host', 'append', hostOf(at));
        }
        const info = createClientInfo({ trust, appended: ['host'] })(
          requestFrom(addressOf(count - 1), headers),
        );
        expect([info.address, info.host]).toEqual([CLIENT, hostOf(0)]);
      }),
      { numRuns: 1000 },
    );
  });

  it('an element of Forwarded is read as it was written', () => {
    const quoted = fc.boolean();
    const elements = fc.array(fc.record({ isIpv6: quoted, hasHost: quoted, isOdd: quoted }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(elements, fromClient, (chain, sent) => {
        const headers: Fields = { ...sent };
        for (const [at, { isIpv6, hasHost, isOdd }] of chain.entries()) {
          const address = at === 0 && isIpv6 ? '"[2001:db8::7]:4711"' : addressOf(at - 1);
          const parts = [`for=${address}`, hasHost ? `host="${hostOf(at)}:81"` : 'proto=https'];
          const own = [...(isOdd ? [String.raw`x="a,\"b;\\"`] : []), ...parts].join(';');
          write(headers, 'forwarded', 'append', own);
        }
        const clientInfo = createClientInfo({ trust, from: 'forwarded' });
        const info = clientInfo(requestFrom(addressOf(chain.length - 1), headers));
        const hostAt = chain.findIndex((one) => one.hasHost);
        expect(info.address).toBe(chain[0]?.isIpv6 ? '2001:db8::7' : CLIENT);
        expect(info.host).toBe(hostAt < 0 ? undefined : hostOf(hostAt));
        expect(info.scheme).toBe(chain.every((one) => one.hasHost) ? 'http' : 'https');
      }),
      { numRuns: 1000 },
    );
  });
});
