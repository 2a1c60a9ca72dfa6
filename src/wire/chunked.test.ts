import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHUNK_END, ChunkedDecoder, chunkHead, LAST_CHUNK } from './chunked.ts';

interface Decoded {
  content: string;
  /** Bytes of the body, framing included; undefined when it was refused. */
  length: number | undefined;
  done: boolean;
  status: number | undefined;
}

function decode(text: string, cuts: readonly number[] = []): Decoded {
  const bytes = Buffer.from(text, 'latin1');
  const decoder = new ChunkedDecoder();
  let content = '';
  let from = 0;
  let length = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    const piece = bytes.subarray(from, to);
    if (decoder.done || decoder.error) break;
    length += decoder.decode(piece, 0, (buf, start, end) => {
      content += buf.toString('latin1', start, end);
    });
    from = to;
  }
  const status = decoder.error?.status;
  return { content, length: status === undefined ? length : undefined, done: decoder.done, status };
}

function encode(chunks: readonly string[]): string {
  return chunks.map((chunk) => chunkHead(chunk.length) + chunk + CHUNK_END).join('') + LAST_CHUNK;
}

describe('ChunkedDecoder', () => {
  it.each([
    '5\r\nhello\r\n0\r\n\r\n',
    '5 \r\nhello\r\n0\r\n\r\n',
    '5\t\r\nhello\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\n\r\n',
    '5 ; a = "b"\r\nhello\r\n0\r\n\r\n',
    '0000000000000000000000000000005\r\nhello\r\n0\r\n\r\n',
    '2\r\nhe\r\n3\r\nllo\r\n00\r\n\r\n',
    '5\r\nhello\r\n0;a\r\n\r\n',
    '5\r\nhello\r\n0\r\nX: y\r\nZ:\r\n folded\r\n\r\n',
    `5\r\nhello\r\n0\r\n${'X: y\r\n'.repeat(100)}\r\n`,
    `5;${'a'.repeat(8000)}\r\nhello\r\n0\r\n\r\n`,
  ])('decodes %j, as Apache does', (text) => {
    expect(decode(text)).toEqual({ content: 'hello', length: text.length, done: true, status: undefined });
  });

  it.each([
    [' 5\r\nhello\r\n0\r\n\r\n', 400],
    ['5;a\x01\r\nhello\r\n0\r\n\r\n', 400],
    ['5;a\nhello\r\n0\r\n\r\n', 400],
    ['5;a\rb\r\nhello\r\n0\r\n\r\n', 400],
    ['5\nhello\r\n0\r\n\r\n', 400],
    ['5\r\r\nhello\r\n0\r\n\r\n', 400],
    ['5\r\nhello\n0\r\n\r\n', 400],
    ['5\r\nhello0\r\n\r\n', 400],
    ['5\r\nhelloXX0\r\n\r\n', 400],
    ['5\r\nhello\r\n0\n\n', 400],
    ['5\r\nhello\r\n0\r\n\n', 400],
    ['5\r\nhello\r\n0\r\nX: y\n\r\n', 400],
    ['5\r\nhello\r\n0\r\nXY\r\n\r\n', 400],
    ['5\r\nhello\r\n0\r\nX Y: z\r\n\r\n', 400],
    ['5\r\nhello\r\n0\r\n folded\r\n\r\n', 400],
    [`5\r\nhello\r\n0\r\n${'X: y\r\n'.repeat(101)}\r\n`, 400],
    [`5\r\nhello\r\n0\r\nX: ${'y'.repeat(8190)}\r\n\r\n`, 400],
    ['0x5\r\nhello\r\n0\r\n\r\n', 400],
    ['zz\r\n\r\n', 400],
    ['-5\r\nhello\r\n0\r\n\r\n', 400],
    ['+5\r\nhello\r\n0\r\n\r\n', 400],
    ['\r\nhello\r\n0\r\n\r\n', 400],
    [';a\r\nhello\r\n0\r\n\r\n', 400],
    ['5 5\r\nhello\r\n0\r\n\r\n', 400],
    ['5 a\r\nhello\r\n0\r\n\r\n', 400],
    [`5;${'a'.repeat(9000)}\r\nhello\r\n0\r\n\r\n`, 413],
    ['ffffffffffffffff\r\n', 413],
    ['10000000000000000\r\nhello', 413],
  ])('refuses %j with %i, as Apache does', (text, status) => {
    expect(decode(text)).toMatchObject({ done: false, status });
  });

  it.each([
    '5;\r\nhello\r\n0\r\n\r\n',
    '5;\xe9\r\nhello\r\n0\r\n\r\n',
    '5;a=\r\nhello\r\n0\r\n\r\n',
    '5;a b\r\nhello\r\n0\r\n\r\n',
    '5;a="b\r\nhello\r\n0\r\n\r\n',
    '5;a="b"c\r\nhello\r\n0\r\n\r\n',
    '0;"\r\n\r\n',
  ])('refuses the extension in %j, which Apache takes (RFC 9112 section 7.1.1)', (text) => {
    expect(decode(text)).toMatchObject({ done: false, status: 400 });
  });

  it.each([
    ['5\r\nhello\r\n0\r\nX: y\r\n \r\n\r\n', 'wire/chunk'],
    [`5\r\nhello\r\n0\r\nX: y${'\r\n z'.repeat(5000)}\r\n\r\n`, 'wire/field-size'],
  ])('refuses the folded trailer in %j, as Apache does', (text, code) => {
    const decoder = new ChunkedDecoder();
    decoder.decode(Buffer.from(text), 0, () => {});
    expect(decoder.error).toMatchObject({ status: 400, code });
  });

  it('holds LimitRequestFieldSize and LimitRequestFields', () => {
    const status = (text: string, fields: number): number | undefined => {
      const decoder = new ChunkedDecoder({ fieldSize: 20, fields });
      decoder.decode(Buffer.from(text), 0, () => {});
      return decoder.error?.status;
    };
    expect(status(`5;a=${'b'.repeat(14)}\r\nhello\r\n0\r\n\r\n`, 2)).toBe(undefined);
    expect(status(`5;a=${'b'.repeat(15)}\r\nhello\r\n0\r\n\r\n`, 2)).toBe(413);
    expect(status(`0\r\nX: ${'y'.repeat(18)}\r\n\r\n`, 2)).toBe(undefined);
    expect(status(`0\r\nX: ${'y'.repeat(19)}\r\n\r\n`, 2)).toBe(400);
    expect(status('0\r\nX: y\r\nX: y\r\n\r\n', 2)).toBe(undefined);
    expect(status('0\r\nX: y\r\nX: y\r\nX: y\r\n\r\n', 2)).toBe(400);
    expect(status(`0\r\n${'X: y\r\n'.repeat(500)}\r\n`, 0)).toBe(undefined);
  });

  it('leaves what follows the body alone', () => {
    const decoder = new ChunkedDecoder();
    const buf = Buffer.from('xx1\r\na\r\n0\r\n\r\nGET / HTTP/1.1');
    const end = decoder.decode(buf, 2, () => {});
    expect(buf.toString('latin1', end)).toBe('GET / HTTP/1.1');
  });

  it('knows that a body which stops early is not complete', () => {
    const decoder = new ChunkedDecoder();
    decoder.decode(Buffer.from('5\r\nhel'), 0, () => {});
    expect(decoder.close()).toBe(false);
  });

  it('decodes what was encoded, however it is cut', () => {
    const chunks = fc.array(
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
        const text = encode(pieces);
        const decoded = decode(`${text}next`, cuts);
        expect(decoded).toEqual({
          content: pieces.join(''),
          length: text.length,
          done: true,
          status: undefined,
        });
      }),
    );
  });

  it('comes to the same verdict on odd bytes however they are cut', () => {
    const piece = fc.constantFrom(
      '5',
      'a',
      '0',
      '\r\n',
      '\r\n',
      '\n',
      '\r',
      ';',
      ' ',
      'hello',
      'X: y',
      '\x00',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 16 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (words, cuts) => {
          expect(decode(words.join(''), cuts)).toEqual(decode(words.join('')));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('chunkHead', () => {
  it('writes sizes in hexadecimal', () => {
    expect(chunkHead(1)).toBe('1\r\n');
    expect(chunkHead(65536)).toBe('10000\r\n');
  });
});
