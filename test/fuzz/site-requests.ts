// Requests for a folder of .htaccess files that people use: made from the patterns of its rules, so that the rules
// are reached, and with the Accept fields that its conditions look for.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { splitArguments } from '../../src/rules/line.ts';
import type { Random } from './random.ts';
import { sampleOf } from './sample.ts';

export interface SiteRequest {
  readonly target: string;
  readonly headers: readonly string[];
}

const ACCEPTS = [
  'text/html,application/xhtml+xml,*/*;q=0.8',
  'text/turtle',
  'application/rdf+xml',
  'application/ld+json',
  'application/json',
  'application/n-triples',
  '*/*',
];

/** Every .htaccess file below a folder, with its lines. */
export function htaccessFiles(
  root: string,
): { readonly folder: string; readonly lines: readonly string[] }[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name === '.htaccess')
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => ({
      folder: relative(root, dirname(file)),
      lines: readFileSync(file, 'latin1').replaceAll('\\\n', '').split(/\r?\n/),
    }));
}

/** Some requests for each rule of one file. */
export function* requestsFor(
  folder: string,
  lines: readonly string[],
  each: number,
  random: Random,
): Generator<SiteRequest> {
  const base = folder === '' ? '/' : `/${escapePath(folder)}/`;
  yield { target: base, headers: accept(random, []) };
  let wanted: string[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^\s*(\w+)\s+(.*)$/.exec(line) ?? [];
    const words = splitArguments(rest);
    if (words === undefined) continue;
    const { first, second } = words;
    if (/^RewriteCond$/i.test(name) && /ACCEPT/i.test(first.text)) wanted.push(second.text.replace(/^!/, ''));
    if (!/^RewriteRule$/i.test(name)) continue;
    for (let i = 0; i < each; i++) yield requestFor(base, first.text, wanted, random);
    wanted = [];
  }
}

function requestFor(base: string, pattern: string, wanted: readonly string[], random: Random): SiteRequest {
  const path = sampleOf(pattern.replace(/^!/, ''), random) ?? 'x';
  const query = random.chance(0.15) ? random.pick(['?a=1', '?x=%20y&z', '?', '?q=a+b']) : '';
  const tail = random.chance(0.1) ? random.pick(['/', 'x', '/more', '%20', '.html']) : '';
  return { target: `${base}${escapePath(path)}${tail}${query}`, headers: accept(random, wanted) };
}

function accept(random: Random, wanted: readonly string[]): string[] {
  if (random.chance(0.25)) return [];
  const sample = wanted.length > 0 && random.chance(0.7) ? sampleOf(random.pick(wanted), random) : undefined;
  const value = (sample ?? random.pick(ACCEPTS)).replace(/[^\x20-\x7e]/g, '').trim();
  return value === '' ? [] : [`Accept: ${value}`];
}

function escapePath(path: string): string {
  return path.replace(
    /[^A-Za-z0-9/._~!$&'()*+,;=:@-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
