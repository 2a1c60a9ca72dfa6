import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageError } from './message-error.ts';
import { REQUEST_LIMITS, type RequestHead, RequestParser } from './request-parser.ts';

type Outcome = RequestHead | MessageError | undefined;

function parse(text: string): Outcome {
  return new RequestParser().feed(Buffer.from(text, 'latin1'));
}

function parseHead(text: string): RequestHead {
  const result = parse(text);
  if (result === undefined || result instanceof MessageError) throw new Error(`no head: ${result?.code}`);
  return result;
}

/** Feeds the bytes cut at the given places; answers the outcome and how many bytes belonged to the head. */
function parseCut(bytes: Buffer, cuts: readonly number[]): { outcome: Outcome; length: number } {
  const parser = new RequestParser();
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const to of [...places, bytes.length]) {
    const outcome = parser.feed(bytes.subarray(from, to));
    if (outcome instanceof MessageError) return { outcome, length: 0 };
    if (outcome !== undefined) return { outcome, length: from + parser.position };
    from = to;
  }
  return { outcome: undefined, length: bytes.length };
}

function withField(line: string): string {
  return `GET /t.txt HTTP/1.1\r\nHost: a.test\r\n${line}\r\n\r\n`;
}

describe('RequestParser', () => {
  it('reads a head in one piece', () => {
    const head = parseHead('GET /a?b HTTP/1.1\r\nHost: W.test:81\r\nX-A:  b c \t\r\nX-a:\r\n\r\nrest');
    expect(head).toMatchObject({
      method: 'GET',
      target: '/a?b',
      path: '/a?b',
      version: '1.1',
      minor: 1,
      requestLine: 'GET /a?b HTTP/1.1',
      scheme: undefined,
      host: 'w.test',
      port: 81,
      body: { kind: 'none' },
      keepAlive: true,
      suspicious: false,
      expect: 'nothing',
    });
    expect(head.headers.flat).toEqual(['Host', 'W.test:81', 'X-A', 'b c', 'X-a', '']);
  });

  it('says where the body begins, in the buffer it was fed last', () => {
    const parser = new RequestParser();
    const first = Buffer.from('GET / HTTP/1.0\r\nX: y\r\n\r\nGET /2 HTTP/1.0\r\n');
    expect(parser.feed(first)).toHaveProperty('target', '/');
    expect(first.toString('latin1', parser.position)).toBe('GET /2 HTTP/1.0\r\n');
    expect(parser.feed(first, parser.position)).toBeUndefined();
    expect(parser.isInsideHead).toBe(true);
    expect(parser.feed(Buffer.from('\r\nBODY'))).toHaveProperty('target', '/2');
    expect(parser.position).toBe(2);
    expect(parser.isInsideHead).toBe(false);
  });

  it('gives the same head however the bytes are cut', () => {
    const text = `\r\n${withField('X-A: b\r\n\tc\r\nContent-Length: 3')}abc`;
    const bytes = Buffer.from(text, 'latin1');
    const whole = parseCut(bytes, []);
    expect(whole.length).toBe(bytes.length - 3);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
        expect(parseCut(bytes, cuts)).toEqual(whole);
      }),
    );
    const everywhere = Array.from(bytes.keys());
    expect(parseCut(bytes, everywhere)).toEqual(whole);
  });

  it('gives the same outcome for odd bytes however they are cut', () => {
    const pieces = fc.constantFrom(
      ...['GET / HTTP/1.1', 'GET /', 'POST /x HTTP/1.0', 'Host: a', 'Host: a', 'X: y', 'Content-Length: 1'],
      ...[
        '\r\n',
        '\r\n',
        '\r\n',
        '\n',
        '\r',
        ' ',
        '\t',
        ':',
        '\x00',
        '\x80',
        'Transfer-Encoding: chunked',
        'é',
      ],
    );
    const bytes = fc.array(pieces, { maxLength: 14 }).map((words) => Buffer.from(words.join(''), 'latin1'));
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (buf, cuts) => {
        expect(parseCut(buf, cuts)).toEqual(parseCut(buf, []));
      }),
      { numRuns: 400 },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => new RequestParser().feed(Buffer.from(bytes))).not.toThrow();
      }),
    );
  });

  it('answers HTTP/0.9 after its only line', () => {
    const head = parseHead('GET /t.txt\r\nHost: x\r\n');
    expect(head).toMatchObject({ version: '0.9', path: '/t.txt', keepAlive: false, host: undefined });
    expect(head.headers.size).toBe(0);
  });

  it.each([
    ['bare LF after the request line', 'GET / HTTP/1.1\nHost: a\r\n\r\n'],
    ['bare LF after a field', 'GET / HTTP/1.1\r\nHost: a\n\r\n'],
    ['bare LF as end of the head', 'GET / HTTP/1.1\r\nHost: a\r\n\n'],
    ['bare LF before the request', '\nGET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['CR CR LF', 'GET / HTTP/1.1\r\r\nHost: a\r\n\r\n'],
    ['a bare CR in the request line', 'GET / HTTP/1.1\rX: y\r\nHost: a\r\n\r\n'],
    ['CR as end of the head', 'GET / HTTP/1.1\r\nHost: a\r\n\rX'],
    ['NUL in the target', 'GET /\x00 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a field without colon', withField('nocolon')],
    ['a field without name', withField(': b')],
    ['a space before the colon', withField('X-A : b')],
    ['a space before the colon of Content-Length', withField('Content-Length : 3')],
    ['a space in a name', withField('X A: b')],
    ['a parenthesis in a name', withField('X(A: b')],
    ['a high byte in a name', withField('X\xe9: b')],
    ['a control byte in a value', withField('X-A: b\x01')],
    ['a vertical tab before a coding', withField('Transfer-Encoding:\x0bchunked')],
    ['NUL in a value', withField('X-A: b\x00c')],
    ['DEL in a value', withField('X-A: b\x7f')],
    ['a bare CR in a value', withField('X-A: b\rc')],
    ['a first line that is folded', 'GET / HTTP/1.1\r\n folded\r\nHost: a\r\n\r\n'],
    ['a fold of blanks only', withField('X-A: b\r\n \r\nX-B: c')],
    ['a missing Host', 'GET / HTTP/1.1\r\n\r\n'],
    ['a missing Host beside an absolute target', 'GET http://b/ HTTP/1.1\r\n\r\n'],
    ['two Hosts', withField('Host: a.test')],
    ['two Hosts from HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['a Host with a slash', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n'],
    ['a Host with a slash from HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a/b\r\n\r\n'],
    ['a target that begins with @', 'GET @host/x HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'Transfer-Encoding over two lines without chunked',
      withField('Transfer-Encoding: chunked\r\n , identity'),
    ],
  ])('answers 400 to %s', (_, text) => {
    expect(parse(text)).toMatchObject({ status: 400, note: '' });
  });

  it('takes values with high bytes and tabs', () => {
    expect(parseHead(withField('X-A: b\t\x80\xff')).headers.get('x-a')).toBe('b\t\x80\xff');
  });

  it('takes __proto__ as an ordinary field', () => {
    expect(parseHead(withField('__proto__: x')).headers.get('__proto__')).toBe('x');
  });

  it.each([
    ['X-A: b\r\n   c  \r\n\t d', 'b c d'],
    ['X-A: b \r\n c', 'b c'],
    ['X-A:\r\n b', 'b'],
    ['X-A: b\r\n c: d', 'b c: d'],
  ])('joins the folded %j with single spaces', (line, value) => {
    expect(parseHead(withField(line)).headers.get('x-a')).toBe(value);
  });

  it('takes ten blank lines before a request and not eleven', () => {
    expect(parseHead('\r\n'.repeat(10) + withField('A: b')).target).toBe('/t.txt');
    expect(parse('\r\n'.repeat(11) + withField('A: b'))).toMatchObject({ status: 400 });
  });

  it('answers 414 to a request line over the limit', () => {
    const line = (length: number) => `GET /${'a'.repeat(length - 14)} HTTP/1.1\r\nHost: a\r\n\r\n`;
    expect(parseHead(line(8191)).target).toHaveLength(8191 - 13);
    expect(parse(line(8192))).toMatchObject({ status: 414, requestLine: line(8192).slice(0, 8192) });
  });

  it('keeps a request line that it refuses, as far as it was read, for the log', () => {
    const kept = (text: string): unknown => {
      const result = parse(text);
      return result instanceof MessageError ? result.requestLine : result;
    };
    expect(kept('G@T /m HTTP/1.1\r\n')).toBe('G@T /m HTTP/1.1');
    expect(kept('GET  /x HTTP/1.1\r\n')).toBe('GET  /x HTTP/1.1');
    expect(kept('GET /a\x1bb HTTP/1.1\r\n')).toBe('GET /a');
    expect(kept('GET /x HTTP/1.1\r\nbad\r\n')).toBe('GET /x HTTP/1.1');
  });

  it('refuses an endless line as soon as it is over the limit', () => {
    const parser = new RequestParser();
    expect(parser.feed(Buffer.from('G'.repeat(8191)))).toBeUndefined();
    expect(parser.feed(Buffer.from('G'))).toMatchObject({ status: 414 });
  });

  it('answers 400 with the reason to a field over the limit, folded ones included', () => {
    const note = 'Size of a request header field exceeds server limit.';
    expect(parseHead(withField(`X-A: ${'b'.repeat(8186)}`)).headers.get('x-a')).toHaveLength(8186);
    expect(parse(withField(`X-A: ${'b'.repeat(8187)}`))).toMatchObject({ status: 400, note });
    expect(parse(withField(`X-A: ${'b'.repeat(8180)}\r\n ccc`))).toMatchObject({ status: 400, note });
    expect(parse(`GET / HTTP/1.1\r\nX: ${'b'.repeat(9000)}`)).toMatchObject({
      status: 400,
      note,
      requestLine: 'GET / HTTP/1.1',
    });
  });

  it('answers 400 with the reason to more than 100 fields', () => {
    const head = (fields: number) => `GET / HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(fields - 1)}\r\n`;
    expect(parseHead(head(100)).headers.size).toBe(100);
    expect(parse(head(101))).toMatchObject({
      status: 400,
      note: "The number of request header fields exceeds this server's limit.",
    });
  });

  it('never hides a framing field behind the limit of fields', () => {
    const text = `GET / HTTP/1.1\r\nHost: a\r\n${'a:\r\n'.repeat(1100)}Content-Length: 30\r\n\r\n`;
    expect(parse(text)).toMatchObject({ status: 400 });
  });

  it('has no limit of fields at 0 and still a limit', () => {
    const parser = new RequestParser({ ...REQUEST_LIMITS, fields: 0 });
    parser.feed(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n'));
    const block = Buffer.from(`X: ${'y'.repeat(8000)}\r\n`.repeat(8));
    let outcome: Outcome;
    for (let i = 0; i < 1000 && outcome === undefined; i++) outcome = parser.feed(block);
    expect(outcome).toMatchObject({ status: 400, code: 'wire/field-count' });
  });

  it('takes 5000 fields where their number is not limited, and not more', () => {
    const head = (fields: number): Outcome =>
      new RequestParser({ ...REQUEST_LIMITS, fields: 0 }).feed(
        Buffer.from(
          `GET / HTTP/1.1\r\nHost: a\r\n${Array.from({ length: fields - 1 }, (_, at) => `F${at}: y\r\n`).join('')}\r\n`,
        ),
      );
    expect(head(5000)).toHaveProperty('headers.size', 5000);
    expect(head(5001)).toMatchObject({ status: 400, code: 'wire/field-count' });
  });

  it('puts the authority of an absolute target in the place of Host', () => {
    const head = parseHead('GET http://B.test:99/x?y HTTP/1.1\r\nA: b\r\nHost: a.test:1\r\n\r\n');
    expect(head).toMatchObject({
      target: 'http://B.test:99/x?y',
      path: '/x?y',
      scheme: 'http',
      host: 'b.test',
      port: 99,
    });
    expect(head.headers.flat).toEqual(['A', 'b', 'Host', 'b.test:99']);
  });

  it.each(['Host: a/b', 'Host: a\r\nHost: a'])('refuses %j beside an absolute target', (lines) => {
    expect(parse(`GET http://b/ HTTP/1.1\r\n${lines}\r\n\r\n`)).toMatchObject({ code: 'wire/host' });
  });

  it('does not keep a connection behind CONNECT', () => {
    expect(parseHead('CONNECT b.test:80 HTTP/1.1\r\nHost: b.test\r\n\r\n').keepAlive).toBe(false);
  });

  it('is not inside a head behind an empty line', () => {
    const parser = new RequestParser();
    parser.feed(Buffer.from('\r\n'));
    expect(parser.isInsideHead).toBe(false);
    parser.feed(Buffer.from('G'));
    expect(parser.isInsideHead).toBe(true);
  });

  it('holds the limit of a field for all of its name together', () => {
    const cookies = (last: number): string =>
      withField(`Cookie: ${'a'.repeat(4000)}\r\ncookie: ${'b'.repeat(last)}`);
    expect(parseHead(cookies(4188)).headers.size).toBe(3);
    expect(parse(cookies(4189))).toMatchObject({ status: 400, code: 'wire/field-size' });
  });

  it('takes HTTP/1.0 without Host, or with an empty one', () => {
    expect(parseHead('GET / HTTP/1.0\r\n\r\n').host).toBeUndefined();
    expect(parseHead('GET / HTTP/1.0\r\nHost:\r\n\r\n').host).toBeUndefined();
  });

  it('does not keep a connection with suspicious framing', () => {
    const both = parseHead(withField('Content-Length: 5\r\nTransfer-Encoding: chunked'));
    expect(both).toMatchObject({ suspicious: true, keepAlive: false, body: { kind: 'chunked' } });
    expect(both.headers.has('content-length')).toBe(false);
    const old = parseHead('POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(old).toMatchObject({ suspicious: true, keepAlive: false });
  });

  it.each([
    ['1.1', 'X: y', true],
    ['1.1', 'Connection: close', false],
    ['1.1', 'Connection: foo, Close', false],
    ['1.1', 'Connection: keep-alive, close', false],
    ['1.1', 'Connection: close-x', true],
    ['1.1', 'Connection: foo\r\nConnection: close', false],
    ['1.0', 'X: y', false],
    ['1.0', 'Connection: Keep-Alive', true],
    ['1.0', 'Connection: keep-alive, close', false],
  ])('HTTP/%s with %j keeps the connection: %s', (version, line, keepAlive) => {
    const head = parseHead(`GET / HTTP/${version}\r\nHost: a\r\n${line}\r\n\r\n`);
    expect(head.keepAlive).toBe(keepAlive);
  });

  it.each([
    ['X: y', 'nothing'],
    ['Expect: 100-continue', 'continue'],
    ['Expect: 100-Continue', 'continue'],
    ['Expect: foo', 'unknown'],
    ['Expect: 100-continue, foo', 'unknown'],
  ])('reads the expectation in %j as %s', (line, expected) => {
    expect(parseHead(withField(line)).expect).toBe(expected);
  });

  it('starts afresh after an error', () => {
    const parser = new RequestParser();
    expect(parser.feed(Buffer.from('GET / HTTP/1.1\r\nbad'))).toBeUndefined();
    expect(parser.feed(Buffer.from('\r\n'))).toMatchObject({ status: 400, requestLine: 'GET / HTTP/1.1' });
    expect(parser.feed(Buffer.from('GET /2 HTTP/1.0\r\n\r\n'))).toMatchObject({ target: '/2' });
  });
});
