// The files of the corpus and of the answers are read as they are meant, and a leniency is seen where there is one.

import { describe, expect, it } from 'vitest';
import { parseWire } from './corpus-file.ts';
import { differenceFrom, readExpectation } from './expectation.ts';
import { readText, writeText } from './notation.ts';
import { formatOracleAnswers, keyOf, parseOracleAnswers } from './oracle-answers.ts';
import { readRequests } from './parser-reading.ts';
import { finalVerdict, leniencyOf, readVerdict, type Verdict, writeVerdict } from './verdict.ts';

const FILE = 'requests/x.wire';
const TEXT = `# What it is about.

=== one | RFC 9112 section 3
frame GET /{} HTTP/1.1\\r\\n\\r\\n
than llhttp HPE_A more: RFC 9112 section 3 says so
a{b*3}c => ok "x\\r\\n" path=/abbbc !X -- a note
1\\x20 => 400
{each 30-32}\\x20 => 400
  than apache 400: RFC 9112 section 4
`;

describe('a corpus file', () => {
  it('is sections with messages in a frame, each with what is expected', () => {
    const entries = parseWire(TEXT, FILE);
    expect(entries.map(({ bytes }) => bytes.toString('latin1'))).toEqual([
      'GET /abbbc HTTP/1.1\r\n\r\n',
      'GET /1  HTTP/1.1\r\n\r\n',
      'GET /0  HTTP/1.1\r\n\r\n',
      'GET /2  HTTP/1.1\r\n\r\n',
    ]);
    expect(entries[0]!.expected).toEqual({
      messages: [
        {
          start: 'ok',
          body: 'x\r\n',
          facts: [
            ['path', '/abbbc'],
            ['X', undefined],
          ],
        },
      ],
      end: 'clean',
      status: '',
    });
    expect(entries[0]!.section.reasons.llhttp?.answers).toEqual(['HPE_A', 'more']);
    expect(entries.map(({ reasons }) => reasons.apache?.text)).toEqual([
      undefined,
      undefined,
      'RFC 9112 section 4',
      'RFC 9112 section 4',
    ]);
  });

  it.each([
    ['a line before the first section', 'x => ok\n'],
    ['a section without a source', '=== one\nx => ok\n'],
    ['the same bytes twice', '=== one | RFC 9112 section 3\nx => ok\n\\x78 => ok\n'],
    ['a line without an expectation', '=== one | RFC 9112 section 3\nx\n'],
    ['an unknown expectation', '=== one | RFC 9112 section 3\nx => perhaps\n'],
    ['an unknown escape', '=== one | RFC 9112 section 3\n\\q => ok\n'],
    ['a bare brace', '=== one | RFC 9112 section 3\n{ => ok\n'],
    ['a reason without a source', '=== one | RFC 9112 section 3\nthan apache 400: because\nx => ok\n'],
  ])('is refused with its place for %s', (_, text) => {
    expect(() => parseWire(text, FILE)).toThrow(/^requests\/x\.wire:\d+: /);
  });

  it('has every byte in its notation', () => {
    const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, at) => at));
    expect(readText(writeText(`${bytes} `), 'x')).toBe(`${bytes} `);
    expect(writeText(bytes)).toMatch(/^[\x20-\x7e]*$/);
  });
});

describe('the answers', () => {
  it('are written and read, bytes of one answer on one line', () => {
    const entries = parseWire('=== one | RFC 9112 section 3\nx{each 30-33}y => ok\nz => ok\n', FILE);
    const ok: Verdict = { messages: [{ start: 'GET', body: 'a"\xe9' }], end: 'clean', detail: '' };
    const no: Verdict = { messages: [], end: 'refused', detail: '400' };
    const answers = entries.map((_, at) => ({ apache: at === 2 ? no : ok, llhttp: no }));
    const origin = { apache: 'Apache/1', llhttp: 'llhttp/2' };
    const text = formatOracleAnswers(entries, answers, origin);
    expect(text.split('\n').filter((line) => line.includes('=>'))).toEqual([
      'x{each 30-31 33}y => apache GET "a\\"\\u00e9" => llhttp refused 400',
      'x\\x32y => apache refused 400 => llhttp refused 400',
      'z => apache GET "a\\"\\u00e9" => llhttp refused 400',
    ]);
    const read = parseOracleAnswers(text);
    expect(read.origin).toEqual(origin);
    expect(entries.map((entry) => read.byEntry.get(keyOf(entry)))).toEqual(answers);
  });

  it.each([
    'nothing',
    'GET "", closed',
    'GET "a, b", POST ?, refused 400',
    'more',
    '? ?, open',
    'GET "", more',
  ])('keep the verdict %j', (text) => expect(writeVerdict(readVerdict(text))).toBe(text));
});

describe('what is expected', () => {
  const read = (text: string) => readRequests(Buffer.from(text));
  const differs = (expected: string, text: string): string | undefined =>
    differenceFrom(readExpectation(expected, FILE), read(text));

  it('is compared with all that was read', () => {
    const get = 'GET /a HTTP/1.1\r\nHost: b\r\n\r\n';
    expect(differs('ok path=/a host=b !X', get)).toBeUndefined();
    expect(differs('ok path=/b', get)).toContain('path');
    expect(differs('ok "x"', get)).toContain('body');
    expect(differs('ok !Host', get)).toContain('Host');
    expect(differs('ok, ok', get)).toContain('message 2');
    expect(differs('ok', get + get)).toContain('too many');
    expect(differs('ok', `${get}GET`)).toContain('more');
    expect(differs('ok, more', `${get}GET`)).toBeUndefined();
    expect(differs('414', 'GET\r\n')).toContain('400');
  });
});

describe('a leniency', () => {
  const leniency = (reader: string, other: string): string | undefined =>
    leniencyOf(readVerdict(reader), readVerdict(other));

  it.each([
    ['GET ""', 'refused 400'],
    ['GET ""', 'more'],
    ['GET "", GET ""', 'GET "", refused 400'],
    ['GET "", GET ""', 'GET "", closed'],
    ['POST "ab"', 'POST "abc"'],
    ['POST ""', 'GET ""'],
    ['more', 'refused 400'],
    ['GET "", more', 'GET "", refused 400'],
  ])('is to read %j where the other reads %j', (reader, other) => {
    expect(leniency(reader, other)).not.toBeUndefined();
  });

  it.each([
    ['GET ""', 'GET ""'],
    ['refused 400', 'GET ""'],
    ['refused 400', 'refused 413'],
    ['refused 400', 'more'],
    ['more', 'GET ""'],
    ['more', 'more'],
    ['GET "", closed', 'GET "", GET ""'],
    ['GET "", closed', 'GET "", refused 400'],
    ['OPTIONS ""', '? ?'],
  ])('is not to read %j where the other reads %j', (reader, other) => {
    expect(leniency(reader, other)).toBeUndefined();
  });

  it('of a response is in the final one alone, and cut off is refused', () => {
    expect(finalVerdict(readVerdict('100 "", 200 "a", closed'))).toEqual(readVerdict('200 "a", closed'));
    expect(finalVerdict(readVerdict('103 "", more')).end).toBe('refused');
  });
});
