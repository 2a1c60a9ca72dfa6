// MaxRanges, MaxRangeOverlaps and MaxRangeReversals: how much a Range field may ask before the whole is sent instead.

import type { Directive } from '../../conf/directive.ts';
import { lowerAscii } from '../../kit/ascii.ts';
import type { CoreDirConfig, CoreServerConfig } from '../../request/core-config.ts';
import { RANGE_LIMITS, type RangeLimits } from '../../wire/ranges.ts';
import { serverFiles } from '../contexts.ts';

/** Undefined where it is no number above 0 and none of the words. Like C's atoi, what is behind the digits is no harm. */
function readLimit(text: string, usual: number): number | undefined {
  switch (lowerAscii(text)) {
    case 'none':
      return 0;
    case 'default':
      return usual;
    case 'unlimited':
      return Number.POSITIVE_INFINITY;
    default: {
      const digits = /^\s*\+?(\d+)/.exec(text)?.[1];
      const value = Number(digits);
      return value > 0 ? value : undefined;
    }
  }
}

function limit(
  name: string,
  key: keyof RangeLimits,
  what: string,
): Directive<CoreServerConfig, CoreDirConfig> {
  return {
    name,
    args: 'take1',
    contexts: serverFiles,
    default: String(RANGE_LIMITS[key]),
    help: `${what} in a request before returning the entire resource, or 0 for unlimited`,
    example: `${name} default`,
    set(cmd, text = '') {
      const value = readLimit(text, RANGE_LIMITS[key]);
      if (value === undefined) return `${name} requires 'none', 'default', 'unlimited' or a positive integer`;
      cmd.dir.rangeLimits = { ...cmd.dir.rangeLimits, [key]: value };
      return undefined;
    },
  };
}

export const rangeDirectives: readonly Directive<CoreServerConfig, CoreDirConfig>[] = [
  limit('MaxRanges', 'ranges', 'Maximum number of Ranges'),
  limit('MaxRangeOverlaps', 'overlaps', 'Maximum number of overlaps in Ranges'),
  limit('MaxRangeReversals', 'reversals', 'Maximum number of reversals in Ranges'),
];
