// The output filter DEFLATE: answers in the gzip coding for clients that take it.

import { createGzip } from 'node:zlib';
import { andThen, type Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { FilterError, holdBody, isAtHand, knownLength, replaceBody } from '../../request/output-filters.ts';
import {
  freeCompressor,
  hasEnv,
  isWanted,
  leaveNotes,
  markCoded,
  mayCompress,
  reasonAgainst,
  takeCompressor,
} from '../coding/answer-coding.ts';
import { CodecBody, type CodecSettings, GZIP_FLUSH } from '../coding/codec-body.ts';
import { chunkSize, DEFAULT_BUFFER, type DeflateServer, MOST_HELD } from './directives.ts';

/** Answers up to this size grow: gzip's head and tail, and the fields that speak of it. */
const TINY = 68;

/** gzip's head and tail around what zlib calls its output. */
const WRAPPING = 18;

/** Smaller windows cannot be had for this format: zlib refuses them. */
const LEAST_WINDOW = 9;

/** Compresses the answer, or leaves it as it is. */
export function compressAnswer(x: Exchange, conf: DeflateServer): Soon<void> {
  return andThen(isTiny(x), (tiny) => {
    const reason = tiny ? 'very small response' : reasonNot(x);
    if (reason === undefined) return compress(x, conf);
    logEvent(x, 'deflate', 'trace1', `Not compressing (${reason})`);
    return undefined;
  });
}

/** Whether all of the answer is known, and is so short; of a script's output that much is waited for, as in Apache. */
function isTiny(x: Exchange): Soon<boolean> {
  const length = knownLength(x);
  if (length !== undefined) return length <= TINY;
  if (x.proxied || x.bodyBefore !== undefined) return false;
  return holdBody(x, TINY).then(() => Buffer.isBuffer(x.responseBody));
}

function reasonNot(x: Exchange): string | undefined {
  const reason = reasonAgainst(x, 'no-gzip');
  if (reason !== undefined) return reason;
  if (x.contentType?.startsWith('text/html') !== true && isSwitchedOn(x, 'gzip-only-text/html'))
    return 'gzip-only-text/html';
  if (!isWanted(x, 'gzip', hasEnv(x, 'force-gzip'))) return 'no Accept-Encoding: gzip or q=0';
  return mayCompress() ? undefined : 'too many answers are being compressed';
}

function isSwitchedOn(x: Exchange, name: string): boolean {
  return x.hasEnv() && x.env.get(name) === '1';
}

function compress(x: Exchange, conf: DeflateServer): Soon<void> {
  const window = conf.windowSize ?? 15;
  if (window < LEAST_WINDOW && x.status !== 304) {
    logEvent(x, 'deflate', 'error', `AH01383: unable to init Zlib: deflateInit2 returned -2: URL ${x.uri}`);
    return undefined;
  }
  markCoded(x, 'gzip', conf.etag ?? 'addsuffix');
  if (x.status === 304) return undefined;
  const bufferSize = conf.bufferSize ?? DEFAULT_BUFFER;
  const isWhole = isAtHand(x);
  replaceBody(x, (source) => new CodecBody(source, settings(x, conf, window, bufferSize)));
  // Apache: what fits into the buffer is known to its end before it is sent, with its length and for ranges.
  return isWhole && !x.headOnly ? holdBody(x, Math.min(bufferSize, MOST_HELD)) : undefined;
}

function settings(x: Exchange, conf: DeflateServer, windowBits: number, bufferSize: number): CodecSettings {
  return {
    open() {
      takeCompressor();
      return createGzip({
        level: conf.level ?? -1,
        memLevel: conf.memLevel ?? 9,
        windowBits,
        chunkSize: chunkSize(bufferSize),
      });
    },
    flush: GZIP_FLUSH,
    failed(error) {
      logEvent(x, 'deflate', 'error', `AH01386: Zlib error deflating data (${error.message})`);
      return new FilterError();
    },
    done({ input, output }) {
      const size = output - WRAPPING;
      logEvent(x, 'deflate', 'debug', `AH01384: Zlib: Compressed ${input} to ${size} : URL ${x.uri}`);
      if (conf.notes !== undefined) leaveNotes(x, conf.notes, input, size);
    },
    closed: freeCompressor,
  };
}
