import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FcgiReader, type FcgiSink } from './fastcgi-reader.ts';
import { beginRequest, encodeParams, endOfStream, FCGI, recordHeader } from './fastcgi-records.ts';

/** What a reader tells of bytes, in order; neighbouring pieces of one stream joined. */
function read(
  bytes: Buffer,
  cuts: readonly number[] = [],
): { told: string[]; reader: FcgiReader; rest: number } {
  const told: string[] = [];
  const piece = (name: string, text: string): void => {
    const last = told.at(-1);
    if (last?.startsWith(`${name} `) === true) told[told.length - 1] = last + text;
    else told.push(`${name} ${text}`);
  };
  const sink: FcgiSink = {
    output: (buf, from, to) => piece('out', buf.toString('latin1', from, to)),
    outputEnd: () => told.push('output is over'),
    complaint: (buf, from, to) => piece('err', buf.toString('latin1', from, to)),
    strange: (type) => told.push(`strange ${type}`),
  };
  const reader = new FcgiReader();
  const ends = [...new Set([...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let from = 0;
  let rest = 0;
  for (const to of ends) {
    const chunk = bytes.subarray(from, to);
    rest += chunk.length - reader.feed(chunk, sink);
    from = to;
  }
  return { told, reader, rest };
}

/** A record written out by hand, as the specification draws it. */
function record(type: number, content: string, padding = 0): string {
  return (
    String.fromCharCode(1, type, 0, 1, content.length >> 8, content.length & 255, padding, 0) +
    content +
    '~'.repeat(padding)
  );
}

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Name-value pairs as section 3.4 writes them. */
function decodePairs(bytes: string): [string, string][] {
  const pairs: [string, string][] = [];
  let at = 0;
  const length = (): number => {
    const first = bytes.charCodeAt(at);
    at += first < 128 ? 1 : 4;
    return first < 128 ? first : Buffer.from(bytes.slice(at - 4, at), 'latin1').readUInt32BE(0) - 0x80000000;
  };
  while (at < bytes.length) {
    const [name, value] = [length(), length()];
    pairs.push([bytes.slice(at, at + name), bytes.slice(at + name, at + name + value)]);
    at += name + value;
  }
  return pairs;
}

describe('records of a request', () => {
  it('begin with the role of a responder', () => {
    expect(bytesOf(beginRequest(false)).toString('hex')).toBe('01010001000800000001000000000000');
    expect(bytesOf(beginRequest(true)).toString('hex')).toBe('01010001000800000001010000000000');
  });

  it('have lengths of two bytes', () => {
    expect(bytesOf(recordHeader(FCGI.stdin, 0xfffe)).toString('hex')).toBe('01050001fffe0000');
    expect(bytesOf(endOfStream(FCGI.stdin)).toString('hex')).toBe('0105000100000000');
  });

  it('encode short and long parameters', () => {
    const long = 'v'.repeat(128);
    const { bytes } = encodeParams([
      ['A', 'bc'],
      ['L', long],
      ['', ''],
    ]);
    const content = `\x01\x02Abc\x01\x80\x00\x00\x80L${long}\x00\x00`;
    expect(bytes).toBe(record(FCGI.params, content) + record(FCGI.params, ''));
  });

  it('leave out what fits into no record, and say so', () => {
    const { bytes, skipped } = encodeParams([
      ['HUGE', 'x'.repeat(17_000)],
      ['SMALL', '1'],
    ]);
    expect(skipped).toEqual(['HUGE']);
    expect(bytes).toBe(record(FCGI.params, '\x05\x01SMALL1') + record(FCGI.params, ''));
  });

  it('give back every parameter, and no record is over its bound', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 3000 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 40 }), (pairs) => {
        const { bytes } = encodeParams(pairs);
        const whole = bytesOf(bytes);
        let content = '';
        let at = 0;
        while (at < whole.length) {
          const length = whole.readUInt16BE(at + 4);
          expect(length).toBeLessThanOrEqual(16 * 1024);
          content += whole.toString('latin1', at + 8, at + 8 + length);
          at += 8 + length;
        }
        expect(decodePairs(content)).toEqual(pairs);
      }),
      { numRuns: 50 },
    );
  });
});

describe('records of an answer', () => {
  it('are told in order, padding left out', () => {
    const { told, reader, rest } = read(
      bytesOf(
        record(FCGI.stdout, 'one', 5) +
          record(FCGI.stderr, 'oh', 255) +
          record(99, 'xyz') +
          record(FCGI.stdout, '') +
          record(FCGI.endRequest, '\0\0\x01\x02\x03\0\0\0', 7),
      ),
    );
    expect(told).toEqual(['out one', 'err oh', 'strange 99', 'output is over']);
    expect(reader.end).toEqual({ appStatus: 258, protocolStatus: 3 });
    expect(reader.isOver).toBe(true);
    expect(rest).toBe(0);
  });

  it('end before bytes that belong to nobody', () => {
    const { told, rest } = read(bytesOf(`${record(FCGI.endRequest, '\0'.repeat(8))}more`));
    expect(told).toEqual([]);
    expect(rest).toBe(4);
  });

  it('are over only behind the padding of the last', () => {
    const bytes = bytesOf(record(FCGI.endRequest, '\0'.repeat(8), 9));
    const { reader } = read(bytes.subarray(0, -1));
    expect(reader.end).toBeDefined();
    expect(reader.isOver).toBe(false);
  });

  it('of another version or request are a fault', () => {
    expect(read(bytesOf('HTTP/1.1 200 OK\r\n')).reader.fault).toEqual({ kind: 'version', value: 72 });
    const other = `${String.fromCharCode(1, 6, 1, 0, 0, 1, 0, 0)}x`;
    const { reader, told } = read(bytesOf(other));
    expect(reader.fault).toEqual({ kind: 'id', value: 256 });
    expect(told).toEqual([]);
  });

  it('mean the same in whatever pieces they come', () => {
    const one = fc.record({
      type: fc.constantFrom(FCGI.stdout, FCGI.stderr, 99),
      content: fc.string({ unit: 'binary-ascii', maxLength: 300 }),
      padding: fc.nat(255),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 30 }), (records, cuts) => {
        const text = records.map(({ type, content, padding }) => record(type, content, padding)).join('');
        const bytes = bytesOf(text + record(FCGI.endRequest, '\0\0\0\x05\0\0\0\0'));
        const whole = read(bytes);
        const cut = read(bytes, cuts);
        expect(cut.told).toEqual(whole.told);
        expect(cut.reader.end).toEqual({ appStatus: 5, protocolStatus: 0 });
        expect(cut.reader.isOver).toBe(true);
      }),
    );
  });

  it('never hold or throw anything, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (bytes, cuts) => {
          const { reader } = read(Buffer.from(bytes), cuts);
          expect([undefined, 'version', 'id']).toContain(reader.fault?.kind);
        },
      ),
    );
  });
});
