import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeaderList } from './header-list.ts';
import { MessageError } from './message-error.ts';
import { RequestParser } from './request-parser.ts';
import { ResponseError, ResponseParser } from './response-parser.ts';
import { findUnsafeField, writeRequestHead, writeResponseHead } from './serialize.ts';

function fields(...flat: string[]): HeaderList {
  const headers = new HeaderList();
  headers.flat.push(...flat);
  return headers;
}

const tokenLetters = [..."!#$%&'*+-.^_`|~09azAZ"];
const token = fc
  .array(fc.constantFrom(...tokenLetters), { minLength: 1, maxLength: 12 })
  .map((l) => l.join(''));
const latin1 = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1'));

describe('writeRequestHead', () => {
  it('writes the line, the fields and the empty line', () => {
    expect(writeRequestHead('GET', '/a?b', fields('Host', 'a', 'X', ''))).toBe(
      'GET /a?b HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n',
    );
    expect(writeRequestHead('GET', '/', fields(), 0)).toBe('GET / HTTP/1.0\r\n\r\n');
  });

  it.each(['/a b', '/a\r\nX: y', '/\0', '/\t', '/\x7f', '', '/\u010a'])('refuses the target %j', (target) => {
    expect(writeRequestHead('GET', target, fields())).toMatchObject({ part: 'target' });
  });

  it('refuses a method that is no token', () => {
    expect(writeRequestHead('GET /x', '/', fields())).toMatchObject({ part: 'method' });
    expect(writeRequestHead('', '/', fields())).toMatchObject({ part: 'method' });
  });
});

describe('writeResponseHead', () => {
  it('keeps the space where there is no reason', () => {
    expect(writeResponseHead(404, '', fields())).toBe('HTTP/1.1 404 \r\n\r\n');
  });

  it('refuses a status that has not three digits', () => {
    for (const status of [0, 99, 1000, 200.5, Number.NaN])
      expect(writeResponseHead(status, 'OK', fields())).toMatchObject({ part: 'status' });
  });

  it('refuses a reason with a line break', () => {
    expect(writeResponseHead(200, 'OK\r\nX: y', fields())).toMatchObject({ part: 'reason' });
  });

  it.each([
    ['X A', 'b', 'name'],
    ['X:', 'b', 'name'],
    ['', 'b', 'name'],
    ['X\r\nY', 'b', 'name'],
    ['X', 'a\r\nSet-Cookie: b', 'value'],
    ['X', 'a\nb', 'value'],
    ['X', 'a\0b', 'value'],
    ['X', 'a\x1bb', 'value'],
    ['X', '\u010d\u010aSet-Cookie: b', 'value'],
  ])('refuses the field %j: %j', (name, value, part) => {
    expect(writeResponseHead(200, 'OK', fields('Ok', 'fine', name, value))).toEqual({ part, text: name });
    expect(findUnsafeField(fields('Ok', 'fine', name, value))).toEqual({ part, text: name });
  });

  it('finds nothing unsafe in bytes and tabs', () => {
    expect(findUnsafeField(fields('X', 'a\t\x80\xff'))).toBeUndefined();
  });
});

describe('what is written', () => {
  it('is a request with exactly the fields that were given, or refused', () => {
    const pairs = fc.array(fc.tuple(token, latin1), { maxLength: 6 });
    fc.assert(
      fc.property(pairs, (list) => {
        const headers = fields('Host', 'a', ...list.flatMap(([name, value]) => [`x-${name}`, value]));
        const text = writeRequestHead('GET', '/', headers);
        if (typeof text !== 'string') return;
        const head = new RequestParser().feed(Buffer.from(text, 'latin1'));
        if (head === undefined || head instanceof MessageError) throw new Error(`unread: ${head?.code}`);
        expect(head.headers.flat).toEqual(headers.flat.map((word) => word.replace(/^[ \t]+|[ \t]+$/g, '')));
      }),
    );
  });

  it('is a response with exactly the fields that were given, or refused', () => {
    const pairs = fc.array(fc.tuple(token, latin1), { maxLength: 6 });
    fc.assert(
      fc.property(pairs, latin1, (list, reason) => {
        const headers = fields(...list.flatMap(([name, value]) => [`x-${name}`, value]));
        const text = writeResponseHead(200, reason, headers);
        if (typeof text !== 'string') return;
        const head = new ResponseParser().feed(Buffer.from(text, 'latin1'));
        if (head === undefined || head instanceof ResponseError) throw new Error(`unread: ${head?.kind}`);
        expect(head.reason).toBe(reason);
        expect(head.headers.flat).toEqual(headers.flat.map((word) => word.replace(/^[ \t]+|[ \t]+$/g, '')));
      }),
    );
  });
});
