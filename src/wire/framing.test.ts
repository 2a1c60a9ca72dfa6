import { describe, expect, it } from 'vitest';
import { parseDecimal } from './decimal.ts';
import { decideRequestFraming, parseCodings } from './framing.ts';
import { HeaderList } from './header-list.ts';
import { MessageError } from './message-error.ts';

function fields(...flat: string[]): HeaderList {
  const headers = new HeaderList();
  headers.flat.push(...flat);
  return headers;
}

function statusOf(...flat: string[]): number | undefined {
  const result = decideRequestFraming(fields(...flat), 1);
  return result instanceof MessageError ? result.status : undefined;
}

describe('decideRequestFraming', () => {
  it('finds no body where no field announces one', () => {
    expect(decideRequestFraming(fields('Host', 'a'), 1)).toEqual({
      body: { kind: 'none' },
      suspicious: false,
    });
  });

  it.each([
    ['0', 0],
    ['00', 0],
    ['3', 3],
    ['9007199254740991', 9007199254740991],
  ])('takes a Content-Length of %s', (text, length) => {
    expect(decideRequestFraming(fields('Content-Length', text), 1)).toEqual({
      body: { kind: 'length', length },
      suspicious: false,
    });
  });

  it.each(['', '+3', '-0', '3, 3', '3 3', '0x3', 'abc', '3\t', '1e3', '3.0', '9223372036854775808'])(
    'answers 400 to a Content-Length of %j',
    (text) => expect(statusOf('Content-Length', text)).toBe(400),
  );

  it('answers 400 to two Content-Length fields, equal or not', () => {
    expect(statusOf('Content-Length', '3', 'content-length', '3')).toBe(400);
    expect(statusOf('Content-Length', '3', 'content-length', '4')).toBe(400);
  });

  it('answers 413 to a length that nobody can count', () => {
    expect(statusOf('Content-Length', '9007199254740993')).toBe(413);
    expect(statusOf('Content-Length', '9223372036854775807')).toBe(413);
  });

  it('lets Transfer-Encoding win, drops Content-Length and calls that suspicious', () => {
    const headers = fields('Content-Length', '5', 'Transfer-Encoding', 'chunked');
    expect(decideRequestFraming(headers, 1)).toEqual({
      body: { kind: 'chunked', coded: false },
      suspicious: true,
    });
    expect(headers.flat).toEqual(['Transfer-Encoding', 'chunked']);
  });

  it('still answers 400 when the Content-Length beside a Transfer-Encoding is none', () => {
    expect(statusOf('Transfer-Encoding', 'chunked', 'Content-Length', 'zz')).toBe(400);
    const twice = ['Transfer-Encoding', 'chunked', 'Content-Length', '5', 'Content-Length', '6'];
    expect(statusOf(...twice)).toBe(400);
  });

  it('takes Transfer-Encoding from an HTTP/1.0 client, suspiciously', () => {
    const framing = decideRequestFraming(fields('Transfer-Encoding', 'chunked'), 0);
    expect(framing).toEqual({ body: { kind: 'chunked', coded: false }, suspicious: true });
  });

  it('reads several Transfer-Encoding fields as one list', () => {
    expect(statusOf('Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'identity')).toBe(400);
    expect(statusOf('Transfer-Encoding', 'gzip', 'Transfer-Encoding', 'chunked')).toBeUndefined();
  });
});

describe('parseCodings', () => {
  it.each(['chunked', 'Chunked', 'CHUNKED', ',chunked', ' chunked'])('takes %j as chunked', (value) => {
    expect(parseCodings(value)).toEqual({ kind: 'chunked', coded: false });
  });

  it.each(['gzip, chunked', 'x-gzip,chunked', 'foo, chunked'])('notes the coding beneath in %j', (value) => {
    expect(parseCodings(value)).toEqual({ kind: 'chunked', coded: true });
  });

  it.each([
    ...['', 'gzip', 'identity', 'chunked, identity', 'chunked,', 'chunked;q=1', '"chunked"', 'xchunked'],
    ...['chunked, chunked', 'chunked chunked', '\x0bchunked'],
  ])('refuses %j', (value) => expect(parseCodings(value)).toBeUndefined());
});

describe('parseDecimal', () => {
  it('strips zeros before it measures', () => {
    expect(parseDecimal('0000000000000000000000000000005')).toBe(5);
  });

  it('takes what fits 63 bits and nothing more', () => {
    expect(parseDecimal('9223372036854775807')).toBe(2 ** 63);
    expect(parseDecimal('9223372036854775808')).toBeUndefined();
  });
});
