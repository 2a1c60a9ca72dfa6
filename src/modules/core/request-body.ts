// Bodies of requests: LimitRequestBody, and reading one to its end that nobody wants.

import { coreDir } from '../../request/core-config.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, OK, type Verdict } from '../../request/verdict.ts';
import { BodyError, type BodySink, type BodySource } from '../../wire/body.ts';

/** LimitRequestBody's default: one GiB. */
const DEFAULT_LIMIT = 1024 * 1024 * 1024;

/** Passes a body on and breaks it off behind `limit` bytes. */
class LimitedBody implements BodySource, BodySink {
  readonly #source: BodySource;
  readonly #limit: number;
  #seen = 0;
  #sink: BodySink | undefined;

  constructor(source: BodySource, limit: number) {
    this.#source = source;
    this.#limit = limit;
  }

  start(sink: BodySink): void {
    this.#sink = sink;
    this.#source.start(this);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  abort(): void {
    this.#sink = undefined;
    this.#source.abort();
  }

  data(chunk: Buffer): boolean {
    this.#seen += chunk.length;
    if (this.#seen <= this.#limit) return this.#sink?.data(chunk) ?? true;
    this.#source.abort();
    this.fail(new BodyError(413, `the request body is longer than ${this.#limit} bytes`));
    return true;
  }

  end(): void {
    this.#sink?.end();
  }

  fail(error: Error): void {
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.fail(error);
  }
}

/** A body that says it is too long is refused, one that does not say is watched. */
export function limitBody(x: Exchange): Verdict {
  const { body } = x;
  if (body === undefined) return DECLINED;
  const limit = coreDir(x.dirConfig).limitRequestBody ?? DEFAULT_LIMIT;
  if (limit === 0) return DECLINED;
  if (body.length === undefined) {
    x.body = { ...body, source: new LimitedBody(body.source, limit) };
    return DECLINED;
  }
  if (body.length <= limit) return DECLINED;
  logEvent(
    x,
    'http',
    'error',
    `AH01588: Requested content-length of ${body.length} is larger than the configured limit of ${limit}`,
  );
  x.closeAfter = true;
  return 413;
}

/** Reads a body to its end and forgets it. OK, or the status that answers a body that is not right. */
export function discardBody(x: Exchange): Promise<Verdict> {
  const { body } = x;
  if (body === undefined) return Promise.resolve(OK);
  // Once: an error document for this request must not try again.
  x.body = undefined;
  return new Promise((resolve) => {
    body.source.start({
      data: () => true,
      end: () => resolve(OK),
      fail: (error) => resolve(error instanceof BodyError ? error.status : 400),
    });
  });
}
