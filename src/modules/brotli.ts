// mod_brotli: answers in the br coding for clients that take it.

import { constants, createBrotliCompress } from 'node:zlib';
import type { Directive } from '../conf/directive.ts';
import type { Soon } from '../kit/wait.ts';
import type { Exchange } from '../request/exchange.ts';
import { logEvent } from '../request/log.ts';
import { defineModule, type Module } from '../request/module.ts';
import { FILTER_TYPE, FilterError, holdBody, isAtHand, replaceBody } from '../request/output-filters.ts';
import {
  type EtagChange,
  freeCompressor,
  isWanted,
  leaveNotes,
  markCoded,
  mayCompress,
  type NoteNames,
  readNote,
  reasonAgainst,
  takeCompressor,
} from './coding/answer-coding.ts';
import { BROTLI_FLUSH, CodecBody, type CodecSettings } from './coding/codec-body.ts';
import { leadingNumber } from './coding/leading-number.ts';
import { servers } from './contexts.ts';

/** As in Apache: a virtual host with a line of its own has the defaults for all others. */
interface BrotliServer {
  quality?: number;
  window?: number;
  block?: number;
  etag?: EtagChange;
  notes?: NoteNames;
}

/** What is compressed before any of it is sent; then its length is known. */
const HELD = 64 * 1024;

function numberBetween(
  name: string,
  key: 'quality' | 'window' | 'block',
  [least, most]: readonly [number, number],
  { help, example, byDefault }: { help: string; example: number; byDefault: string },
): Directive<BrotliServer> {
  return {
    name,
    args: 'take1',
    contexts: servers,
    default: byDefault,
    help,
    example: `${name} ${example}`,
    set(cmd, text = '') {
      const number = leadingNumber(text);
      if (number < least || number > most) return `${name} must be between ${least} and ${most}`;
      cmd.config[key] = number;
      return undefined;
    },
  };
}

const directives: readonly Directive<BrotliServer>[] = [
  {
    name: 'BrotliFilterNote',
    args: 'take12',
    contexts: servers,
    help: 'Set a note to report on compression ratio',
    example: 'BrotliFilterNote Ratio ratio',
    set(cmd, first = '', second) {
      const notes = readNote(cmd.config.notes, first, second);
      if (notes === undefined) return `Unknown BrotliFilterNote type '${first}'`;
      cmd.config.notes = notes;
      return undefined;
    },
  },
  numberBetween('BrotliCompressionQuality', 'quality', [0, 11], {
    help: 'Compression quality between 0 and 11 (higher quality means slower compression)',
    example: 5,
    byDefault: '5',
  }),
  numberBetween('BrotliCompressionWindow', 'window', [10, 24], {
    help: 'Sliding window size between 10 and 24 (larger windows can improve compression, but require more memory)',
    example: 18,
    byDefault: '18',
  }),
  numberBetween('BrotliCompressionMaxInputBlock', 'block', [16, 24], {
    help: 'Maximum input block size between 16 and 24 (larger block sizes require more memory)',
    example: 16,
    byDefault: '(automatic)',
  }),
  {
    name: 'BrotliAlterETag',
    args: 'take1',
    contexts: servers,
    default: 'AddSuffix',
    help: "Set how mod_brotli should modify ETag response headers: 'AddSuffix' (default), 'NoChange', 'Remove'",
    example: 'BrotliAlterETag NoChange',
    set(cmd, word = '') {
      const change = word.toLowerCase();
      if (change !== 'addsuffix' && change !== 'nochange' && change !== 'remove')
        return "BrotliAlterETag accepts only 'AddSuffix', 'NoChange' and 'Remove'";
      cmd.config.etag = change;
      return undefined;
    },
  },
];

function compressAnswer(x: Exchange): Soon<void> {
  if (reasonAgainst(x, 'no-brotli') !== undefined || !isWanted(x, 'br') || !mayCompress()) return undefined;
  const conf = brotli.server(x);
  markCoded(x, 'br', conf.etag ?? 'addsuffix');
  if (x.status === 304) return undefined;
  const isWhole = isAtHand(x);
  replaceBody(x, (source) => new CodecBody(source, settings(x, conf)));
  return isWhole && !x.headOnly ? holdBody(x, HELD) : undefined;
}

function settings(x: Exchange, { quality = 5, window = 18, block = 0, notes }: BrotliServer): CodecSettings {
  return {
    open() {
      takeCompressor();
      return createBrotliCompress({
        params: {
          [constants.BROTLI_PARAM_QUALITY]: quality,
          [constants.BROTLI_PARAM_LGWIN]: window,
          [constants.BROTLI_PARAM_LGBLOCK]: block,
        },
      });
    },
    flush: BROTLI_FLUSH,
    failed(error) {
      logEvent(x, 'brotli', 'error', `AH03459: Error while compressing data (${error.message})`);
      return new FilterError();
    },
    done({ input, output }) {
      if (notes !== undefined) leaveNotes(x, notes, input, output, '0');
    },
    closed: freeCompressor,
  };
}

export const brotli: Module<BrotliServer> = defineModule<BrotliServer>({
  name: 'brotli',
  directives,
  serverConfig: {
    create: () => ({}),
    merge: (base, add) => (Object.keys(add).length > 0 ? add : base),
  },
  outputFilters: [{ name: 'BROTLI_COMPRESS', type: FILTER_TYPE.contentSet, apply: compressAnswer }],
});
