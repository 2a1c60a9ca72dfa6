import { describe, expect, it } from 'vitest';
import { findCondition } from './conditions.ts';

const facts = {
  hasModule: (name: string) => name === 'mod_alias.c' || name === 'alias_module',
  isDefined: (name: string) => name === 'Staging',
  fileExists: (path: string) => path === 'conf/a b',
  hasDirective: (name: string) => ['servername', '<directory'].includes(name.toLowerCase()),
};

function holds(section: string, arg: string): unknown {
  const result = findCondition(section)!.holds(arg, facts);
  return typeof result === 'boolean' ? result : result.message;
}

const badVersion =
  'Version appears to be invalid. It must have the format major[.minor[.patch]] where major, minor and patch are numbers.';

describe('conditions', () => {
  it.each<[string, string, unknown]>([
    ['IfModule', 'mod_alias.c', true],
    ['IfModule', '"mod_alias.c"', true],
    ['IfModule', '!alias_module', false],
    ['IfModule', 'MOD_ALIAS.C', false],
    ['IfModule', '!foo bar', true],
    ['IfModule', '', '<IfModule> directive requires additional arguments'],
    ['IfDefine', 'Staging', true],
    ['IfDefine', 'staging', false],
    ['IfDefine', '!Staging', false],
    ['IfDefine', '!', '<IfDefine> directive requires additional arguments'],
    ['IfFile', '"conf/a b"', true],
    ['IfFile', '!nope', true],
    ['IfDirective', 'servername', true],
    ['IfDirective', '<Directory', true],
    ['IfSection', 'directory', true],
    ['IfSection', '<directory', false],
    ['ifmodule', 'foo', false],
  ])('%s %s', (section, arg, expected) => {
    expect(holds(section, arg)).toBe(expected);
  });

  it.each<[string, unknown]>([
    ['>= 2.4', true],
    ['> 2.4', true],
    ['< 2.4', false],
    ['2.4', false],
    ['= 2.4', false],
    ['2.4.71', true],
    ['== 2.4.71', true],
    ['<= 2.4.71', true],
    ['> 2', true],
    ['!< 2.4', true],
    ['= /^2/', true],
    ['/^3/', false],
    ['~ ^2', true],
    ['!~ ^2', false],
    ['', badVersion],
    ['>', badVersion],
    ['= abc', badVersion],
    ['=> 2.4', "unrecognized operator '=>'"],
    ['~ (', 'Unable to compile regular expression'],
  ])('IfVersion %s', (arg, expected) => {
    expect(holds('IfVersion', arg)).toBe(expected);
  });
});
