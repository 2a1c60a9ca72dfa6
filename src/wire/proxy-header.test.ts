import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ProxyHeader, ProxyHeaderError, ProxyHeaderParser } from './proxy-header.ts';

// The PROXY protocol 2.3, sections 2.1 and 2.2 (haproxy.org/download/3.0/doc/proxy-protocol.txt).

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const TCP4 = `${SIGNATURE}\x21\x11\0\x0c\xc6\x33\x64\x07\xcb\0\x71\x01\x12\x67\0\x50`;
const TCP6 = `${SIGNATURE}\x21\x21\0\x24 \x01\x0d\xb8${'\0'.repeat(11)}\x07 \x01\x0d\xb8${'\0'.repeat(11)}\x01\x12\x67\0\x50`;

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

function whole(text: string): ProxyHeader | ProxyHeaderError | undefined {
  return new ProxyHeaderParser().feed(bytes(text), 0);
}

const HEADERS: readonly (readonly [string, ProxyHeader['client']])[] = [
  ['PROXY TCP4 198.51.100.7 203.0.113.1 4711 80\r\n', { address: '198.51.100.7', port: 4711 }],
  ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n', { address: '255.255.255.255', port: 65535 }],
  ['PROXY TCP6 2001:DB8:0:0::7 2001:db8::1 0 80\r\n', { address: '2001:db8::7', port: 0 }],
  ['PROXY TCP6 ::ffff:198.51.100.7 ::1 1 80\r\n', { address: '198.51.100.7', port: 1 }],
  ['PROXY UNKNOWN\r\n', undefined],
  ['PROXY UNKNOWN ffff:f...f:ffff whatever it says\r\n', undefined],
  [TCP4, { address: '198.51.100.7', port: 4711 }],
  [TCP6, { address: '2001:db8::7', port: 4711 }],
  // Whatever follows the addresses is passed over (2.2.1), and LOCAL has none.
  [`${TCP4.replace('\0\x0c', '\0\x0f')}\x04\0\0`, { address: '198.51.100.7', port: 4711 }],
  [`${SIGNATURE}\x20\0\0\0`, undefined],
  [`${SIGNATURE}\x20\x11\0\x04abcd`, undefined],
];

describe('a PROXY header', () => {
  it.each(HEADERS)('%j names its client', (text, client) => {
    expect(whole(text)).toEqual({ client });
  });

  it.each(HEADERS)('%j is read byte by byte, and nothing behind it', (text) => {
    const parser = new ProxyHeaderParser();
    const sent = bytes(`xx${text}GET`);
    for (let at = 2; at < text.length + 1; at++)
      expect(parser.feed(sent.subarray(0, at + 1), at)).toBeUndefined();
    expect(parser.feed(sent, text.length + 1)).not.toBeInstanceOf(ProxyHeaderError);
    expect(parser.position).toBe(text.length + 2);
  });

  it.each([
    'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
    'proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n',
    'PROXY\r\n',
    'PROXY TCP4\r\n',
    'PROXY UNKNOWNX\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n',
    'PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 0x1 2\r\n',
    'PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n',
    'PROXY TCP4 0x7f.0.0.1 1.2.3.4 1 2\r\n',
    'PROXY TCP4 2130706433 1.2.3.4 1 2\r\n',
    'PROXY TCP4 localhost 1.2.3.4 1 2\r\n',
    'PROXY TCP4 ::1 ::1 1 2\r\n',
    'PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n',
    'PROXY TCP6 fe80::1%lo ::1 1 2\r\n',
    'PROXY TCP6 [::1] ::1 1 2\r\n',
    'PROXY TCP4 1.2.3.4\t1.2.3.4 1 2\r\n',
    'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n\r\n',
    `PROXY UNKNOWN ${'x'.repeat(107 - 15)}\r\n`,
    `PROXY ${'x'.repeat(200)}`,
    `${SIGNATURE}\x11\x11\0\x0c${'x'.repeat(12)}`,
    `${SIGNATURE}\x22\x11\0\x0c${'x'.repeat(12)}`,
    `${SIGNATURE}\x21\x12\0\x0c${'x'.repeat(12)}`,
    `${SIGNATURE}\x21\x31\0\xd8${'x'.repeat(216)}`,
    `${SIGNATURE}\x21\0\0\0`,
    `${SIGNATURE}\x21\x11\0\x0b${'x'.repeat(11)}`,
    `${SIGNATURE}\x21\x21\0\x23${'x'.repeat(35)}`,
    `${SIGNATURE}\x21\x11\0\xd9`,
    `${SIGNATURE}\x21\x11\xff\xff`,
    '\r\n\r\n\0\r\nQUIT\r',
  ])('is not %j', (text) => {
    expect(whole(text)).toBeInstanceOf(ProxyHeaderError);
  });

  it('holds no more than a header can have, and ends in one of three ways, whatever comes', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([bytes('PROXY '), tail])),
      fc.uint8Array({ maxLength: 300 }).map((tail) => Buffer.concat([bytes(SIGNATURE), tail])),
    );
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (chunks) => {
        const parser = new ProxyHeaderParser();
        let taken = 0;
        for (const chunk of chunks) {
          const read = parser.feed(Buffer.from(chunk), 0);
          taken += chunk.length;
          if (read === undefined) expect(taken).toBeLessThan(16 + 216);
          else {
            if (!(read instanceof ProxyHeaderError))
              expect(parser.position).toBeLessThanOrEqual(chunk.length);
            return;
          }
        }
      }),
    );
  });
});
