// The output filter INFLATE: answers whose outermost coding is gzip go out without it, for filters that want to see
// the text, or for clients that do not take gzip.

import { createGunzip } from 'node:zlib';
import type { Soon } from '../../kit/wait.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { FilterError, holdBody, isAtHand, replaceBody } from '../../request/output-filters.ts';
import { changeBytes } from '../coding/answer-coding.ts';
import { CodecBody, type CodecSettings } from '../coding/codec-body.ts';
import { takeGzipOff } from '../coding/gzip-field.ts';
import { chunkSize, DEFAULT_BUFFER, type DeflateDir, type DeflateServer, MOST_HELD } from './directives.ts';
import { RatioGuard } from './ratio-guard.ts';

/** Inflates the answer, or leaves it as it is. */
export function inflateAnswer(x: Exchange, conf: DeflateServer, dir: DeflateDir): Soon<void> {
  const isFirst = x.main === undefined && x.prev === undefined;
  if (!isFirst || x.status === 204 || x.headersOut.has('content-range')) return undefined;
  if (!takeGzipOff(x.headersOut) && !takeGzipOff(x.errHeadersOut)) return undefined;
  changeBytes(x, conf.etag ?? 'addsuffix', 'gunzip');
  if (x.status === 304) return undefined;
  const bufferSize = conf.bufferSize ?? DEFAULT_BUFFER;
  const isWhole = isAtHand(x);
  replaceBody(x, (source) => new CodecBody(source, settings(x, dir, bufferSize)));
  return isWhole && !x.headOnly ? holdBody(x, Math.min(bufferSize, MOST_HELD)) : undefined;
}

function settings(x: Exchange, dir: DeflateDir, bufferSize: number): CodecSettings {
  const guard = new RatioGuard(dir);
  return {
    open: () => createGunzip({ chunkSize: chunkSize(bufferSize) }),
    failed(error) {
      logEvent(x, 'deflate', 'warn', `AH01409: Zlib error inflating data (${error.message})`);
      return new FilterError();
    },
    check(passed) {
      if (guard.allows(passed)) return undefined;
      logEvent(x, 'deflate', 'warn', `AH02650: ${guard.complaint}`);
      return new FilterError();
    },
    done({ input, output }) {
      logEvent(x, 'deflate', 'debug', `AH01398: Zlib: Inflated ${input} to ${output} : URL ${x.uri}`);
    },
  };
}
