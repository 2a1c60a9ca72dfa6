import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BadHeaderMode,
  RESPONSE_LIMITS,
  ResponseError,
  type ResponseHead,
  ResponseParser,
} from './response-parser.ts';

type Outcome = ResponseHead | ResponseError | undefined;

function parse(text: string, method = 'GET', mode: BadHeaderMode = 'IsError'): Outcome {
  const parser = new ResponseParser(mode);
  parser.expect(method);
  return parser.feed(Buffer.from(text, 'latin1'));
}

function parseHead(text: string, method = 'GET', mode: BadHeaderMode = 'IsError'): ResponseHead {
  const result = parse(text, method, mode);
  if (result === undefined || result instanceof ResponseError) throw new Error(`no head: ${result?.kind}`);
  return result;
}

/** What came out, with the body bytes that follow the head. */
function parseCut(bytes: Buffer, cuts: readonly number[]): { outcome: Outcome; rest: string } {
  const parser = new ResponseParser();
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    const outcome = parser.feed(bytes.subarray(from, to));
    if (outcome instanceof ResponseError) return { outcome, rest: '' };
    if (outcome !== undefined) {
      const held = outcome.leftover?.toString('latin1') ?? '';
      return { outcome, rest: held + bytes.toString('latin1', from + parser.position) };
    }
    from = to;
  }
  return { outcome: undefined, rest: '' };
}

const OK = 'HTTP/1.1 200 OK\r\n';

describe('ResponseParser', () => {
  it('reads a head in one piece', () => {
    const head = parseHead(`${OK}Date: x\r\nContent-Length: 2\r\nX-A:  b \r\nx-a: c\r\n\r\nhi`);
    expect(head).toMatchObject({
      minor: 1,
      status: 200,
      reason: 'OK',
      body: { kind: 'length', length: 2 },
      keepAlive: true,
      leftover: undefined,
    });
    expect(head.headers.flat).toEqual(['Date', 'x', 'Content-Length', '2', 'X-A', 'b', 'x-a', 'c']);
  });

  it('gives the same head however the bytes are cut', () => {
    const bytes = Buffer.from(`\r\n${OK}X-A: b\r\n\tc\nContent-Length: 2\r\n\r\nhi`, 'latin1');
    const whole = parseCut(bytes, []);
    expect(whole.rest).toBe('hi');
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 30 }), (cuts) => {
        expect(parseCut(bytes, cuts)).toEqual(whole);
      }),
    );
    expect(parseCut(bytes, Array.from(bytes.keys()))).toEqual(whole);
  });

  it('comes to the same verdict on odd bytes however they are cut', () => {
    const piece = fc.constantFrom(
      ...['HTTP/1.1 200 OK', 'HTTP/1.0 404', 'HTTP/1.1 2', 'junk', 'X-A: b', 'Content-Length: 1', ' folded'],
      ...['\r\n', '\r\n', '\r\n', '\n', '\r', '\x01', ':', 'X', '\0'],
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (words, cuts) => {
          const bytes = Buffer.from(words.join(''), 'latin1');
          const whole = parseCut(bytes, []);
          // Bytes that came after a first line without shape are body whether they were held or not.
          expect(parseCut(bytes, cuts)).toEqual(whole);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('reads interim and final heads one after the other', () => {
    const parser = new ResponseParser();
    const bytes = Buffer.from('HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No\r\n\r\n');
    expect(parser.feed(bytes)).toMatchObject({ status: 103, body: { kind: 'none' } });
    expect(parser.feed(bytes, parser.position)).toMatchObject({ status: 204, body: { kind: 'none' } });
    expect(parser.position).toBe(bytes.length);
  });

  it.each([
    ['HTTP/1.1 200 Fine Thanks', 200, 'Fine Thanks'],
    ['HTTP/1.1 404', 404, ''],
    ['HTTP/1.1 404 ', 404, ''],
    ['HTTP/1.1 999 Odd', 999, 'Odd'],
    ['HTTP/1.9 200 OK', 200, 'OK'],
    ['HTTP/1.1 200   Fine  ', 200, '  Fine  '],
    ['HTTP/1.1 200 \xe9', 200, '\xe9'],
  ])('takes the status line %j', (line, status, reason) => {
    expect(parseHead(`${line}\r\nContent-Length: 0\r\n\r\n`)).toMatchObject({ status, reason });
  });

  it.each(['HTTP/2.0 200 OK', 'HTTP/0.9 200 OK', 'HTTP/1.1 2000 OK', 'HTTP/1.1 200x OK', 'HTTP/1.1 099 OK'])(
    'calls the status line %j corrupt',
    (line) => expect(parse(`${line}\r\n\r\n`)).toMatchObject({ kind: 'status-line', text: line }),
  );

  it.each(['HTTP/1.1 200 OK\rX: y', 'HTTP/1.1 200 O\x01K', 'HTTP/1.1 200 O\0K'])(
    'refuses the control byte in the status line %j',
    (line) => expect(parse(`${line}\r\nX: y\r\n\r\n`)).toMatchObject({ kind: 'status-line' }),
  );

  it.each(['plain old body', 'http/1.1 200 OK', 'HTTP/1.1 99 x', 'HTTP/1.1  200 OK', 'x'.repeat(9000)])(
    'does not take %j for a response of HTTP/0.9',
    (line) =>
      expect(parse(`${line}\r\nA: b\r\n\r\n`)).toMatchObject({
        kind: 'status-line',
        text: line.slice(0, 80),
      }),
  );

  it('passes over one empty line and not over two', () => {
    expect(parseHead(`\r\n${OK}Content-Length: 0\r\n\r\n`).status).toBe(200);
    expect(parseHead(`\n${OK}Content-Length: 0\r\n\r\n`).status).toBe(200);
    expect(parse(`\r\n\r\n${OK}Content-Length: 0\r\n\r\n`)).toMatchObject({ kind: 'empty' });
    expect(parse('\0\r\n')).toMatchObject({ kind: 'empty' });
  });

  it('joins folded fields with one space', () => {
    expect(parseHead(`${OK}X-A: b \r\n\t c\r\n \r\n\r\n`).headers.flat).toEqual(['X-A', 'b c']);
  });

  it('bounds lines at 8191 bytes, folded ones too', () => {
    const field = (length: number) => `${OK}X-A: ${'a'.repeat(length - 5)}\r\n\r\n`;
    expect(parseHead(field(8191)).headers.size).toBe(1);
    expect(parse(field(8192))).toMatchObject({ kind: 'line-size' });
    expect(parse(`${OK}X-A: ${'a'.repeat(8000)}\r\n ${'b'.repeat(300)}\r\n\r\n`)).toMatchObject({
      kind: 'line-size',
    });
    expect(parse(`HTTP/1.1 200 ${'a'.repeat(9000)}\r\n\r\n`)).toMatchObject({ kind: 'status-line' });
  });

  it('bounds the head and the number of fields', () => {
    const limits = { ...RESPONSE_LIMITS, head: 1000, fields: 10 };
    const feed = (text: string) => new ResponseParser('IsError', limits).feed(Buffer.from(text));
    expect(feed(`${OK}${'A: b\r\n'.repeat(10)}\r\n`)).toMatchObject({ status: 200 });
    expect(feed(`${OK}${'A: b\r\n'.repeat(11)}\r\n`)).toMatchObject({ kind: 'head-size' });
    expect(feed(`${OK}${`A: ${'b'.repeat(300)}\r\n`.repeat(4)}\r\n`)).toMatchObject({ kind: 'head-size' });
  });

  it.each(['X A: b', 'X-A : b', ': b', ' X-A: b', 'X-A: b\x01', 'X-A: b\rc', 'X\xe9: b', 'X-A: b\r\n c\x01'])(
    'does not pass on the field %j',
    (line) => expect(parse(`${OK}${line}\r\n\r\n`)).toMatchObject({ kind: 'invalid-header' }),
  );

  it('takes a line without colon as ProxyBadHeader says', () => {
    const text = `${OK}A: b\r\nbad\r\nC: d\r\n\r\nhi`;
    expect(parse(text)).toMatchObject({ kind: 'bad-header', text: 'bad' });
    expect(parseHead(text, 'GET', 'Ignore').headers.flat).toEqual(['A', 'b', 'C', 'd']);
    const started = parseHead(text, 'GET', 'StartBody');
    expect(started.headers.flat).toEqual(['A', 'b']);
    expect(started.leftover?.toString('latin1')).toBe('bad\r\nC: d\r\n\r\nhi');
    expect(started.keepAlive).toBe(false);
  });

  it('does not join a fold onto the field before an ignored line', () => {
    const text = `${OK}A: b\r\nbad\r\n folded\r\nC: d\r\n\r\n`;
    expect(parseHead(text, 'GET', 'Ignore').headers.flat).toEqual(['A', 'b', 'C', 'd']);
  });

  it('calls NUL in a field a bad header', () => {
    expect(parse(`${OK}A: b\0c\r\n\r\n`)).toMatchObject({ kind: 'bad-header' });
  });
});

describe('the framing of a response', () => {
  it.each([
    ['Content-Length: 2', 'length', true],
    ['Content-Length: 2\r\nConnection: close', 'length', false],
    ['Content-Length: 2\r\nContent-Length: 2', 'length', true],
    ['Transfer-Encoding: chunked', 'chunked', true],
    ['Transfer-Encoding: chunked\r\nContent-Length: 2', 'chunked', false],
    ['Transfer-Encoding: gzip', 'close', false],
    ['Transfer-Encoding: identity\r\nContent-Length: 2', 'close', false],
    ['Transfer-Encoding: ', 'close', false],
    ['X: y', 'close', false],
  ])('of %j is %s, reusable: %s', (lines, kind, keepAlive) => {
    const head = parseHead(`${OK}${lines}\r\n\r\n`);
    expect(head.body.kind).toBe(kind);
    expect(head.keepAlive).toBe(keepAlive);
  });

  it('drops the length beside a coding', () => {
    const both = parseHead(`${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n`);
    expect(both.headers.has('content-length')).toBe(false);
  });

  it.each(['Content-Length: 2\r\nContent-Length: 3', 'Content-Length: 2\r\nContent-Length: 02'])(
    'refuses the two lengths of %j',
    (lines) => expect(parse(`${OK}${lines}\r\n\r\n`)).toMatchObject({ kind: 'content-length' }),
  );

  it.each(['gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'chunked,'])(
    'refuses the codings %j',
    (text) => {
      const lines = `Transfer-Encoding: ${text}`;
      expect(parse(`${OK}${lines}\r\n\r\n`)).toMatchObject({ kind: 'transfer-encoding', text });
    },
  );

  it('does not use the connection again after a coding from HTTP/1.0', () => {
    const head = 'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(parseHead(head)).toMatchObject({ keepAlive: false, body: { kind: 'chunked' } });
  });

  it.each(['', '2, 2', '+2', '-2', '0x2', '9007199254740993'])('refuses a Content-Length of %j', (text) => {
    expect(parse(`${OK}Content-Length: ${text}\r\n\r\n`)).toMatchObject({ kind: 'content-length', text });
  });

  it.each([
    ['HTTP/1.1 204 No', 'GET'],
    ['HTTP/1.1 304 No', 'GET'],
    ['HTTP/1.1 100 Continue', 'GET'],
    ['HTTP/1.1 101 Up', 'GET'],
    ['HTTP/1.1 200 OK', 'HEAD'],
    ['HTTP/1.1 404 No', 'HEAD'],
    ['HTTP/1.1 200 OK', 'CONNECT'],
  ])('of %j to %s is none', (line, method) => {
    const head = parseHead(`${line}\r\nContent-Length: 2\r\n\r\n`, method);
    expect(head.body).toEqual({ kind: 'none' });
    expect(head.headers.get('content-length')).toBe('2');
  });

  it('keeps an HTTP/1.0 connection only when asked to', () => {
    expect(parseHead('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n').keepAlive).toBe(false);
    const asked = 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\n';
    expect(parseHead(asked).keepAlive).toBe(true);
  });
});
