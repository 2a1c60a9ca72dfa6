// The input filter DEFLATE: bodies of requests whose outermost coding is gzip reach the handler without it, within the
// limits of size and ratio.

import { createGunzip } from 'node:zlib';
import { coreDir } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { BodyError } from '../../wire/body.ts';
import { CodecBody, type CodecSettings, type Passed } from '../coding/codec-body.ts';
import { takeGzipOff } from '../coding/gzip-field.ts';
import { chunkSize, DEFAULT_BUFFER, type DeflateDir, type DeflateServer } from './directives.ts';
import { RatioGuard } from './ratio-guard.ts';

/** LimitRequestBody's default: one GiB. */
const DEFAULT_LIMIT = 1024 * 1024 * 1024;

/** Puts the inflated body in the place of a compressed one. */
export function inflateRequest(x: Exchange, conf: DeflateServer, dir: DeflateDir): void {
  const { body } = x;
  if (body === undefined || x.isSubrequest() || x.prev !== undefined) return;
  if (x.headers.has('content-range') || !takeGzipOff(x.headers)) return;
  if (body.length === 0) return;
  x.headers.delete('content-length');
  x.headers.delete('content-md5');
  const source = new CodecBody(body.source, settings(x, conf, dir));
  x.body = { ...body, source, length: undefined };
}

function settings(x: Exchange, conf: DeflateServer, dir: DeflateDir): CodecSettings {
  const limit = dir.inflateLimit || (coreDir(x.dirConfig).limitRequestBody ?? DEFAULT_LIMIT);
  const guard = new RatioGuard(dir);
  const refuse = (status: number, text: string): BodyError => {
    logEvent(x, 'deflate', 'warn', text);
    return new BodyError(status, text);
  };
  return {
    open: () => createGunzip({ chunkSize: chunkSize(conf.bufferSize ?? DEFAULT_BUFFER) }),
    failed: (error) => refuse(400, `AH01392: Zlib error inflating data (${error.message})`),
    check(passed: Passed) {
      if (limit > 0 && passed.output > limit)
        return refuse(
          413,
          `AH02648: Inflated content length of ${passed.output} is larger than the configured limit of ${limit}`,
        );
      return guard.allows(passed) ? undefined : refuse(400, `AH02649: ${guard.complaint}`);
    },
    trailing: () => refuse(400, 'AH02485: Encountered extra data after compressed data'),
    done({ input, output }) {
      logEvent(x, 'deflate', 'debug', `AH01393: Zlib: Inflated ${input} to ${output} : URL ${x.uri}`);
    },
  };
}
