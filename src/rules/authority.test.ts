import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuthorityRefusal, changedAuthority, compileAuthorityCheck } from './authority.ts';
import { compileTemplate } from './template.ts';

function judge(text: string, expansion: string): AuthorityRefusal | undefined {
  const check = compileAuthorityCheck(compileTemplate(text));
  return check && changedAuthority(check, text.replace(/\$\d|%\{[^}]*\}/, expansion).replace(/\$\d/g, ''));
}

describe('a [P] rule whose text spells the whole authority', () => {
  it.each([
    'http://h:8000$1',
    'http://127.0.0.1:8000%{REQUEST_URI}',
    'http://127.0.0.1$1',
    'http://[::1]:8000$1',
    'http://app.internal$1',
    'http://backend$1',
    'http://user@app.internal:80$1',
    'ws://127.0.0.1:8000$1?x=y',
    'http://127.0.0.1:8000$1/index.php',
    'http://127.0.0.1$1.html',
    'http://app.internal$1/x',
    'balancer://app$1',
  ])('%s is watched', (text) => {
    expect(compileAuthorityCheck(compileTemplate(text))).toBeDefined();
  });

  it.each([
    'http://127.0.0.1:8000/$1',
    'http://h:8000/x$1',
    'http://$1/',
    'http://%{HTTP_HOST}$1',
    'http://h:$1/',
    'http://10.0.0.$1/',
    'http://app-$1:8000/',
    'http://node$1/$2',
    'http://app$1.example.com/',
    'http://h:8000?$1',
    '/x$1',
    'unix:/run/app.sock|http://h$1',
  ])('%s leaves it to the expansion, or ends it with a slash', (text) => {
    expect(compileAuthorityCheck(compileTemplate(text))).toBeUndefined();
  });

  it.each(['', '/', '/x', '/@evil.test/', '/x:1', '?x@evil.test/'])('lets %j pass', (expansion) => {
    expect(judge('http://127.0.0.1:8000$1', expansion)).toBeUndefined();
  });

  it.each([
    ['http://127.0.0.1:8000$1', '@127.0.0.1:1/'],
    ['http://127.0.0.1:8000$1', 'x@evil.test/'],
    ['http://127.0.0.1:8000$1', '#@127.0.0.1:1/'],
    ['http://127.0.0.1:8000$1', '\\@127.0.0.1:1'],
    ['http://127.0.0.1:800$1', '1/x'],
    ['http://app.internal$1', '.evil.test/x'],
    ['http://127.0.0.1$1', '1'],
    ['http://127.0.0.1$1', 'page'],
    ['http://127.0.0.1$1', ':1/x'],
    ['http://[::1]:800$1', '1'],
    ['http://[::1]$1', ':1/'],
    ['http://backend$1', '.evil.test?x=/'],
  ])('%s with %j would connect elsewhere: 403', (text, expansion) => {
    expect(judge(text, expansion)).toMatchObject({ status: 403, reason: undefined });
  });

  // Where Apache httpd 2.4.71 cannot use the authority, its own answer.
  it.each([
    ['http://127.0.0.1:8000$1', 'page', 500, 'DNS lookup failure for: 127.0.0.1:8000page'],
    ['http://127.0.0.1:8000$1', 'index.html', 500, 'DNS lookup failure for: 127.0.0.1:8000index.html'],
    ['http://127.0.0.1:8000$1', ':1/x', 500, 'DNS lookup failure for: 127.0.0.1:8000'],
    ['http://127.0.0.1:8000$1', ':x', 500, 'DNS lookup failure for: 127.0.0.1:8000:x'],
    ['http://127.0.0.1:8000$1', ';x', 500, 'DNS lookup failure for: 127.0.0.1:8000;x'],
    ['http://127.0.0.1:8000$1', '.', 500, 'DNS lookup failure for: 127.0.0.1:8000.'],
    ['http://127.0.0.1:8000$1', ' ', 500, 'DNS lookup failure for: 127.0.0.1:8000 '],
    ['http://127.0.0.1$1', ':', 500, 'DNS lookup failure for: 127.0.0.1:'],
    ['http://127.0.0.1:8000$1', '#foo', 400, 'URI cannot be parsed: http://[127.0.0.1:8000#foo]/'],
  ])('%s with %j is answered as Apache does: %i', (text, expansion, status, reason) => {
    expect(judge(text, expansion)).toMatchObject({ status, reason, code: 'AH00898' });
  });

  it.each([
    ['http://127.0.0.1:8000$1', '1', 'http://127.0.0.1:80001'],
    ['http://127.0.0.1:8000$1', '0/x', 'http://127.0.0.1:80000'],
    ['http://127.0.0.1$1', ':0/', 'http://127.0.0.1:0'],
    ['http://127.0.0.1$1', ':65536', 'http://127.0.0.1:65536'],
    ['http://[::1]:8000$1', 'x', 'http://[::1]:8000x'],
  ])('%s with %j has no valid port: 400', (text, expansion, url) => {
    expect(judge(text, expansion)).toMatchObject({
      status: 400,
      code: 'AH01083',
      message: expect.stringContaining(`error parsing URL ${url}: Invalid host/port`),
    });
  });

  it('shows the missing slash in the message', () => {
    expect(judge('http://127.0.0.1:8000$1', 'page')?.message).toContain('write http://127.0.0.1:8000/$1');
    expect(judge('http://app.internal$1', '.evil.test')?.message).toContain('write http://app.internal/$1');
  });

  it('never lets an expansion pass that is not empty and begins with neither / nor ?', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', minLength: 1 }), (expansion) => {
        const check = compileAuthorityCheck(compileTemplate('http://127.0.0.1:8000$1'))!;
        const refused = changedAuthority(check, `http://127.0.0.1:8000${expansion}`);
        expect(refused === undefined).toBe(/^[/?]/.test(expansion));
      }),
    );
  });
});
