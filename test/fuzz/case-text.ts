// Writes a rule set and a request as a conformance case (test/conformance/README.md).

import { diffLines } from '../support/answer-diff.ts';
import { comparableLines } from '../support/comparison.ts';
import type { AnswerPair } from './batch.ts';
import { confText, type FuzzRequest, type RuleSet, requestLine, virtualHostText } from './rule-set.ts';
import { mainConf, type SiteFile, sharedFiles, siteFiles, siteLinks } from './site-tree.ts';

/** The files of every rule set, as sections that stand before the first case of a file. */
export function siteSections(): string {
  const plain = siteFiles.filter(
    (file) => !file.isScript && file.text.startsWith('FILE ') && isPlainName(file.path),
  );
  const special = siteFiles.filter((file) => !plain.includes(file));
  return [
    `=== tree\n${plain.map(({ path }) => path).join('\n')}\n`,
    ...special.map((file) => fileSection('htdocs/', file)),
    ...sharedFiles.map((file) => fileSection('', file)),
    ...siteLinks.map(({ path, target }) => `=== link htdocs/${path} ${target}\n`),
    `=== conf\n${mainConf}`,
  ].join('');
}

function isPlainName(path: string): boolean {
  return /^[\w./%?]+$/.test(path);
}

function fileSection(folder: string, { path, text, isScript }: SiteFile): string {
  const name = path.replaceAll(' ', '\\x20');
  return `=== file ${folder}${name}${isScript ? ' 755' : ''}\n${text}`;
}

/** One case: the virtual host, its .htaccess files, the request. */
export function caseText(title: string, set: RuleSet, requests: readonly FuzzRequest[]): string {
  const named = (text: string): string => text.replaceAll('{NAME}', 's0000.test');
  return [
    `=== case ${title}\n`,
    `=== conf\n${named(virtualHostText(set))}`,
    ...[...set.htaccess].map(([folder, nodes]) => `=== htaccess ${folder}\n${named(confText(nodes))}`),
    requests.length === 0
      ? '=== configtest\n'
      : `=== get\n${requests.map((one) => `${named(requestLine(one))}\n`).join('')}`,
  ].join('');
}

/** The lines in which the two answers part: `-` Apache, `+` portico. Undefined where they agree. */
export function differenceOf({ apache, portico }: AnswerPair): string | undefined {
  const lines = comparableLines(apache, portico);
  const isSame = lines.expected.join('\n') === lines.actual.join('\n');
  return isSame ? undefined : diffLines(lines.expected, lines.actual);
}

/** What kind of difference it is: its lines without what depends on the words of the rule set. */
export function kindOfDifference({ apache, portico }: AnswerPair): string {
  if (apache[0] !== portico[0]) return `${apache[0]} -> ${portico[0]}`;
  const lines = comparableLines(apache, portico);
  const only = (one: readonly string[], other: readonly string[]): string[] =>
    one
      .filter((text) => !other.includes(text))
      .map((text) => /^[\w-]+(?=: )/.exec(text)?.[0] ?? text.slice(0, 1));
  return [
    ...new Set([
      apache[0],
      ...only(lines.expected, lines.actual),
      '/',
      ...only(lines.actual, lines.expected),
    ]),
  ].join(' ');
}
