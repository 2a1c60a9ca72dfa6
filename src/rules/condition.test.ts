// Messages as Apache httpd 2.4.71 gives them.
import { describe, expect, it } from 'vitest';
import { type CondTest, compileCondition } from './condition.ts';
import { isProblem } from './problem.ts';

function testOf(pattern: string): CondTest {
  const condition = compileCondition(`x ${pattern}`);
  if (isProblem(condition)) throw new Error(condition.error);
  return condition.test;
}

describe('a RewriteCond line that is refused', () => {
  it.each([
    ['a', "RewriteCond: bad argument line 'a'"],
    ['expr', "RewriteCond: bad argument line 'expr'"],
    ['a (b', "RewriteCond: cannot compile regular expression '(b'"],
    ['a b [X]', "RewriteCond: unknown flag 'X'"],
    ['a b [L]', "RewriteCond: unknown flag 'L'"],
    ['a b []', "RewriteCond: unknown flag ''"],
    ['a b [NC', 'RewriteCond: bad flag delimiters'],
    [
      'expr "foo"',
      `RewriteCond: cannot compile expression "foo" syntax error, unexpected $end, expecting '('`,
    ],
  ])('%s', (args, error) => {
    expect(compileCondition(args)).toMatchObject({ error });
  });

  it('may not read files from .htaccess', () => {
    expect(compileCondition(`expr "file('/etc/passwd') == 'x'"`, { htaccess: true })).toMatchObject({
      error: `RewriteCond: cannot compile expression in htaccess context "file('/etc/passwd') == 'x'" file not available in restricted context`,
    });
    expect(isProblem(compileCondition(`expr "file('/etc/passwd') == 'x'"`))).toBe(false);
  });
});

describe('a CondPattern', () => {
  it.each([
    ['^a', { kind: 'regex' }],
    ['=', { kind: 'regex' }],
    ['-', { kind: 'regex' }],
    ['-foo', { kind: 'regex' }],
    ['-z', { kind: 'regex' }],
    ['-eq', { kind: 'regex' }],
    ['=a', { kind: 'string', operator: '=', operand: 'a' }],
    ['=""', { kind: 'string', operator: '=', operand: '' }],
    ['<a', { kind: 'string', operator: '<', operand: 'a' }],
    ['>=a', { kind: 'string', operator: '>=', operand: 'a' }],
    ['<=', { kind: 'string', operator: '<=', operand: '' }],
    ['-gt5', { kind: 'integer', operator: '-gt', operand: '5' }],
    ['"-eq 5"', { kind: 'integer', operator: '-eq', operand: ' 5' }],
    ['-d', { kind: 'file', test: '-d' }],
    ['-h', { kind: 'file', test: '-l' }],
    ['-L', { kind: 'file', test: '-l' }],
    ['-F', { kind: 'subrequest', by: 'file' }],
    ['-U', { kind: 'subrequest', by: 'uri' }],
  ])('%s', (pattern, expected) => {
    expect(testOf(pattern)).toMatchObject(expected);
  });

  it('is negated by a leading !', () => {
    expect(compileCondition('x !-f')).toMatchObject({ negated: true, test: { kind: 'file' } });
  });

  it('takes NC, OR and NV by both names in any case', () => {
    expect(compileCondition('a b "[nc , Or]"')).toMatchObject({ noCase: true, or: true, noVary: false });
    expect(compileCondition('a b [nocase,ornext,novary]')).toMatchObject({
      noCase: true,
      or: true,
      noVary: true,
    });
  });

  it.each([
    ['a -f [NC]', '-f'],
    ['a -lt5 [NC]', '5'],
  ])('warns in %s that NC is ignored', (args, shown) => {
    expect(compileCondition(args)).toMatchObject({
      warnings: [
        {
          code: 'AH00665',
          message: `RewriteCond: NoCase option for non-regex pattern '${shown}' is not supported and will be ignored.`,
        },
      ],
    });
  });

  it('takes NC with a string comparison without a warning', () => {
    expect(compileCondition('a =b [NC]')).toMatchObject({ warnings: [] });
  });
});
