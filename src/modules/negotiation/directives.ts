// LanguagePriority, ForceLanguagePriority, CacheNegotiatedDocs.

import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import { everywhere, servers } from '../contexts.ts';

export interface NegotiationServer {
  cacheDocuments: boolean;
}

export interface NegotiationDir {
  priority?: readonly string[];
  /** Undefined: Prefer. Empty: None. */
  force?: ReadonlySet<'prefer' | 'fallback'>;
}

type NegotiationDirective = Directive<NegotiationServer, NegotiationDir>;

function setForce(dir: NegotiationDir, word: string): string | undefined {
  const name = lowerAscii(word);
  const isNone = dir.force?.size === 0;
  if (name === 'none') {
    if (dir.force !== undefined && !isNone) return 'Cannot combine ForceLanguagePriority options with None';
    dir.force = new Set();
    return undefined;
  }
  if (name !== 'prefer' && name !== 'fallback') return `Invalid ForceLanguagePriority option ${word}`;
  if (isNone)
    return `Cannot combine ForceLanguagePriority options None and ${name === 'prefer' ? 'Prefer' : 'Fallback'}`;
  dir.force = new Set([...(dir.force ?? []), name]);
  return undefined;
}

export const negotiationDirectives: readonly NegotiationDirective[] = [
  {
    name: 'CacheNegotiatedDocs',
    args: 'flag',
    contexts: servers,
    default: 'Off',
    help: "Either 'on' or 'off' (default)",
    example: 'CacheNegotiatedDocs On',
    set(cmd, value) {
      cmd.config.cacheDocuments = value === 'on';
      return undefined;
    },
  },
  {
    name: 'LanguagePriority',
    args: 'iterate',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'space-delimited list of MIME language abbreviations',
    example: 'LanguagePriority en fr de',
    set(cmd, language = '') {
      cmd.dir.priority = [...(cmd.dir.priority ?? []), language];
      return undefined;
    },
  },
  {
    name: 'ForceLanguagePriority',
    args: 'iterate',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Prefer',
    help: 'Force LanguagePriority elections, either None, or Fallback and/or Prefer',
    example: 'ForceLanguagePriority Prefer Fallback',
    set: (cmd, word = '') => setForce(cmd.dir, word),
  },
];
