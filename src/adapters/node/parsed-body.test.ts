// A body that was parsed is sent on only where nothing of it was lost.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BodyDescription, bytesAgain } from './parsed-body.ts';

function describeBody(type: string, length: number, more: Partial<BodyDescription> = {}): BodyDescription {
  return { type, charset: undefined, encoding: undefined, length, ...more };
}

function again(type: string, sent: string, parsed: unknown): string | undefined {
  return bytesAgain({ body: parsed }, describeBody(type, Buffer.byteLength(sent)))?.toString('utf8');
}

function jsonAgain(sent: string): string | undefined {
  return again('application/json', sent, JSON.parse(sent));
}

function formAgain(sent: string): string | undefined {
  return again('application/x-www-form-urlencoded', sent, Object.fromEntries(new URLSearchParams(sent)));
}

describe('a JSON body', () => {
  it.each([
    '{"a":1,"b":[true,null,"x"],"c":{"d":"é\\n\\"q\\""}}',
    '"text"',
    '[]',
    '{"price":12.5,"count":1000,"small":0.05,"less":-3}',
    '{"a":"tab\\tend"}',
  ])('is had again: %s', (sent) => {
    expect(jsonAgain(sent)).toBe(sent);
  });

  it.each([
    ['with spaces', '{"a": 1}'],
    ['with digits that are lost', '[12345678901234567890]'],
    ['with more digits than a number keeps', '[0.12345678901234567]'],
    ['with a number in another spelling', '[1e30]'],
    ['with minus zero', '[-0]'],
    ['with the same name twice', '{"a":1,"a":2}'],
    ['with an escape that is not needed', '["\\/"]'],
  ])('is not had again %s', (_why, sent) => {
    expect(jsonAgain(sent)).toBeUndefined();
  });

  it('is not had again where bytes were no UTF-8', () => {
    const sent = Buffer.from([0x22, 0xff, 0xff, 0xff, 0x22]);
    const parsed = JSON.parse(sent.toString('utf8')) as string;
    expect(bytesAgain({ body: parsed }, describeBody('application/json', sent.length))).toBeUndefined();
  });

  it('never says anything else than it said, and keeps the bytes that JSON.stringify has written', () => {
    const spaces = fc.constantFrom('', '', ' ', '\n');
    const text = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        spaces,
        fc.constantFrom('', '100', '1e2', '"\\u0041"', '[1E3,1]', '-0'),
      )
      .map(([json, space, more]) => (more === '' ? `${space}${json}` : `[${json},${space}${more}]`));
    fc.assert(
      fc.property(text, (sent) => {
        const got = jsonAgain(sent);
        if (got === undefined) return;
        expect(JSON.parse(got)).toEqual(JSON.parse(sent));
        if (JSON.stringify(JSON.parse(sent)) === sent) expect(got).toBe(sent);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a form', () => {
  it.each(['a=1&b=two+words', 'name=Anna-Maria_x.y*', 'mail=a%40b&x=%C3%A9', 'a=&b=1'])(
    'is had again: %s',
    (sent) => {
      expect(formAgain(sent)).toBe(sent);
    },
  );

  it.each([
    ['an escape that is not needed', 'a=%41'],
    ['a character that is mostly escaped', 'mail=a@b'],
    ['a space written at length', 'a=x%20y'],
    ['a name without its sign', 'a&b=1'],
  ])('is not had again with %s', (_why, sent) => {
    expect(formAgain(sent)).toBeUndefined();
  });

  it('is not had again from lists and objects, of which a parser may have dropped the brackets', () => {
    expect(again('application/x-www-form-urlencoded', 'a[]=@', { a: ['@'] })).toBeUndefined();
    expect(again('application/x-www-form-urlencoded', 'a=1&a=2', { a: ['1', '2'] })).toBeUndefined();
    expect(again('application/x-www-form-urlencoded', 'a=1', [])).toBeUndefined();
  });

  it('never says anything else than it said', () => {
    const piece = fc.constantFrom(
      'a',
      'B',
      '1',
      '+',
      '%20',
      '%41',
      '@',
      '%40',
      '-',
      '~',
      '=',
      '&',
      '%2b',
      '%2B',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const sent = pieces.join('');
        const got = formAgain(sent);
        if (got === undefined) return;
        const pairs = (text: string): unknown => Object.fromEntries(new URLSearchParams(text));
        expect(pairs(got)).toEqual(pairs(sent));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('other bodies', () => {
  it('are had again as bytes and as text', () => {
    expect(again('text/plain', 'héllo', 'héllo')).toBe('héllo');
    expect(again('image/png', 'abc', Buffer.from('abc'))).toBe('abc');
    expect(again('text/plain', 'longer', 'héllo!!!')).toBeUndefined();
  });

  it('are had again by the bytes that were kept, whatever was parsed', () => {
    const sent = '{ "a" : 1e3 }';
    const parsed = { body: JSON.parse(sent), rawBody: Buffer.from(sent) };
    expect(bytesAgain(parsed, describeBody('application/json', sent.length))?.toString()).toBe(sent);
  });

  it('are not had again where the parser has changed them: unpacked, or of another charset', () => {
    const body = { body: { a: 1 } };
    expect(bytesAgain(body, describeBody('application/json', 7, { encoding: 'gzip' }))).toBeUndefined();
    expect(bytesAgain(body, describeBody('application/json', 7, { charset: 'utf-16le' }))).toBeUndefined();
    expect(bytesAgain(body, { ...describeBody('application/json', 7), length: undefined })).toBeUndefined();
    expect(bytesAgain(body, describeBody('multipart/form-data', 7))).toBeUndefined();
  });
});
