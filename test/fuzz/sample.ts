// Texts that a regular expression matches, made from its tree: what one would type to reach a rule.

import { RegexSyntaxError } from '../../src/kit/regex/index.ts';
import { parseRegex } from '../../src/kit/regex/parser.ts';
import type { Tree } from '../../src/kit/regex/tree.ts';
import type { Random } from './random.ts';

/** Where a set leaves the choice, a plain letter or digit is more likely to be a path. */
const USUAL = 'abcdefghijklmnopqrstuvwxyz0123456789-_';
/** A repetition without a bound is repeated at most so often. */
const MOST_REPEATS = 6;

/** A text that the pattern probably matches; undefined for a pattern that is none. Look-arounds are not looked at. */
export function sampleOf(pattern: string, random: Random): string | undefined {
  try {
    return write(parseRegex(pattern, {}).tree, random, new Map());
  } catch (error) {
    if (error instanceof RegexSyntaxError) return undefined;
    throw error;
  }
}

type Groups = Map<number, string>;

function write(tree: Tree, random: Random, groups: Groups): string {
  switch (tree.kind) {
    case 'set':
      return byteOf(tree.set, random);
    case 'sequence':
      return tree.items.map((item) => write(item, random, groups)).join('');
    case 'choice':
      return write(random.pick(tree.branches), random, groups);
    case 'repeat': {
      const most = Math.min(tree.max, tree.min + MOST_REPEATS);
      return random.several(tree.min, most, () => write(tree.body, random, groups)).join('');
    }
    case 'capture': {
      const text = write(tree.body, random, groups);
      groups.set(tree.group, text);
      return text;
    }
    case 'atomic':
      return write(tree.body, random, groups);
    case 'backreference':
      return groups.get(tree.groups[0] ?? 0) ?? '';
    case 'conditional':
      return write(tree.yes, random, groups);
    default:
      return '';
  }
}

function byteOf(set: Uint8Array, random: Random): string {
  const members = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => set[byte] === 1);
  const usual = members.filter((byte) => USUAL.includes(String.fromCharCode(byte)));
  const among = usual.length > 0 && random.chance(0.95) ? usual : members;
  return among.length === 0 ? '' : String.fromCharCode(random.pick(among));
}
