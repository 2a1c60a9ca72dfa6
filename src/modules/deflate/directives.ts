// Directives of mod_deflate.

import type { Command } from '../../conf/command.ts';
import type { Directive } from '../../conf/directive.ts';
import { type EtagChange, type NoteNames, readNote } from '../coding/answer-coding.ts';
import { leadingNumber } from '../coding/leading-number.ts';
import { everywhere, servers } from '../contexts.ts';

/** Nothing is merged, as in Apache: a virtual host with a line of its own has the defaults for all others. */
export interface DeflateServer {
  windowSize?: number;
  memLevel?: number;
  level?: number;
  bufferSize?: number;
  etag?: EtagChange;
  notes?: NoteNames;
}

export interface DeflateDir {
  /** Bytes of an inflated request; 0: what LimitRequestBody says. */
  inflateLimit: number;
  ratioLimit: number;
  ratioBurst: number;
}

export const DEFLATE_DEFAULTS: DeflateDir = { inflateLimit: 0, ratioLimit: 200, ratioBurst: 3 };

/** Bytes of DeflateBufferSize unless said otherwise. */
export const DEFAULT_BUFFER = 8096;

/** What is held of an answer before it is sent, however large the buffer is said to be. */
export const MOST_HELD: number = 1024 * 1024;

/** What zlib works with at a time: the buffer, within reason. */
export function chunkSize(bufferSize: number): number {
  return Math.min(Math.max(bufferSize, 64), 64 * 1024);
}

type DeflateDirective = Directive<DeflateServer, DeflateDir>;
type DeflateCommand = Command<DeflateServer, DeflateDir>;

interface NumberEntry {
  readonly help: string;
  readonly example: string;
  readonly default: string;
  readonly least: number;
  readonly most: number;
  readonly complaint: string;
}

function serverNumber(
  name: string,
  key: 'windowSize' | 'memLevel' | 'level' | 'bufferSize',
  entry: NumberEntry,
): DeflateDirective {
  return {
    name,
    args: 'take1',
    contexts: servers,
    default: entry.default,
    help: entry.help,
    example: `${name} ${entry.example}`,
    set(cmd, text = '') {
      const number = leadingNumber(text);
      if (number < entry.least || number > entry.most) return entry.complaint;
      cmd.config[key] = number;
      return undefined;
    },
  };
}

function dirNumber(
  name: string,
  key: 'ratioLimit' | 'ratioBurst',
  help: string,
  byDefault: number,
): DeflateDirective {
  return {
    name,
    args: 'take1',
    contexts: everywhere,
    override: 'All',
    default: String(byDefault),
    help,
    example: `${name} ${byDefault}`,
    set(cmd, text = '') {
      const number = leadingNumber(text);
      if (number <= 0) return `${name} must be positive`;
      cmd.dir[key] = number;
      return undefined;
    },
  };
}

function setInflateLimit(cmd: DeflateCommand, text: string): string | undefined {
  const name = 'DeflateInflateLimitRequestBody';
  if (!/^\s*[+-]?\d+$/.test(text)) return `${name} requires a non-negative integer.`;
  const limit = Number(text);
  if (limit > Number.MAX_SAFE_INTEGER) return `${name} is not parsable.`;
  if (limit < 0) return `${name} requires a non-negative integer.`;
  cmd.dir.inflateLimit = limit;
  return undefined;
}

const ETAG_WORDS: ReadonlySet<string> = new Set(['addsuffix', 'nochange', 'remove']);

export const deflateDirectives: readonly DeflateDirective[] = [
  {
    name: 'DeflateFilterNote',
    args: 'take12',
    contexts: servers,
    help: 'Set a note to report on compression ratio',
    example: 'DeflateFilterNote Ratio ratio',
    set(cmd, first = '', second) {
      const notes = readNote(cmd.config.notes, first, second);
      if (notes === undefined) return `Unknown note type ${first}`;
      cmd.config.notes = notes;
      return undefined;
    },
  },
  serverNumber('DeflateWindowSize', 'windowSize', {
    help: 'Set the Deflate window size (1-15)',
    example: '15',
    default: '15',
    least: 1,
    most: 15,
    complaint: 'DeflateWindowSize must be between 1 and 15',
  }),
  serverNumber('DeflateBufferSize', 'bufferSize', {
    help: 'Set the Deflate Buffer Size',
    example: '8096',
    default: '8096',
    least: 1,
    most: Number.MAX_SAFE_INTEGER,
    complaint: 'DeflateBufferSize should be positive',
  }),
  serverNumber('DeflateMemLevel', 'memLevel', {
    help: 'Set the Deflate Memory Level (1-9)',
    example: '9',
    default: '9',
    least: 1,
    most: 9,
    complaint: 'DeflateMemLevel must be between 1 and 9',
  }),
  serverNumber('DeflateCompressionLevel', 'level', {
    help: 'Set the Deflate Compression Level (1-9)',
    example: '6',
    default: "Zlib's default",
    least: 1,
    most: 9,
    complaint: 'Compression Level must be between 1 and 9',
  }),
  {
    name: 'DeflateInflateLimitRequestBody',
    args: 'take1',
    contexts: everywhere,
    override: 'All',
    default: 'None, but LimitRequestBody applies after deflation',
    help: 'Set a limit on size of inflated input',
    example: 'DeflateInflateLimitRequestBody 10000000',
    set: (cmd, text = '') => setInflateLimit(cmd, text),
  },
  dirNumber(
    'DeflateInflateRatioLimit',
    'ratioLimit',
    'Set the inflate ratio limit above which inflation is aborted (default: 200)',
    200,
  ),
  dirNumber(
    'DeflateInflateRatioBurst',
    'ratioBurst',
    'Set the maximum number of following inflate ratios above limit (default: 3)',
    3,
  ),
  {
    name: 'DeflateAlterETag',
    args: 'take1',
    contexts: servers,
    default: 'AddSuffix',
    help: "Set how mod_deflate should modify ETAG response headers: 'AddSuffix' (default), 'NoChange' (2.2.x behavior), 'Remove'",
    example: 'DeflateAlterETag NoChange',
    set(cmd, word = '') {
      const change = word.toLowerCase();
      if (!ETAG_WORDS.has(change))
        return "DeflateAlterETAG accepts only 'NoChange', 'AddSuffix', and 'Remove'";
      cmd.config.etag = change as EtagChange;
      return undefined;
    },
  },
];
