// By what a case, or one of its requests, is left out: its answer is not the rules' alone.

import { parseSource } from '../../src/conf/parser.ts';
import { Source } from '../../src/conf/source.ts';
import type { ConfNode } from '../../src/conf/tree.ts';
import type { Case } from '../support/case-file.ts';

/** Why a request is left out. */
export type LeftOut =
  | 'no request: the configuration alone is checked'
  | 'other directives decide, too'
  | 'a configuration of its own'
  | 'the module is not loaded'
  | 'maps that are programs, databases or hashes'
  | 'several messages in one go'
  | 'text that is no UTF-8'
  | 'no request that a library would be handed'
  | 'a folder: mod_dir answers'
  | 'a program or another handler answers'
  | 'access rules of the common beginning'
  | 'the backend has an answer of its own'
  | 'what only a file handler looks at'
  | 'opened as another user: file modes do not count here';

/** Directives that change nothing of what is compared here. */
const HARMLESS =
  /^(?:AllowOverride (?:All|FileInfo|.*FileInfo.*)|Options(?: \+?FollowSymLinks| All| [-+]Indexes| -MultiViews)+|LogLevel .*|Require all granted|ProxyRequests off|ProxyPreserveHost .*|ServerSignature .*|UseCanonicalName off|ServerAlias .*|LimitInternalRecursion \d+|AllowEncodedSlashes .*|MergeSlashes .*|RewriteLog.*)$/i;

const REWRITE = /^Rewrite(?:Engine|Options|Base|Cond|Rule|Map)$/i;

/** Why all of a case is left out; undefined where it is not. */
export function leftOutAsAWhole({
  isConfigtest,
  hasPrelude,
  modules,
  conf,
  entries,
}: Case): LeftOut | undefined {
  if (isConfigtest) return 'no request: the configuration alone is checked';
  if (!hasPrelude) return 'a configuration of its own';
  if (modules.some((words) => /(?:^|\s)-rewrite\b/.test(words) || words.startsWith('only')))
    return 'the module is not loaded';
  const texts = [conf, ...entries.filter(isHtaccess).map((entry) => ('text' in entry ? entry.text : ''))];
  for (const text of texts) {
    if (textOf(text) === undefined) return 'text that is no UTF-8';
    if (/^\s*RewriteMap\s+\S+\s+"?(?:prg|dbd|fastdbd|dbm)/im.test(text))
      return 'maps that are programs, databases or hashes';
    if (!parseSource(new Source('text', text)).nodes.every(isOfRules)) return 'other directives decide, too';
  }
  if (entries.some((entry) => 'mode' in entry && (entry.mode & 0o044) !== 0o044))
    return 'opened as another user: file modes do not count here';
  return texts.some((text) => /^\s*RewriteRule/im.test(text)) ? undefined : 'other directives decide, too';
}

function isHtaccess({ path }: { readonly path: string }): boolean {
  return /^htdocs\/(?:.*\/)?\.htaccess$/.test(path);
}

function isOfRules(node: ConfNode): boolean {
  if (node.kind === 'section')
    return /^(?:IfModule|IfVersion|IfDefine|Directory)$/i.test(node.name) && node.children.every(isOfRules);
  return REWRITE.test(node.name) || HARMLESS.test(`${node.name} ${node.args.trim()}`);
}

/** Of bytes, if they are UTF-8. */
export function textOf(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}
