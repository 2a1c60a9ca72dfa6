// Every line of a configuration that maps, rewrites or redirects: what a replayed log can be held against.

import type { DirConfig } from '../conf/section.ts';
import type { ConfNode } from '../conf/tree.ts';
import type { AliasDir } from '../modules/alias/config.ts';
import { alias } from '../modules/alias/index.ts';
import { rewrite } from '../modules/rewrite/index.ts';
import type { RewriteScope } from '../modules/rewrite/scope.ts';
import type { LiveSite } from '../request/exchange.ts';
import { keyOf, lineOf } from './line.ts';
import type { Line } from './story.ts';

const NAMES: ReadonlySet<string> = new Set([
  'rewriterule',
  'proxypass',
  'proxypassmatch',
  'redirect',
  'redirectmatch',
  'redirecttemp',
  'redirectpermanent',
  'alias',
  'aliasmatch',
  'scriptalias',
  'scriptaliasmatch',
]);

/** Those of the configuration files, then those of the .htaccess files that requests have met. */
export function ruleLines(live: LiveSite): readonly Line[] {
  const found = new Map<string, Line>();
  const add = (line: Line | undefined): void => {
    if (line !== undefined && !found.has(keyOf(line))) found.set(keyOf(line), line);
  };
  for (const line of linesOfTree(live.conf.tree)) add(line);
  for (const { result } of live.htaccess.compiled.values())
    if (!('error' in result)) for (const line of linesOfDir(result)) add(line);
  return [...found.values()];
}

function linesOfTree(nodes: readonly ConfNode[]): Line[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'section') return linesOfTree(node.children);
    return NAMES.has(node.name.toLowerCase()) ? [lineOf(node.line.placeAt())] : [];
  });
}

function linesOfDir(dir: DirConfig): (Line | undefined)[] {
  const rules = (dir.values[rewrite.slot] as RewriteScope | undefined)?.set.rules ?? [];
  const own = dir.values[alias.slot] as AliasDir | undefined;
  return [
    ...rules.map(({ place }) => lineOf(place)),
    ...(own?.redirects ?? []).map(({ place }) => lineOf(place)),
    ...(own?.redirect === undefined ? [] : [lineOf(own.redirect.place)]),
    ...[...dir.files, ...dir.ifs].flatMap((section) => linesOfDir(section.dir)),
  ];
}
