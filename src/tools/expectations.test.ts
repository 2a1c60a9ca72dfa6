import { describe, expect, it } from 'vitest';
import { readExpectations } from './expectations.ts';

describe('a file of expectations', () => {
  it('has requests, their fields and what they are to come to', () => {
    const { expectations, faults } = readExpectations(
      [
        '# a remark',
        'GET https://a.test/x?y=1',
        '  -> 301 https://b.test/x',
        '',
        'POST /app  Host: a.test  X-A: b c',
        '  Cookie: d=e',
        '  -> proxy http://127.0.0.1:8000/app  X-Forwarded-Host: a.test  !Cookie',
        '/plain',
        '  -> 404',
      ].join('\n'),
    );
    expect(faults).toEqual([]);
    expect(expectations).toEqual([
      {
        line: 2,
        question: { method: 'GET', url: 'https://a.test/x?y=1', headers: [] },
        outcome: '301 https://b.test/x',
        fields: [],
      },
      {
        line: 5,
        question: {
          method: 'POST',
          url: '/app',
          host: 'a.test',
          headers: [
            ['Host', 'a.test'],
            ['X-A', 'b c'],
            ['Cookie', 'd=e'],
          ],
        },
        outcome: 'proxy http://127.0.0.1:8000/app',
        fields: [
          { name: 'X-Forwarded-Host', value: 'a.test' },
          { name: 'Cookie', value: undefined },
        ],
      },
      { line: 8, question: { url: '/plain', headers: [] }, outcome: '404', fields: [] },
    ]);
  });

  it.each([
    ['GET nonsense', 1, 'not a request: write METHOD URL, or a path from /'],
    ['/a\n/b\n  -> 404', 1, 'nothing is expected of this request: write -> and what it comes to'],
    ['/a', 1, 'nothing is expected of this request: write -> and what it comes to'],
    ['  -> 404', 1, 'there is no request above'],
    ['/a\n  nonsense\n  -> 404', 2, "not a field ('Name: value') and no expectation (-> …)"],
  ])('%j has a fault in line %i', (text, line, message) => {
    expect(readExpectations(text).faults).toEqual([{ line, message }]);
  });
});
