import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSettings } from './envvars.ts';

function read(
  text: string,
  env: Record<string, string> = {},
  files: Record<string, string> = {},
): { exported: Record<string, string | undefined>; problems: readonly string[] } {
  const { exported, problems } = readSettings(text, {
    env: (name) => env[name],
    read: (path) => files[path],
    test: (_operator, path) => path in files,
  });
  return { exported: Object.fromEntries(exported), problems };
}

describe('a file of settings', () => {
  it('exports what it exports', () => {
    const text = `A=1\nexport B=2 C\nC="x y" # not this\nexport D='$A'"$B" E=a\\ b\nexport F=\${A}$B; G=3`;
    expect(read(text)).toEqual({
      exported: { B: '2', C: 'x y', D: '$A2', E: 'a b', F: '12' },
      problems: [],
    });
  });

  it('changes and unsets what is in the environment already', () => {
    expect(read('HOME=/x\nunset USER', { HOME: '/root', USER: 'me' }).exported).toEqual({
      HOME: '/x',
      USER: undefined,
    });
  });

  it.each([
    ['${A:-d}', 'd'],
    ['${A-d}', 'd'],
    ['${E:-d}', 'd'],
    ['${E-d}', ''],
    ['${V:+d}', 'd'],
    ['${A:+d}', ''],
    ['${V##/etc/}', 'a-b'],
    ['${V#*/}', 'etc/a-b'],
    ['${V##*/}', 'a-b'],
    ['${V%-*}', '/etc/a'],
    ['${V%%/*}', ''],
    ['${A:-${V##*/}}', 'a-b'],
  ])('reads %s', (word, value) => {
    expect(read(`export X="${word}"`, { V: '/etc/a-b', E: '' })).toEqual({
      exported: { X: value },
      problems: [],
    });
  });

  it.each([
    ['[ "$V" = x ]', true],
    ['[ "$V" != x ]', false],
    ['test -z "$V"', false],
    ['[ -n "$V" ]', true],
    ['! [ -n "$V" ]', false],
    ['[ -f /there ]', true],
    ['[ -f /nowhere ]', false],
    ['[ -n "$V" ] && [ -f /there ]', true],
    ['[ -n "$V" ] && [ -f /nowhere ]', false],
    ['[ -f /nowhere ] || [ -n "$V" ]', true],
  ])('takes the branch that %s opens', (condition, holds) => {
    const text = `if ${condition} ; then\n  export A=1\nelse\n  export A=2\nfi\nexport B=1`;
    expect(read(text, { V: 'x' }, { '/there': '' })).toEqual({
      exported: { A: holds ? '1' : '2', B: '1' },
      problems: [],
    });
  });

  it('takes one branch of several, and none inside of one that it does not take', () => {
    const text = `if [ a = b ]; then
if [ a = a ]; then export A=1; fi
elif [ a = a ]; then export A=2
elif [ a = a ]; then export A=3
else export A=4
fi
[ a = b ] || export B=1
[ a = b ] && export C=1`;
    expect(read(text)).toEqual({ exported: { A: '2', B: '1' }, problems: [] });
  });

  it('reads other files that it names', () => {
    expect(
      read('. /etc/default/locale\nexport LANG', {}, { '/etc/default/locale': 'LANG=C.UTF-8\n' }),
    ).toEqual({ exported: { LANG: 'C.UTF-8' }, problems: [] });
  });

  it.each([
    ['export A=$(id -u)', 'line 2: it runs a program'],
    ['export A=`id`', 'line 2: it runs a program'],
    ['ulimit -n 8192', 'line 2: it runs `ulimit`'],
    ['export A=$1', 'line 2: it uses $1'],
    ['. /nowhere', 'line 2: /nowhere cannot be read'],
    ['A=1 /bin/true', 'line 2: it runs `A=1`'],
    ['export A=a > /tmp/x', 'line 2: it has a >'],
    ['if grep -q x /etc/x; then export A=1; else export A=2; fi', 'line 2: it runs `grep`'],
  ])('leaves out %s and says so', (line, problem) => {
    expect(read(`export B=1\n${line}\nexport C=2`)).toEqual({
      exported: { B: '1', C: '2' },
      problems: [problem],
    });
  });

  it('ends with files that read each other', () => {
    expect(read('. /a', {}, { '/a': '. /a\nexport A=1' }).problems).toContain(
      'line 1: too many files read each other',
    );
  });
});

describe('the envvars of Debian', () => {
  const text = `unset HOME
if [ "\${APACHE_CONFDIR##/etc/apache2-}" != "\${APACHE_CONFDIR}" ] ; then
	SUFFIX="-\${APACHE_CONFDIR##/etc/apache2-}"
else
	SUFFIX=
fi
export APACHE_RUN_USER=www-data
export APACHE_PID_FILE=/var/run/apache2$SUFFIX/apache2.pid
export LANG=C
#. /etc/default/locale
export LANG
#export APACHE_ARGUMENTS=''
`;

  it('are read for the first instance', () => {
    expect(read(text, { APACHE_CONFDIR: '/etc/apache2', HOME: '/root' })).toEqual({
      exported: {
        HOME: undefined,
        APACHE_RUN_USER: 'www-data',
        APACHE_PID_FILE: '/var/run/apache2/apache2.pid',
        LANG: 'C',
      },
      problems: [],
    });
  });

  it('are read for a second one', () => {
    expect(read(text, { APACHE_CONFDIR: '/etc/apache2-two' }).exported.APACHE_PID_FILE).toBe(
      '/var/run/apache2-two/apache2.pid',
    );
  });

  it('are understood as the package ships them', (context) => {
    let shipped: string;
    try {
      shipped = readFileSync('/etc/apache2/envvars', 'utf8');
    } catch {
      context.skip('Apache is not installed');
      return;
    }
    expect(read(shipped, { APACHE_CONFDIR: '/etc/apache2' })).toMatchObject({
      exported: { APACHE_RUN_USER: 'www-data', APACHE_LOG_DIR: '/var/log/apache2' },
      problems: [],
    });
  });
});
