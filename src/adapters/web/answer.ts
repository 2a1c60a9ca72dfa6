// One web request led through the rules, to its Response: theirs, or the program's as they have changed it.

import type { Exchange } from '../../request/exchange.ts';
import type { HandedOver } from '../framework-transport.ts';
import type { Front } from '../front.ts';
import { factsOf, type RulesFacts } from '../node/hand-over.ts';
import { arrivedRequest } from './arrived.ts';
import { type GivenEnds, webEnds } from './connection.ts';
import { answerSent, changedAnswer, programRequest } from './hand-over.ts';
import { type BodyCache, keptBody } from './kept-body.ts';
import { nodeBindings } from './node-bindings.ts';
import { Reply } from './reply.ts';
import { type WebProgram, WebTransport } from './transport.ts';

/** A request as it goes on to the program. */
export interface AskedRequest {
  readonly request: Request;
  /** The request is the one that came: its URL has not changed. */
  readonly isSame: boolean;
  readonly facts: RulesFacts;
}

/** A request and who answers it where the rules do not. */
export interface WebVisit {
  readonly request: Request;
  /** What the handler was given behind the request. */
  readonly env: unknown;
  /** Without a slash at its end; '' for the root. */
  readonly base: string;
  readonly given: GivenEnds | undefined;
  readonly bodyCache: BodyCache | undefined;
  /** Undefined where there is nobody. */
  readonly ask: ((asked: AskedRequest) => Promise<Response>) | undefined;
}

/** Settles with the answer, whose body may still come; rejects with what the program's error handler is for. */
export async function answerWeb(front: Front, visit: WebVisit): Promise<Response> {
  const { request, base, ask } = visit;
  const node = nodeBindings(visit.env);
  // A connection that was reset meanwhile has no address: rules on addresses could not hold.
  if (node?.incoming.socket.destroyed === true) throw new Error('the client has gone');
  const ends = webEnds(request.url, node, visit.given);
  const kept = await keptBody(request, visit.bodyCache);
  const arrived = arrivedRequest(request, node);
  const reply = new Reply();
  let before: readonly string[] = [];
  const handOver = async (x: Exchange, to: HandedOver, program: NonNullable<typeof ask>) => {
    const { target } = arrived;
    if (kept?.lost !== undefined && to.url !== target && to.errorStatus === 0) throw kept.lost;
    const change = { request, to, target, before, after: x.headers.flat, kept: kept?.bytes };
    const asked = programRequest(change);
    const response = await program({ request: asked, isSame: asked === request, facts: factsOf(x) });
    return changedAnswer(x, to, response);
  };
  const program: WebProgram =
    ask &&
    (async (x, to) => {
      try {
        const response = await handOver(x, to, ask);
        const sent = answerSent(node, response);
        reply.give(response);
        return sent;
      } catch (error) {
        reply.fail(error);
        return { status: 500, bytes: 0, wireBytes: 0, complete: false };
      }
    });
  const place = { base, ...front.documents };
  const transport = new WebTransport({ signal: request.signal, ends, node }, place, program, reply);
  transport.lostBody = kept?.lost;
  front
    .serve(transport, { head: arrived.head, body: (head) => arrived.body(head, kept?.bytes) }, (x) => {
      before = [...x.headers.flat];
    })
    .then(
      () => reply.fail(new Error('nothing was answered')),
      (error: unknown) => reply.fail(error),
    );
  return reply.promise;
}
