import { describe, expect, it } from 'vitest';
import { parseCases } from './case-file.ts';

describe('a case file', () => {
  it('gives every case what stands before the first one', () => {
    const cases = parseCases('=== conf\nA\n=== case one\n=== conf\nB\n=== case two\n', 'x.case');
    expect(cases.map((one) => [one.name, one.conf])).toEqual([
      ['one', 'A\nB\n'],
      ['two', 'A\n'],
    ]);
  });

  it('keeps requests and writes in the order in which they stand', () => {
    const [one] = parseCases('=== case a\n=== get\n/1\n/2\n=== write htdocs/x\nnew\n=== get\n/3\n', 'x.case');
    expect(one?.steps.map((step) => (step.kind === 'write' ? step.text : step.request.label))).toEqual([
      '/1',
      '/2',
      'new\n',
      '/3',
    ]);
  });

  it('reads files with modes, trees and .htaccess files', () => {
    const text = '=== case a\n=== file cgi-bin/x 755\nbody\n\n=== tree\na b/c\n=== htaccess sub\nX\n';
    expect(parseCases(text, 'x.case')[0]?.entries).toEqual([
      { kind: 'file', path: 'cgi-bin/x', mode: 0o755, text: 'body\n' },
      { kind: 'file', path: 'htdocs/a', mode: 0o644, text: 'FILE a\n' },
      { kind: 'file', path: 'htdocs/b/c', mode: 0o644, text: 'FILE b/c\n' },
      { kind: 'file', path: 'htdocs/sub/.htaccess', mode: 0o644, text: 'X\n' },
    ]);
  });

  it('names file and line of a section it does not know', () => {
    expect(() => parseCases('=== case a\n=== nonsense\n', 'x.case')).toThrow(
      "x.case:2: unknown section 'nonsense'",
    );
  });

  it('refuses two cases of the same name', () => {
    expect(() => parseCases('=== case a\n=== case a\n', 'x.case')).toThrow('x.case');
  });
});
