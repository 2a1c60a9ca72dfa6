import { describe, expect, it } from 'vitest';
import { drawDiagnostic } from './diagnostic.ts';

const place = { file: '/etc/httpd.conf', line: 7, column: 3, text: '  RewritRule a b' };

describe('drawDiagnostic', () => {
  it("begins with Apache's own lines and shows the place", () => {
    const drawn = drawDiagnostic({
      code: 'conf/unknown-directive',
      severity: 'error',
      place: {
        ...place,
        includedFrom: { file: '/etc/main.conf', line: 2, column: 1, text: 'Include httpd.conf' },
      },
      message: "Invalid command 'RewritRule'",
      why: 'No module has it.',
      hint: 'did you mean RewriteRule?',
      length: 10,
    });
    expect(drawn.split('\n')).toEqual([
      'AH00526: Syntax error on line 7 of /etc/httpd.conf:',
      "Invalid command 'RewritRule'",
      '  7 |   RewritRule a b',
      '    |   ^^^^^^^^^^',
      '  No module has it.',
      '  hint: did you mean RewriteRule?',
      '  included from /etc/main.conf:2',
      '  [conf/unknown-directive]',
    ]);
  });

  it('shows a warning on one line with its place', () => {
    const [first] = drawDiagnostic({ code: 'x/y', severity: 'warning', place, message: 'careful' }).split(
      '\n',
    );
    expect(first).toBe('/etc/httpd.conf:7: warning: careful');
  });

  it('keeps the caret below its column when bytes before it are escaped', () => {
    const text = 'a\x1b\tb c';
    const drawn = drawDiagnostic({
      code: 'x/y',
      severity: 'error',
      place: { ...place, text, column: 6 },
      message: 'm',
    });
    const [, , source, caret] = drawn.split('\n');
    expect(source).toBe('  7 | a\\x1b b c');
    expect(caret?.indexOf('^')).toBe(source?.indexOf('c'));
  });

  it('never hands control bytes of a file to the terminal', () => {
    const hostile = '\x1b]0;owned\x07';
    const drawn = drawDiagnostic({
      code: 'x/y',
      severity: 'error',
      place: { file: hostile, line: 1, column: 1, text: hostile, includedFrom: { ...place, file: hostile } },
      message: hostile,
      why: hostile,
      hint: hostile,
    });
    expect(drawn).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
  });

  it('cuts a very long line around the caret', () => {
    const text = `${'a'.repeat(5000)}X${'b'.repeat(5000)}`;
    const drawn = drawDiagnostic({
      code: 'x/y',
      severity: 'error',
      place: { ...place, text, column: 5001 },
      message: 'm',
    });
    const [, , source, caret] = drawn.split('\n');
    expect(source!.length).toBeLessThan(200);
    expect(source?.[caret!.indexOf('^')]).toBe('X');
  });

  it('paints through the painter it is given', () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const painter = { error: mark('e'), warning: mark('w'), info: mark('i'), faint: mark('f') };
    const drawn = drawDiagnostic({ code: 'x/y', severity: 'error', message: 'm', hint: 'h' }, painter);
    expect(drawn).toBe('<e>m</e>\n  <i>hint:</i> h\n<f>  [x/y]</f>');
  });
});
