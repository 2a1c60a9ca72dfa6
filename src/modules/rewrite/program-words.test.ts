import { describe, expect, it } from 'vitest';
import { splitProgramWords } from '../../kit/program-words.ts';
import { findProgramUser } from './program-user.ts';

describe('the command line of a program', () => {
  // Words as a program started by Apache 2.4.71 sees them.
  it.each([
    ['/bin/x', ['/bin/x']],
    ['/bin/x  a\tb ', ['/bin/x', 'a', 'b']],
    [`/bin/x 'b c' "d e" f\\ g`, ['/bin/x', 'b c', 'd e', 'f g']],
    [`/bin/x x'y z'`, ['/bin/x', "x'y", "z'"]],
    ['', []],
  ])('%j is split as APR does', (line, words) => {
    expect(splitProgramWords(line)).toEqual(words);
  });
});

describe('the user of a program', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\napp:x:1000:1001:App:/srv:/bin/sh\nbroken:x:no:1\n';
  const group = 'root:x:0:\nwww-data:x:33:\n';

  it('brings its own group along when none is named', () => {
    expect(findProgramUser('app', passwd, group)).toEqual({ uid: 1000, gid: 1001 });
    expect(findProgramUser('app:www-data', passwd, group)).toEqual({ uid: 1000, gid: 33 });
  });

  it('is not found under a part of a name, an unknown group, or without a number', () => {
    for (const name of ['ap', 'app:nix', 'nix', '', ':www-data', 'broken'])
      expect(findProgramUser(name, passwd, group)).toBeUndefined();
  });
});
