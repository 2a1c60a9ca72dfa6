// mod_substitute: text in answers replaced on its way out (the filter SUBSTITUTE).

import type { Directive } from '../../conf/directive.ts';
import type { Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { defineModule, type Module } from '../../request/module.ts';
import { awaitBeginning, FILTER_TYPE, isAtHand, replaceBody } from '../../request/output-filters.ts';
import { everywhere } from '../contexts.ts';
import { type Pattern, readPattern } from './pattern.ts';
import { SubstitutedBody } from './substituted-body.ts';

interface SubstituteDir {
  readonly patterns: readonly Pattern[];
  maxLineLength?: number;
  inheritBefore?: boolean;
}

const DEFAULT_LINE = 1024 * 1024;

/** What is changed of a body at hand before the answer begins: a line that is too long there is a 500. */
const LOOK_AHEAD = 64 * 1024;

const LINE_COMPLAINT =
  "SubstituteMaxLineLength must be a non-negative integer optionally suffixed with 'b', 'k', 'm' or 'g'.";

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `10m` as bytes; undefined for what is no size. */
function readSize(text: string): number | undefined {
  const [, digits, unit = ''] = /^\s*\+?(\d+)([bkmg]?)$/i.exec(text) ?? [];
  const size = digits === undefined ? Number.NaN : Number(digits) * UNITS[unit.toLowerCase()]!;
  return Number.isSafeInteger(size) ? size : undefined;
}

const directives: readonly Directive<undefined, SubstituteDir>[] = [
  {
    name: 'Substitute',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    help: 'Pattern to filter the response content (s/foo/bar/[inf])',
    example: 'Substitute "s/foo/bar/ni"',
    set(cmd, line = '') {
      const pattern = readPattern(line);
      if (typeof pattern === 'string') return pattern;
      (cmd.dir.patterns as Pattern[]).push(pattern);
      return undefined;
    },
  },
  {
    name: 'SubstituteMaxLineLength',
    args: 'take1',
    contexts: everywhere,
    override: 'FileInfo',
    default: '1m',
    help: 'Maximum line length',
    example: 'SubstituteMaxLineLength 10m',
    set(cmd, text = '') {
      const size = readSize(text);
      if (size === undefined) return LINE_COMPLAINT;
      cmd.dir.maxLineLength = size;
      return undefined;
    },
  },
  {
    name: 'SubstituteInheritBefore',
    args: 'flag',
    contexts: everywhere,
    override: 'FileInfo',
    default: 'Off',
    help: 'Apply inherited patterns before those of the current context',
    example: 'SubstituteInheritBefore On',
    set(cmd, value) {
      cmd.dir.inheritBefore = value === 'on';
      return undefined;
    },
  },
];

function mergeDir(base: SubstituteDir, add: SubstituteDir): SubstituteDir {
  const merged = { ...base, ...add };
  const patterns =
    merged.inheritBefore === true ? [...base.patterns, ...add.patterns] : [...add.patterns, ...base.patterns];
  return { ...merged, patterns };
}

function substituteAnswer(x: Exchange): Soon<void> {
  const { patterns, maxLineLength = DEFAULT_LINE } = substitute.dir(x) ?? { patterns: [] };
  const isWhole = isAtHand(x);
  const onTooLong = (): void => logEvent(x, 'substitute', 'error', `AH01328: Line too long, URI ${x.uri}`);
  replaceBody(x, (source) => new SubstitutedBody(source, patterns, maxLineLength, onTooLong));
  return isWhole && !x.headOnly ? awaitBeginning(x, LOOK_AHEAD) : undefined;
}

export const substitute: Module<undefined, SubstituteDir> = defineModule<undefined, SubstituteDir>({
  name: 'substitute',
  directives,
  dirConfig: { create: () => ({ patterns: [] }), merge: mergeDir },
  outputFilters: [{ name: 'SUBSTITUTE', type: FILTER_TYPE.resource, apply: substituteAnswer }],
});
