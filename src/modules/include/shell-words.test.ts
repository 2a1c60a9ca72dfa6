import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { nameVariables } from './shell-words.ts';

/** What a shell makes of a command, with this value of `v`. */
function run(command: string, value: string): string {
  return execFileSync('/bin/sh', ['-c', nameVariables(command, (name) => name === 'v')], {
    env: { v: value },
    encoding: 'latin1',
  });
}

const HOSTILE = [
  '; echo no',
  '`echo no`',
  '$(echo no)',
  "'; echo no; '",
  '"; echo no; "',
  '\\',
  '$v',
  '${v}',
  '* ?',
  '\n echo no',
];

describe('a variable in a command', () => {
  it.each(['printf %s "$v"', 'printf %s "${v}"', "printf %s '$v'", "printf %s '${v}'"])(
    '%s gives its value and runs nothing of it',
    (command) => {
      for (const value of HOSTILE) expect(run(command, value)).toBe(value);
    },
  );

  it('is split into words where it has no quotes, as in any shell', () => {
    expect(run('printf "%s|" $v', 'one two')).toBe('one|two|');
  });

  it('stays where it is none', () => {
    expect(nameVariables("awk '{print $1}' $file", () => false)).toBe("awk '{print $1}' $file");
    expect(nameVariables('echo \\$v \\\\ a"$v"', (name) => name === 'v')).toBe('echo $v \\\\ a"$v"');
  });
});
