import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CgiError, type CgiHead, CgiResponseParser } from './cgi-response.ts';

type Outcome = CgiHead | CgiError | undefined;

function parse(text: string): Outcome {
  return new CgiResponseParser().feed(Buffer.from(text, 'latin1'));
}

function parseHead(text: string): CgiHead {
  const result = parse(text);
  if (result === undefined || result instanceof CgiError) throw new Error(`no head: ${result?.kind}`);
  return result;
}

function parseCut(bytes: Buffer, cuts: readonly number[]): { outcome: Outcome; rest: string } {
  const parser = new CgiResponseParser();
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    const outcome = parser.feed(bytes.subarray(from, to));
    if (outcome instanceof CgiError) return { outcome, rest: '' };
    if (outcome !== undefined) return { outcome, rest: bytes.toString('latin1', from + parser.position) };
    from = to;
  }
  return { outcome: undefined, rest: '' };
}

const TYPE = 'Content-Type: text/plain\n';

describe('CgiResponseParser', () => {
  it.each([
    `${TYPE}\nhi`,
    'Content-Type: text/plain\r\n\r\nhi',
    `${TYPE}\r\nhi`,
    'Content-Type:text/plain\r\n\nhi',
  ])('reads %j', (text) => {
    const bytes = Buffer.from(text);
    const { outcome, rest } = parseCut(bytes, []);
    expect(outcome).toMatchObject({ status: undefined, reason: undefined, location: undefined });
    expect((outcome as CgiHead).headers.flat).toEqual(['Content-Type', 'text/plain']);
    expect(rest).toBe('hi');
  });

  it('comes to the same verdict however the output is cut', () => {
    const piece = fc.constantFrom(
      ...['Status: 404 Gone', 'X-A: 1', 'x-a: 2', 'Set-Cookie: a', 'nocolon', ' fold', 'Location: /x'],
      ...['\n', '\n', '\r\n', '\r\n', '\n\n', '\r', '\x01', 'é'],
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 10 }),
        (words, cuts) => {
          const bytes = Buffer.from(words.join(''), 'latin1');
          expect(parseCut(bytes, cuts)).toEqual(parseCut(bytes, []));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes output that begins with an empty line as all body', () => {
    expect(parseHead('\nhi').headers.size).toBe(0);
  });

  it.each(['', 'hi', TYPE, 'X-A: b\nX-B'])('waits for more after %j', (text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each([
    ['404', 404, 'Not Found'],
    ['404 Gone Fishing', 404, 'Gone Fishing'],
    ['   201   Made  ', 201, '  Made  '],
    ['200abc', 200, 'OK'],
    ['+200', 200, 'OK'],
    ['999', 999, ''],
    ['abc', 500, 'Internal Server Error'],
    ['', 500, 'Internal Server Error'],
    ['99', 500, 'Internal Server Error'],
    ['20', 500, 'Internal Server Error'],
    ['0', 500, 'Internal Server Error'],
    ['1000 X', 500, 'Internal Server Error'],
    ['-1', 500, 'Internal Server Error'],
  ])('reads Status: %j as %i %j, as Apache does', (text, status, reason) => {
    expect(parseHead(`Status: ${text}\n${TYPE}\n`)).toMatchObject({ status, reason });
  });

  it('lets the last Status, Location and Content-Type count', () => {
    const head = parseHead(
      'Status: 404\nstatus: 403\nLocation: /a\nLocation: /b\nContent-Type: a/a\nContent-Type: b/b\n\n',
    );
    expect(head).toMatchObject({ status: 403, location: '/b' });
    expect(head.headers.flat).toEqual(['Content-Type', 'b/b']);
  });

  it('tells an empty Location from none', () => {
    expect(parseHead('Location: \n\n').location).toBe('');
    expect(parseHead(`${TYPE}\n`).location).toBeUndefined();
  });

  it('keeps every Set-Cookie and merges other repetitions', () => {
    const head = parseHead('X-A: 1\nSet-Cookie: a\nx-a: 2\nSet-Cookie: b\n\n');
    expect(head.headers.flat).toEqual(['X-A', '1, 2', 'Set-Cookie', 'a', 'Set-Cookie', 'b']);
  });

  it('drops the framing a program announces', () => {
    expect(parseHead('Content-Length: 1\ntransfer-encoding: chunked\nX: y\n\n').headers.flat).toEqual([
      'X',
      'y',
    ]);
  });

  it('puts Last-Modified into its proper form and drops what is no date', () => {
    expect(parseHead('Last-Modified: Monday, 01-Jan-24 00:00:00 GMT\n\n').headers.flat).toEqual([
      'Last-Modified',
      'Mon, 01 Jan 2024 00:00:00 GMT',
    ]);
    expect(parseHead('Last-Modified: junk\n\n').headers.size).toBe(0);
  });

  it.each(['nocolon', 'HTTP/1.1 200 OK'])('calls %j malformed', (line) => {
    expect(parse(`${line}\n${TYPE}\nhi`)).toEqual(new CgiError('malformed', line));
  });

  it('calls a folded line malformed', () => {
    expect(parse(`X-A: b\n folded\n${TYPE}\nhi`)).toEqual(new CgiError('malformed', ' folded'));
  });

  it.each([
    'X A: b',
    'X-A : b',
    ': b',
    ' X-A: b',
    'X\xe9: b',
    'X-A: b\x01',
    'X-A: b\rc',
    'X-A: b\0c',
    'Location: /\r/',
  ])('does not pass on %j', (line) =>
    expect(parse(`${line}\n${TYPE}\nhi`)).toMatchObject({ kind: 'unsafe' }),
  );

  it('bounds a line at 8189 bytes', () => {
    const field = (length: number) => `X-A: ${'a'.repeat(length - 5)}`;
    expect(parseHead(`${field(8189)}\n\n`).headers.size).toBe(1);
    expect(parseHead(`${field(8189)}\r\n\r\n`).headers.size).toBe(1);
    expect(parse(`${field(8190)}\n\n`)).toMatchObject({ kind: 'too-long' });
    expect(parse(field(9000))).toMatchObject({ kind: 'too-long' });
  });

  it('bounds the block and the number of fields', () => {
    expect(parse(`X: ${'a'.repeat(8000)}\n`.repeat(100))).toMatchObject({ kind: 'too-long' });
    expect(parse('X: a\n'.repeat(6000))).toMatchObject({ kind: 'too-long' });
    const many = Array.from({ length: 3000 }, (_, i) => `X-${i}: ${'a'.repeat(100)}\n`).join('');
    expect(parseHead(`${many}\n`).headers.size).toBe(3000);
  });
});
