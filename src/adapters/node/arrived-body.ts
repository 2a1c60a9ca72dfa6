// The body of a request of node:http, as far as it is still there: unread, read by a parser that has left the same bytes
// behind, or lost.

import type { RequestBody } from '../../request/exchange.ts';
import { BufferSource } from '../../wire/buffer-source.ts';
import type { RequestHead } from '../../wire/request-parser.ts';
import type { NodeRequest } from './arrived.ts';
import { type BodyDescription, bytesAgain, type ParsedRequest } from './parsed-body.ts';
import { NodeBody } from './request-body.ts';

const OF_PARSERS =
  'put the rules in front of the body parser, or keep the bytes as request.rawBody (docs/middleware.md, "Bodies that were read before")';

/** A body was wanted that somebody else has read. */
export class ConsumedBodyError extends Error {
  /** For programs that tell errors apart. */
  readonly code = 'ERR_PORTICO_BODY_CONSUMED';
  /** What frameworks answer with. */
  readonly status = 500;
  /** The same under the name that Fastify reads. */
  readonly statusCode = 500;

  constructor(type: string, remedy: string = OF_PARSERS) {
    super(
      `the body of this request (${type === '' ? 'no Content-Type' : type}) is to be sent on, but it was read before: ${remedy}`,
    );
    this.name = 'ConsumedBodyError';
  }
}

/** What is left of a body. */
export interface BodyLeft {
  readonly body: RequestBody | undefined;
  /** Why it cannot be sent on. */
  readonly lost: ConsumedBodyError | undefined;
}

/** The body that a head announces. `parsed`: where a parser has put what it made of it. */
export function bodyLeft(request: NodeRequest, head: RequestHead, parsed: ParsedRequest): BodyLeft {
  if (head.body.kind === 'none') return { body: undefined, lost: undefined };
  const length = head.body.kind === 'length' ? head.body.length : undefined;
  const expectsContinue = false;
  if (!request.readableDidRead)
    return { body: { source: new NodeBody(request), length, expectsContinue }, lost: undefined };
  const described = describe(head, length);
  const bytes = length === 0 ? Buffer.alloc(0) : bytesAgain(parsed, described);
  const source = new BufferSource(bytes ?? Buffer.alloc(0));
  return {
    body: { source, length: bytes?.length, expectsContinue },
    lost: bytes === undefined ? new ConsumedBodyError(described.type) : undefined,
  };
}

function describe({ headers }: RequestHead, length: number | undefined): BodyDescription {
  const [type = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => /^\s*charset="?([^"\s]+)"?\s*$/.exec(each)?.[1]).find(Boolean);
  return { type: type.trim(), charset, encoding: headers.get('content-encoding')?.toLowerCase(), length };
}
