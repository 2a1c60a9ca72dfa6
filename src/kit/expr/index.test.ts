import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testHost } from '../../../test/support/expr-host.ts';
import { settle } from '../wait.ts';
import { compileExpr, ExprError, type ExprHost, ExprSyntaxError, runCondition, runString } from './index.ts';

function holds(text: string, changes: Partial<ExprHost> = {}): boolean | Promise<boolean> {
  return settle(runCondition(compileExpr(text, { kind: 'condition' }), testHost(changes).host));
}

function stringOf(text: string): string | Promise<string> {
  return settle(runString(compileExpr(text, { kind: 'string' }), testHost().host));
}

function failureOf(text: string, restricted = false): ExprSyntaxError {
  try {
    compileExpr(text, { kind: 'condition', restricted });
  } catch (error) {
    if (error instanceof ExprSyntaxError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('tests of files', () => {
  const table: [text: string, answer: boolean][] = [
    ["-d '/dir'", true],
    ["-d '/file'", false],
    ["-f '/file'", true],
    ["-f '/dir'", false],
    ["-f '/link'", true],
    ["-e '/dir'", true],
    ["-e '/none'", false],
    ["-e ''", false],
    ["-s '/file'", true],
    ["-s '/empty'", false],
    ["-s '/dir'", false],
    ["-x '/dir'", true],
    ["-x '/file'", false],
    ["-L '/link'", true],
    ["-h '/file'", false],
    ["-F '/file'", true],
    ["-F '/none'", false],
    ["-U '/any'", true],
    ["-A '/any'", true],
  ];
  for (const [text, answer] of table) {
    it(`${text} is ${answer}`, () => {
      expect(holds(text)).toBe(answer);
    });
  }

  it('file() gives the content and filesize() the size of a plain file', () => {
    expect(stringOf('%{file:/file}')).toBe('hello');
    expect(stringOf('%{filesize:/file} %{filesize:/dir} %{filesize:/none}')).toBe('5 0 0');
  });

  it('file() of what cannot be opened fails the evaluation in words of Apache', () => {
    expect(() => stringOf('%{file:/none}')).toThrow(new ExprError('Cannot open file /none'));
  });
});

describe('captures', () => {
  it('can be read after the run and handed to the next one', () => {
    const captures = { groups: [] };
    const { host } = testHost();
    settle(runCondition(compileExpr("'abc' =~ /a(.)/", { kind: 'condition' }), host, captures));
    expect(captures.groups).toEqual(['ab', 'b']);
    expect(settle(runString(compileExpr('$0-$1-$2', { kind: 'string' }), host, captures))).toBe('ab-b-');
  });

  it('stay what they were when an expression without groups matches, and go when one with groups does not', () => {
    const captures = { groups: ['old'] };
    const { host } = testHost();
    settle(runCondition(compileExpr("'abc' =~ /b/", { kind: 'condition' }), host, captures));
    expect(captures.groups).toEqual(['old']);
    settle(runCondition(compileExpr("'abc' =~ /(x)/", { kind: 'condition' }), host, captures));
    expect(captures.groups).toEqual([]);
  });
});

describe('a host that has to wait', () => {
  it('makes the answer a promise, and only then', async () => {
    expect(holds("%{SERVER_NAME} == 'www.test'")).toBe(true);
    const later = holds("%{SERVER_NAME} == 'late' && -f '/x'", {
      variable: async () => 'late',
      stat: async () => ({ type: 'file', size: 1, executable: false }),
    });
    expect(later).toBeInstanceOf(Promise);
    expect(await later).toBe(true);
  });

  it('is not asked for what does not matter any more', () => {
    const variable = () => {
      throw new Error('asked');
    };
    expect(holds("true || %{SERVER_NAME} == 'x'", { variable })).toBe(true);
    expect(holds("false && %{SERVER_NAME} == 'x'", { variable })).toBe(false);
  });
});

describe('request headers', () => {
  it('that are read are reported, absent ones too, Host not', () => {
    const { host, varies } = testHost();
    const text = "%{HTTP_ACCEPT} == '' && req('X-Q') == '' && -n %{HTTP_HOST} && req_novary('X-N') == ''";
    expect(settle(runCondition(compileExpr(text, { kind: 'condition' }), host))).toBe(true);
    expect(varies).toEqual(['Accept', 'X-Q']);
  });
});

describe('list functions', () => {
  it('are asked for their values', () => {
    expect(holds("'y' in PeerExtList('1.2.3')")).toBe(true);
    expect(holds("'y' in PeerExtList('4')")).toBe(false);
  });
});

describe('the other kind', () => {
  it('of expression can be asked for too', () => {
    expect(stringOf('')).toBe('');
    const asString = (text: string) => compileExpr(text, { kind: 'string' });
    expect(settle(runCondition(asString('%{HTTP_HOST}'), testHost().host))).toBe(true);
    expect(settle(runCondition(asString('%{req:X-None}'), testHost().host))).toBe(false);
    expect(settle(runString(compileExpr('true', { kind: 'condition' }), testHost().host))).toBe('true');
    expect(settle(runString(compileExpr("'a' == 'b'", { kind: 'condition' }), testHost().host))).toBe(
      'false',
    );
  });
});

describe('a pattern that backtracks without end', () => {
  const text = `'${'a'.repeat(5000)}'`;

  it('does not match, and does not fail the expression', () => {
    expect(holds(`${text} =~ /(a+)+\\1b/`)).toBe(false);
    expect(holds(`${text} !~ /(a+)+\\1b/`)).toBe(true);
    expect(holds(`!(${text} =~ /(?:a+)+?(?>b|(?=(a+))\\1c)/)`)).toBe(true);
  });
});

describe('errors', () => {
  it('say where in the text they are', () => {
    expect(failureOf("'a' == %{FOO}").offset).toBe(9);
    expect(failureOf("true && foo('x') == 'y'").offset).toBe(8);
    expect(failureOf("'a' == 'b' #").offset).toBe(11);
    expect(failureOf("'a' =~ /(/").message).toBe('Failed to compile regular expression');
  });

  it('name a quote in a function call, on which the scanner of Apache itself ends the whole server', () => {
    expect(failureOf(`%{tolower:it's} == ''`).message).toMatch(/needs a backslash/);
  });

  it('refuse functions that read files in .htaccess', () => {
    expect(failureOf("file('/etc/passwd') == 'x'", true).message).toBe(
      'file not available in restricted context',
    );
    expect(failureOf("%{filesize:/x} == 'x'", true).message).toBe(
      'filesize not available in restricted context',
    );
    expect(() => compileExpr("-f '/x'", { kind: 'condition', restricted: true })).not.toThrow();
  });

  it('answer what is nested too deeply instead of exhausting the stack', () => {
    for (const open of ['(', '!', 'tolower(', '-n tolower(', '%{tolower:']) {
      expect(() => compileExpr(open.repeat(100_000), { kind: 'condition' })).toThrow(ExprSyntaxError);
    }
  });

  it('are the only thing any text can cause', () => {
    const parts = fc.constantFrom(
      ...[
        "'a'",
        '"',
        '%{',
        '}',
        ':',
        'HTTP_HOST',
        '==',
        '=~',
        '/a(b)/',
        '$1',
        '(',
        ')',
        '{',
        ',',
        '&&',
        '||',
        '!',
      ],
      ...[
        '-n',
        '-f',
        '-in',
        'in',
        'lt',
        '1',
        '.',
        'tolower',
        'm#x#',
        '\\',
        ' ',
        'true',
        'not',
        '-ipmatch',
        '\n',
      ],
    );
    const texts = fc.array(parts, { maxLength: 12 }).map((list) => list.join(''));
    fc.assert(
      fc.property(texts, fc.constantFrom('condition', 'string'), (text, kind) => {
        try {
          const expr = compileExpr(text, { kind });
          settle(runString(expr, testHost().host));
        } catch (error) {
          expect(error).toBeInstanceOf(ExprSyntaxError);
          expect((error as ExprSyntaxError).offset).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('conditions about the answer to a health check', () => {
  const about = (text: string): boolean | Promise<boolean> => {
    const { host } = testHost({ variable: (name) => (name === 'HC_BODY' ? 'all well' : '') });
    return settle(runCondition(compileExpr(text, { kind: 'condition', healthCheck: true }), host));
  };

  it('know its body by two names, in any case', () => {
    expect(about("%{HC_BODY} == 'all well'")).toBe(true);
    expect(about('%{hc_body} =~ /well$/')).toBe(true);
    expect(about("hc('body') == 'all well' && %{HC:BODY} == 'all well'")).toBe(true);
    expect(about("hc('other') == '' && %{HC_OTHER} == ''")).toBe(true);
  });

  it('are the only ones that do', () => {
    expect(failureOf("%{HC_BODY} == 'x'").message).toBe("Variable 'HC_BODY' does not exist");
    expect(failureOf("hc('body') == 'x'").message).toBe("Function 'hc' does not exist");
    expect(() => compileExpr("v('x') == ''", { kind: 'condition', healthCheck: true })).toThrow(
      "Function 'v' does not exist",
    );
  });
});
