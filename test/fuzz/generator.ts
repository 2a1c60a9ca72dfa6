// Makes random rule sets and requests for them. Decides what is likely; the words are vocabulary.ts.

import { generateCondition } from './conditions.ts';
import { generatePattern, generateSubstitution, type Place } from './expressions.ts';
import { type Random, streamOf } from './random.ts';
import { generateRequest } from './requests.ts';
import {
  type ConfNode,
  confText,
  type FuzzRequest,
  type RuleCondition,
  type RuleNode,
  type RuleSet,
  type SectionNode,
} from './rule-set.ts';
import { generateSurroundings } from './surroundings.ts';
import { BAD_FLAGS, OPTION_WORDS, PLAIN_FLAGS, REDIRECT_FLAGS, STATUS_FLAGS } from './vocabulary.ts';

/** A rule set with the requests for it. */
export interface FuzzItem {
  readonly set: RuleSet;
  readonly requests: readonly FuzzRequest[];
}

/** Lines that every rule set has. */
const BASE: readonly ConfNode[] = [
  section('Directory', '{DOCROOT}', [line('Options +ExecCGI'), line('AddHandler cgi-script .cgi')]),
];

const MAPS = [
  'RewriteMap t txt:{ROOT}/conf/map.txt',
  'RewriteMap r rnd:{ROOT}/conf/one.txt',
  'RewriteMap lc int:tolower',
  'RewriteMap uc int:toupper',
  'RewriteMap esc int:escape',
  'RewriteMap une int:unescape',
];

export function line(text: string): ConfNode {
  return { kind: 'line', text };
}

function section(name: string, argument: string, nodes: readonly ConfNode[]): SectionNode {
  return { kind: 'section', name, argument, nodes };
}

/** The `index`th item of a seed, with so many requests. */
export function generateItem(seed: number, index: number, requests: number): FuzzItem {
  const random = streamOf(seed, index);
  let set = generateRuleSet(random);
  while (asksTooOften(set)) set = generateRuleSet(random);
  return { set, requests: Array.from({ length: requests }, () => generateRequest(random, set)) };
}

function generateRuleSet(random: Random): RuleSet {
  const server: ConfNode[] = [...BASE, line('RewriteEngine On')];
  if (random.chance(0.6)) server.push(...MAPS.map(line));
  server.push(...generateSurroundings(random, 'server'));
  const hasServerRules = random.chance(0.6);
  if (random.chance(0.12)) server.push(options(random));
  if (hasServerRules) server.push(...random.several(1, 4, () => generateRule(random, 'server')));
  while (random.chance(0.3)) server.push(generateSection(random));
  return { names: generateNames(random), server, htaccess: generateHtaccess(random, !hasServerRules) };
}

/** Each subrequest runs the rules again, ten deep: three that ask twice keep a server busy for minutes. */
function asksTooOften(set: RuleSet): boolean {
  const text = confText(set.server) + [...set.htaccess.values()].map((nodes) => confText(nodes)).join('');
  return (text.match(/%\{LA-|[ !]-[UF]\b/g) ?? []).length > 2;
}

function generateNames(random: Random): string[] {
  const name = random.weigh([
    [6, () => 'ServerName {NAME}'],
    [3, () => 'ServerName {NAME}:{PORT}'],
    [1, () => 'ServerName http://{NAME}:{PORT}'],
  ]);
  return random.chance(0.15) ? [name, 'ServerAlias alias.{NAME} *.wild.{NAME}'] : [name];
}

function generateHtaccess(random: Random, isNeeded: boolean): ReadonlyMap<string, readonly ConfNode[]> {
  const files = new Map<string, readonly ConfNode[]>();
  for (const [folder, share] of [
    ['', 0.4],
    ['sub', 0.35],
    ['sub/deep', 0.2],
    ['dir', 0.15],
  ] as const)
    if (random.chance(share) || (isNeeded && folder === 'sub'))
      files.set(folder, generateFolderLines(random));
  return files;
}

function generateFolderLines(random: Random): ConfNode[] {
  const nodes: ConfNode[] = [];
  if (random.chance(0.5)) nodes.push(line(`RewriteEngine ${random.chance(0.95) ? 'On' : 'Off'}`));
  if (random.chance(0.3))
    nodes.push(line(`RewriteBase ${random.pick(['/', '/sub', '/sub/', '/zz/', '/al', '/dir/'])}`));
  if (random.chance(0.2)) nodes.push(options(random));
  nodes.push(...random.several(0, 3, () => generateRule(random, 'directory')));
  nodes.push(...generateSurroundings(random, 'htaccess'));
  if (random.chance(0.12))
    nodes.push(
      section(random.pick(['Files', 'Files']), random.pick(['b.txt', '"*.html"', 'a', '~ "\\.cgi$"']), [
        ...random.several(1, 2, () => generateRule(random, 'section')),
      ]),
    );
  if (random.chance(0.08))
    nodes.push(
      section(
        'If',
        random.pick(IF_ARGUMENTS),
        random.several(1, 2, () => generateRule(random, 'section')),
      ),
    );
  return nodes.map(withFixedPort);
}

/** The two servers share the .htaccess files, but not the port. */
function withFixedPort(node: ConfNode): ConfNode {
  return JSON.parse(JSON.stringify(node).replaceAll('{PORT}', '80')) as ConfNode;
}

const IF_ARGUMENTS = [
  '"%{REQUEST_URI} =~ m#^/sub#"',
  '"true"',
  '"%{QUERY_STRING} == \'a=1\'"',
  '"-n %{HTTP:X-Test}"',
  "\"%{REQUEST_METHOD} in { 'GET', 'HEAD' }\"",
];

const SECTIONS: readonly (readonly [name: string, argument: string, place: Place])[] = [
  ['Directory', '{DOCROOT}', 'directory'],
  ['Directory', '{DOCROOT}/sub', 'directory'],
  ['Directory', '{DOCROOT}/dir/', 'directory'],
  ['Directory', '"{DOCROOT}/*"', 'directory'],
  ['DirectoryMatch', '"/sub(/|$)"', 'directory'],
  ['Directory', '{ROOT}/other', 'directory'],
  ['Location', '/sub', 'section'],
  ['Location', '/', 'section'],
  ['Location', '/a', 'section'],
  ['Location', '/pp', 'section'],
  ['LocationMatch', '"^/(a|b)"', 'section'],
  ['Files', 'b.txt', 'section'],
  ['Files', '"*.html"', 'section'],
  ['FilesMatch', '"\\.(txt|cgi)$"', 'section'],
  ['If', '"%{REQUEST_URI} =~ m#^/sub#"', 'section'],
  ['If', '"%{QUERY_STRING} =~ /a=(.)/"', 'section'],
];

function generateSection(random: Random): SectionNode {
  const [name, argument, place] = random.pick(SECTIONS);
  const nodes: ConfNode[] = [];
  if (random.chance(0.3)) nodes.push(line(`RewriteEngine ${random.chance(0.7) ? 'On' : 'Off'}`));
  if (place === 'directory' && random.chance(0.25))
    nodes.push(line(`RewriteBase ${random.pick(['/', '/sub/', '/zz'])}`));
  if (random.chance(0.15)) nodes.push(options(random));
  nodes.push(...random.several(0, 2, () => generateRule(random, place)));
  if (random.chance(0.1)) nodes.push(line('Require all denied'));
  if (random.chance(0.05)) nodes.push(line('Options None'));
  if (nodes.length === 0) nodes.push(line('RewriteEngine Off'));
  return section(name, argument, nodes);
}

function options(random: Random): ConfNode {
  return line(`RewriteOptions ${random.several(1, 2, () => random.pick(OPTION_WORDS)).join(' ')}`);
}

/** One rule with its conditions. */
function generateRule(random: Random, place: Place): RuleNode {
  let rule = generateAnyRule(random, place);
  while (readsBehindExpression(rule)) rule = generateAnyRule(random, place);
  return rule;
}

/** `%N` behind an expression that matched nothing: Apache reads whatever its memory holds there, or ends. */
function readsBehindExpression({ conditions, substitution, flags }: RuleNode): boolean {
  const uses = [substitution, flags, ...conditions.map(({ test }) => test)].flat().join(' ');
  const holdsNoMatch = ({ test, pattern }: RuleCondition): boolean =>
    test[0] === 'expr' && !/^[^!|]*=~.*\(/.test(pattern.join(''));
  return /%\d/.test(uses) && conditions.some(holdsNoMatch);
}

function generateAnyRule(random: Random, place: Place): RuleNode {
  const conditions = random.chance(0.5) ? [] : random.several(1, 3, () => generateCondition(random, place));
  const pattern = generatePattern(random, place);
  const { substitution, isAbsolute } = generateSubstitution(random, place);
  const flags = generateFlags(random, isAbsolute, place);
  // A server that asks itself goes round until its last thread waits.
  const asksItself = substitution.join('').includes(':{PORT}');
  return {
    kind: 'rule',
    conditions,
    pattern,
    substitution,
    flags: asksItself ? flags.filter((flag) => flag !== 'P') : flags,
  };
}

function generateFlags(random: Random, isAbsolute: boolean, place: Place): string[] {
  const flags = random.weigh<string[]>([
    [5, () => []],
    [isAbsolute ? 4 : 0.15, () => ['P']],
    [3, () => [random.pick(REDIRECT_FLAGS)]],
    [0.6, () => [random.pick(STATUS_FLAGS)]],
    [place === 'server' ? 1.5 : 0.3, () => ['PT']],
  ]);
  flags.push(...random.several(0, 3, () => random.pick(PLAIN_FLAGS)));
  if (place !== 'server' && random.chance(0.4)) flags.push(random.pick(['L', 'END', 'L']));
  if (random.chance(0.01)) flags.push(random.pick(BAD_FLAGS));
  return [...new Set(flags)];
}
