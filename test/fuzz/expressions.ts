// Random patterns and substitutions, piece by piece.

import type { Random } from './random.ts';
import type { Words } from './rule-set.ts';
import { MAP_NAMES, SEGMENTS, VARIABLES } from './vocabulary.ts';

/** Where a rule stands, and so what its pattern sees: a URL, a path without its folder, a whole path. */
export type Place = 'server' | 'directory' | 'section';

const REGEX_SEGMENTS = [
  '([^/]+)',
  '([^/]*)',
  '([a-z]+)',
  '(.*)',
  '(.+)',
  '(\\w+)',
  '(a|b)',
  '(a)?',
  '([^.]+)\\.(html|txt)',
  '(?:sub|dir)',
  '(?<n>[a-z])',
  '(\\d+)',
  '[ab]',
  '(A|SUB)',
  '.',
];

const WHOLE_PATTERNS: readonly Words[] = [
  ['^(.*)$'],
  ['(.*)'],
  ['.'],
  ['^'],
  ['.*'],
  ['^(.+)$'],
  ['\\.html$'],
  ['^(.*)', '\\.html', '$'],
  ['(.+)', '\\.(txt|html|cgi)', '$'],
  ['^/?', '([^/]+)', '/(.*)', '$'],
  ['^/?', '([^/]*)', '(/.*)?', '$'],
  ['^', '(.*/)?', '([^/]*)', '$'],
  ['/$'],
  ['$'],
  ['(?i)', 'SUB'],
  ['%'],
  ['\\s'],
  ['[^a-z/.]'],
  ['(?!.*\\.html)', '^(.*)'],
  ['^$'],
  ['//'],
  ['\\?'],
  ['(a)(b)?(c)?'],
];

/** A pattern that matches something often. */
export function generatePattern(random: Random, place: Place): string[] {
  const negation = random.chance(0.07) ? ['!'] : [];
  if (random.chance(0.01))
    return [...negation, random.pick(['(', '[a', '*', 'a{2,1}', '(?P<', '\\', 'a**', '(?<n', '+'])];
  const words = random.weigh<string[]>([
    [3, () => [...random.pick(WHOLE_PATTERNS)]],
    [place === 'section' ? 1 : 6, () => pathPattern(random, place)],
    [place === 'section' ? 3 : 0.5, () => ['/', segment(random), ...tail(random)]],
    [place === 'section' ? 2 : 0.2, () => ['^', '{DOCROOT}', '/', segment(random), ...tail(random)]],
    [place === 'server' ? 0.1 : 0.4, () => ['^/', segment(random), ...tail(random)]],
  ]);
  return [
    ...negation,
    ...words.map((word, at) => (words.indexOf(word) < at ? word.replace('?<n>', '') : word)),
  ];
}

function pathPattern(random: Random, place: Place): string[] {
  const words = random.chance(0.85) ? ['^'] : [];
  const count = random.weigh([
    [5, () => 1],
    [3, () => 2],
    [1, () => 3],
  ]);
  for (let at = 0; at < count; at++) {
    if (at > 0 || place === 'server') words.push(random.chance(0.03) ? '//' : '/');
    words.push(segment(random));
  }
  return [...words, ...tail(random)];
}

function segment(random: Random): string {
  if (random.chance(0.45)) return random.pick(REGEX_SEGMENTS);
  const text = random.pick(SEGMENTS);
  return random.chance(0.6) ? text.replaceAll('.', '\\.') : text;
}

function tail(random: Random): string[] {
  return random.weigh<string[]>([
    [3, () => ['(.*)', '$']],
    [2, () => ['$']],
    [2, () => []],
    [2, () => ['/(.*)', '$']],
    [1, () => ['/?', '$']],
    [1, () => ['(/.*)?', '$']],
    [1, () => ['(.*)']],
  ]);
}

/** A substitution, and whether it names another server. */
export function generateSubstitution(
  random: Random,
  place: Place,
): { substitution: string[]; isAbsolute: boolean } {
  const local = (words: string[]): { substitution: string[]; isAbsolute: boolean } => ({
    substitution: [...words, ...query(random)],
    isAbsolute: false,
  });
  return random.weigh([
    [1.5, () => ({ substitution: ['-'], isAbsolute: false })],
    [place === 'directory' ? 3 : 6, () => local(['/', ...path(random)])],
    [place === 'directory' ? 5 : 0.6, () => local(path(random))],
    [0.5, () => local(['{DOCROOT}', '/', ...path(random)])],
    [0.3, () => local(['{DOCROOT}', ...path(random)])],
    [0.5, () => local([expansion(random), ...path(random)])],
    [
      0.2,
      () =>
        local([
          random.pick([
            '//',
            '/./',
            '/../',
            '../',
            './',
            '/~root/',
            '/etc/passwd',
            '/tmp',
            '/cgi-bin/s.cgi',
            '/al/',
          ]),
        ]),
    ],
    [0.15, () => local([])],
    [3, () => ({ substitution: [...remote(random), ...query(random)], isAbsolute: true })],
  ]);
}

function path(random: Random): string[] {
  const words: string[] = [];
  const count = random.between(1, 3);
  for (let at = 0; at < count; at++) {
    if (at > 0)
      words.push(
        random.weigh([
          [8, () => '/'],
          [0.5, () => '//'],
          [1, () => ''],
          [0.5, () => '/../'],
          [0.3, () => '/./'],
        ]),
      );
    words.push(piece(random));
  }
  return words;
}

function piece(random: Random): string {
  return random.weigh([
    [5, () => random.pick(SEGMENTS)],
    [5, () => expansion(random)],
    [0.8, () => random.pick(ODD_TEXTS)],
  ]);
}

const ODD_TEXTS = [
  '%20',
  '\\$1',
  '\\%',
  '#frag',
  '%41',
  '$',
  '%',
  '\\ ',
  ' ',
  '"',
  '${x',
  '%{x',
  '${t}',
  '\\',
  '{',
  '}',
  ':',
  ';',
  '~',
  'é',
  '%%',
  '$$1',
  '|',
  '%{}',
  '${t:}',
  '+',
  '&',
  '=',
  "'",
  '%2f',
  '%3f',
  '\\?',
];

/** `$1`, `%1`, `%{VARIABLE}` or `${map:key|default}`. */
export function expansion(random: Random): string {
  return random.weigh([
    [6, () => random.pick(['$1', '$1', '$1', '$2', '$0', '$3', '$9'])],
    [2, () => random.pick(['%1', '%0', '%2'])],
    [2, () => `%{${random.pick(VARIABLES)}}`],
    [2, () => mapLookup(random, 0)],
  ]);
}

function mapLookup(random: Random, depth: number): string {
  const key = mapText(random, depth);
  const fallback = random.chance(0.5) ? `|${mapText(random, depth)}` : '';
  return `\${${random.pick(MAP_NAMES)}:${key}${fallback}}`;
}

function mapText(random: Random, depth: number): string {
  return random.weigh([
    [5, () => random.pick(['$1', '$1', '%1', '$0', '$2'])],
    [2, () => random.pick(['a', 'b', 'sub', 'c', 'empty', 'q', 'UP', 'nokey', '', 'd', 'x'])],
    [1, () => `%{${random.pick(VARIABLES)}}`],
    [depth < 2 ? 1.5 : 0, () => mapLookup(random, depth + 1)],
    [0.3, () => random.pick(['/page.html', '$1$2', 'x$1', '\\$1', 'a b', 'A/B?c', '%41%2f'])],
  ]);
}

function query(random: Random): string[] {
  if (random.chance(0.65)) return [];
  return random.weigh<string[]>([
    [2, () => ['?']],
    [4, () => ['?', random.pick(['a=', 'q=', 'x', 'u=', '']), piece(random)]],
    [2, () => ['?', '%{QUERY_STRING}', random.pick(['', '&', '&z=1'])]],
    [1, () => ['?', 'a', '?', piece(random)]],
    [1, () => ['?', piece(random), '&', piece(random)]],
    [0.5, () => ['?', 'a b']],
    [0.5, () => ['?', '&', '&']],
  ]);
}

const REMOTES: readonly Words[] = [
  ['http://other.test', '/'],
  ['http://other.test:8080', '/'],
  ['https://other.test', '/'],
  ['http://{NAME}', '/'],
  ['http://{NAME}:{PORT}', '/'],
  ['HTTP://{NAME}:{PORT}', '/'],
  ['http://alias.{NAME}:{PORT}', '/'],
  ['http://%{HTTP_HOST}', '/'],
  ['https://%{SERVER_NAME}', '%{REQUEST_URI}'],
  ['http://127.0.0.1:{PORT}', '/'],
  ['ftp://other.test', '/'],
  ['mailto:', 'x@other.test'],
  ['ldap://other.test', '/'],
  ['news:', 'x'],
  ['ws://other.test', '/'],
  ['http:/', '/x'],
  ['http:', '/'],
  ['javascript:', 'x'],
  ['gopher://other.test', '/'],
  ['nntp://other.test', '/'],
  ['http://other.test'],
  ['http://[::1]', '/'],
  ['//other.test', '/'],
];

function remote(random: Random): string[] {
  if (random.chance(0.55))
    return ['http://127.0.0.1:{ECHO}', '/', ...(random.chance(0.85) ? path(random) : [])];
  return [...random.pick(REMOTES), ...(random.chance(0.85) ? path(random) : [])];
}
