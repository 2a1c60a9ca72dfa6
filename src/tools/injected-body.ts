// The body of a request whose bytes are all at hand, read as a connection reads it.

import type { RequestBody } from '../request/exchange.ts';
import { RequestBodySource } from '../server/request-body.ts';
import { BodyError } from '../wire/body.ts';
import { createBodyDecoder } from '../wire/body-decoder.ts';
import type { RequestHead, RequestLimits } from '../wire/request-parser.ts';

/** The body behind a head; `bytes` is all that the client sends. Undefined where the head says that there is none. */
export function injectedBody(
  { body, expect }: RequestHead,
  bytes: Buffer,
  limits: RequestLimits,
): RequestBody | undefined {
  if (body.kind === 'none') return undefined;
  const isCoded = body.kind === 'chunked' && body.coded;
  const refusal = isCoded ? new BodyError(501, 'unknown transfer coding in the request') : undefined;
  let at = 0;
  let isReading = false;
  const source: RequestBodySource = new RequestBodySource(
    {
      onBodyStarted: () => undefined,
      onBodyWanted() {
        if (isReading) return;
        isReading = true;
        while (at < bytes.length && source.wantsBytes) at = source.read(bytes, at, false);
        isReading = false;
        if (at >= bytes.length) source.closeInput();
      },
    },
    createBodyDecoder(body, limits),
    refusal,
  );
  const length = body.kind === 'length' ? body.length : undefined;
  return { source, length, expectsContinue: expect === 'continue' };
}
