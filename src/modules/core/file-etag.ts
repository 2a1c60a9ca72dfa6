// FileETag: which facts of a file its entity tag is made of. Plain words begin anew, signed ones change what is
// inherited, as Apache counts them: a sign without anything to inherit begins with nothing.

import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import {
  type CoreDirConfig,
  type CoreServerConfig,
  ETAG,
  type EtagSetting,
} from '../../request/core-config.ts';
import { everywhere } from '../contexts.ts';

const WORDS: Readonly<Record<string, number>> = {
  inode: ETAG.inode,
  mtime: ETAG.mtime,
  lmtime: ETAG.mtime,
  lastmodified: ETAG.mtime,
  size: ETAG.size,
  digest: ETAG.digest,
};

/** The words that stand for all or none of the parts; they take no sign. */
const SETS: Readonly<Record<string, number>> = { all: ETAG.all, none: ETAG.none };

const NOTHING: EtagSetting = { bits: 0, add: 0, remove: 0 };

function readWords(inherited: EtagSetting, words: readonly string[]): EtagSetting | string {
  let { bits, add, remove } = inherited;
  let isFirst = true;
  for (const word of words) {
    const sign = /^[+-]/.exec(word)?.[0];
    const name = word.slice(sign === undefined ? 0 : 1);
    const set = SETS[lowerAscii(name)];
    const bit = set ?? WORDS[lowerAscii(name)];
    if (bit === undefined) return `Unknown keyword '${name}' for FileETag directive`;
    if (set !== undefined && sign !== undefined)
      return `FileETag keyword '${name}' cannot be used with '+' or '-'`;
    if (sign === '+') {
      add |= bit;
      remove &= ~bit;
    } else if (sign === '-') {
      remove |= bit;
      add &= ~bit;
    } else {
      bits = set ?? (isFirst ? 0 : bits) | bit;
      isFirst = false;
      add = 0;
      remove = 0;
    }
  }
  return { bits, add, remove };
}

/** An inner section's setting on top of an outer one's. */
export function mergeEtag(base: EtagSetting, given: EtagSetting): EtagSetting {
  const merged = given.bits === 0 ? mergeSigns(base, given) : given;
  return merged.bits === ETAG.none ? merged : { ...merged, bits: merged.bits & ~ETAG.none };
}

function mergeSigns(base: EtagSetting, given: EtagSetting): EtagSetting {
  const add = (base.add & ~given.remove) | given.add;
  const remove = (base.remove & ~given.add) | given.remove;
  return { add, remove, bits: (base.bits & ~remove) | add };
}

export const fileEtagDirective: Directive<CoreServerConfig, CoreDirConfig> = {
  name: 'FileETag',
  args: 'takeArgv',
  contexts: everywhere,
  override: 'FileInfo',
  default: 'MTime Size',
  help: "Specify components used to construct a file's ETag",
  example: 'FileETag INode MTime Size',
  set(cmd, ...words) {
    const setting = readWords(
      cmd.dir.fileETag ?? NOTHING,
      words.filter((word) => word !== undefined),
    );
    if (typeof setting === 'string') return setting;
    cmd.dir.fileETag = setting;
    return undefined;
  },
};
