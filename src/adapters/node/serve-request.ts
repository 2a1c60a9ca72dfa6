// One request of node:http led through the rules. What a framework differs in is told: where the middleware is mounted, where
// parsers leave bodies, and how the request goes on to the next handler.

import type { ServerResponse } from 'node:http';
import type { Exchange } from '../../request/exchange.ts';
import type { AppAnswered, HandedOver } from '../framework-transport.ts';
import type { Front } from '../front.ts';
import { headOf, type NodeRequest } from './arrived.ts';
import { bodyLeft } from './arrived-body.ts';
import { answered, updateRequest, watchAnswer } from './hand-over.ts';
import type { ParsedRequest } from './parsed-body.ts';
import { NodeTransport, type Program } from './transport.ts';

/** A request as a framework has brought it. */
export interface BroughtRequest {
  readonly request: NodeRequest;
  readonly response: ServerResponse;
  /** The path that the middleware is mounted at, without a slash at its end; '' for the root. */
  readonly base: string;
  /** Path and query, from the root of the server. */
  readonly url: string;
  /** Where parsers have left the body. */
  readonly parsed: ParsedRequest;
}

/** What a framework does with a request. */
export interface Framework extends Omit<Program, 'handOver'> {
  /** Goes on to the next handler, at this URL; undefined where there is none. */
  readonly goOn?: ((to: HandedOver) => void) | undefined;
}

/** Settles when the request is answered, here or by the program; what goes wrong reaches the framework. */
export async function serveRequest(
  front: Front,
  brought: BroughtRequest,
  framework: Framework,
): Promise<void> {
  const { request, response, base, url, parsed } = brought;
  let before: readonly string[] = [];
  const { goOn, answersHere, fail } = framework;
  const { hasDocuments, servesFiles } = front.documents;
  const handOver =
    front.settings.fallthrough && goOn !== undefined
      ? (x: Exchange, to: HandedOver): Promise<AppAnswered> => {
          updateRequest(request, x, to, before);
          watchAnswer(response, x);
          const done = answered(request, response);
          goOn(to);
          return done;
        }
      : undefined;
  const program: Program = { handOver, answersHere, fail };
  const transport = new NodeTransport(request, response, { base, hasDocuments, servesFiles }, program);
  const arrived = {
    head: headOf(request, { url, mayUpgrade: false }),
    body(head: Parameters<typeof bodyLeft>[1]) {
      const { body, lost } = bodyLeft(request, head, parsed);
      transport.lostBody = lost;
      return body;
    },
  };
  try {
    await front.serve(transport, arrived, (x: Exchange) => {
      before = x.headers.flat.slice();
    });
  } catch (error) {
    fail(error);
  }
}
