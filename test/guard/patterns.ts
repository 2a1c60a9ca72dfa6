// Patterns that a backtracking engine does not finish with, each with text on which it would not.

const LENGTH = 8192;

export interface HostilePattern {
  readonly pattern: string;
  readonly text: string;
}

function of(pattern: string, unit: string, end = ''): HostilePattern {
  return {
    pattern,
    text: `${unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH - end.length)}${end}`,
  };
}

/** None of them matches its text. */
export const hostilePatterns: readonly HostilePattern[] = [
  of('^(a+)+$', 'a', '!'),
  of('^(a|a)*$', 'a', 'b'),
  of('^(.*)*x$', 'a'),
  of('(x+x+)+y', 'x'),
  of('^(([a-z])+.)+[A-Z]([a-z])+$', 'a'),
  of('(a*)*b', 'a'),
  of('(.*,){11}P', '1,'),
  of('(.*?,){11}P', '1,'),
  of('^/(.*)/(.*)/(.*)/(.*)x$', '/'),
  of('^(?!.*(a+)+$).*z$', 'a', '!'),
  of('^((a|b|ab)*)*c', 'ab'),
];

/** Nor these, but nothing can be remembered on the way: they are given up, as PCRE gives them up. */
export const endlessPatterns: readonly HostilePattern[] = [
  of('(a+)+\\1b', 'a'),
  of('(?=(a+))\\1b', 'a'),
  of('(?:(?>a*)b|a)*c', 'a'),
  of('(\\((?:[^()]|(?1))*\\))x', '('),
  of('((((((a*)*)*)*)*)*)*b', 'a'),
];
