// Random conditions: every kind of test that a RewriteCond knows.

import { expansion, type Place } from './expressions.ts';
import type { Random } from './random.ts';
import type { RuleCondition } from './rule-set.ts';
import { SEGMENTS, VARIABLES } from './vocabulary.ts';

export function generateCondition(random: Random, place: Place): RuleCondition {
  const made = random.weigh<{ test: string[]; pattern: string[] }>([
    [4, () => ({ test: [variable(random)], pattern: regex(random) })],
    [2, () => ({ test: [expansion(random)], pattern: regex(random) })],
    [
      1,
      () => ({
        test: [expansion(random), random.pick(['', '-', '/', 'x']), expansion(random)],
        pattern: regex(random),
      }),
    ],
    [3, () => fileTest(random, place)],
    [1.5, () => stringTest(random)],
    [1, () => numberTest(random)],
    [1.5, () => ({ test: ['expr'], pattern: [random.pick(EXPRESSIONS)] })],
    [
      0.5,
      () => ({
        test: ['%{ENV:REDIRECT_STATUS}'],
        pattern: [random.pick(['^$', '!^$', '=200', '404', '-eq', '!=200'])],
      }),
    ],
    [0.05, () => ({ test: ['a'], pattern: [random.pick(['(', '[', '*', '!', '!('])] })],
  ]);
  return { ...made, flags: flags(random) };
}

function flags(random: Random): string[] {
  const chosen: string[] = [];
  if (random.chance(0.2)) chosen.push(random.pick(['OR', 'OR', 'ornext']));
  if (random.chance(0.15)) chosen.push(random.pick(['NC', 'nocase']));
  if (random.chance(0.06)) chosen.push(random.pick(['NV', 'novary']));
  if (random.chance(0.003)) chosen.push(random.pick(['X', 'L', '']));
  return chosen;
}

function variable(random: Random): string {
  return `%{${random.pick(VARIABLES)}}`;
}

function negated(random: Random, pattern: readonly string[]): string[] {
  return random.chance(0.25) ? ['!', ...pattern] : [...pattern];
}

const REGEXES: readonly (readonly string[])[] = [
  ['.'],
  ['^$'],
  ['(.*)'],
  ['^(.*)$'],
  ['^/', '([^/]*)', '/'],
  ['a=([^&]*)'],
  ['(a)|(b)'],
  ['^(GET|HEAD)$'],
  ['^[A-Z]+ ', '/([^ ]*)', ' '],
  ['(foo|42)'],
  ['\\.(html|txt)$'],
  ['^(.*)\\.html$'],
  ['sub', '/(.*)'],
  ['42'],
  ['=1'],
  ['^', '{NAME}'],
  ['mozilla'],
  ['^(.)-\\1$'],
  ['='],
  ['<'],
  ['-'],
  ['-foo'],
  ['-z'],
  ['[a-c]'],
  ['\\s'],
  ['b$'],
];

function regex(random: Random): string[] {
  return negated(random, random.pick(REGEXES));
}

function fileTest(random: Random, place: Place): { test: string[]; pattern: string[] } {
  const pattern = negated(random, [
    random.pick(['-d', '-f', '-f', '-d', '-s', '-l', '-L', '-h', '-x', '-F', '-U', '-U', '-F']),
  ]);
  const isUrl = pattern.at(-1) === '-U';
  const tests: readonly (readonly string[])[] = [
    ['%{REQUEST_FILENAME}'],
    ['%{REQUEST_FILENAME}', '.html'],
    ['%{DOCUMENT_ROOT}', '/', '$1'],
    ['%{DOCUMENT_ROOT}', '%{REQUEST_URI}'],
    ['%{DOCUMENT_ROOT}', '/sub/', '$1'],
    ['{DOCROOT}', '/', random.pick(SEGMENTS)],
    ['{DOCROOT}', '/sub/', '$1'],
    ['%{LA-U:REQUEST_FILENAME}'],
    ['$1'],
    [''],
    ['/nonexistent'],
  ];
  const urls: readonly (readonly string[])[] = [
    ['%{REQUEST_URI}'],
    ['/', random.pick(SEGMENTS)],
    ['/sub/', '$1'],
    ['$0'],
    ['/', '$1'],
  ];
  const usesUrl = isUrl ? random.chance(0.85) : random.chance(place === 'server' ? 0.1 : 0.03);
  return { test: [...random.pick(usesUrl ? urls : tests)], pattern };
}

function stringTest(random: Random): { test: string[]; pattern: string[] } {
  const operator = random.pick(['=', '=', '=', '<', '>', '<=', '>=']);
  const operand = random.pick([
    '',
    '""',
    'a',
    'b',
    'aa',
    'GET',
    '/sub/a',
    'a=1',
    '42',
    'foo',
    '$1',
    '%1',
    '/',
    'FOO',
    '/SUB',
    '9',
  ]);
  const test = random.chance(0.7) ? variable(random) : expansion(random);
  return { test: [test], pattern: negated(random, [operator, operand]) };
}

function numberTest(random: Random): { test: string[]; pattern: string[] } {
  const operator = random.pick(['-eq', '-ne', '-gt', '-ge', '-lt', '-le']);
  const operand = random.pick(['42', ' 42', '0', '', '1', ' 1', '-1', '200', 'x']);
  const test = random.pick([
    '$1',
    '%{HTTP:X-Test}',
    '%{ENV:REDIRECT_STATUS}',
    '%1',
    '42',
    ' +7',
    '%{SERVER_PORT}',
    '%{TIME_YEAR}',
    '-3x',
    '',
  ]);
  return { test: [test], pattern: negated(random, [operator, operand]) };
}

const EXPRESSIONS = [
  '%{REQUEST_URI} =~ m#^/(sub|a)(.*)#',
  "%{REQUEST_URI} == '/a'",
  '%{QUERY_STRING} =~ /a=(\\d)/',
  '-n %{QUERY_STRING}',
  '-z %{HTTP:X-Test}',
  '%{HTTP:X-Test} -eq 42',
  "req('X-Test') == 'foo'",
  "toupper(%{REQUEST_METHOD}) == 'GET' && true",
  "%{REQUEST_METHOD} in { 'GET', 'POST' }",
  '-f %{REQUEST_FILENAME}',
  '-d %{REQUEST_FILENAME}',
  '! (%{REQUEST_URI} =~ /html$/)',
  '%{THE_REQUEST} =~ m#^GET /([a-z]*)#i',
  "reqenv('E1') == 'x' || -n env('SIF')",
  "%{REQUEST_URI} -strmatch '/sub/*'",
  "%{HTTP_HOST} -strcmatch '*.TEST*'",
  "-R '127.0.0.0/8'",
  "'a' lt 'b'",
  "%{REQUEST_URI} =~ /sub/ and %{QUERY_STRING} != ''",
  'escape(%{REQUEST_URI}) =~ /%/',
  "md5('a') =~ /^0cc1/",
  '%{HTTP:Accept} =~ /html/',
  '-U %{REQUEST_URI}',
  '-e %{REQUEST_FILENAME}',
  'true',
  'false',
  "file('{ROOT}/conf/one.txt') =~ /one/",
  "filesize('{DOCROOT}/a') -gt 3",
  "unescape('%2f') == '/'",
  '%{REQUEST_URI} =~',
  "base64('a') == 'YQ=='",
  '%{SCRIPT_FILENAME} =~ m#/([^/]*)$#',
  "%{IPV6} == 'off'",
  "%{CONTEXT_PREFIX} == ''",
  "%{HANDLER} == 'cgi-script'",
  '%{CONTENT_TYPE} =~ /^text/',
];
