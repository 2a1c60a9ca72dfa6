// One web request led through the rules, to its Response: theirs, or the program's as they have changed it.

import type { RequestHead } from '../../wire/request-parser.ts';
import { changesAnswers } from '../app-answer.ts';
import type { Front } from '../front.ts';
import { factsOf, type RulesFacts } from '../node/hand-over.ts';
import { refuseUpgrade, upgradeDecision } from '../node/upgrade.ts';
import { arrivedRequest } from './arrived.ts';
import { type GivenEnds, webEnds } from './connection.ts';
import { sendHeadAsBytes } from './exact-head.ts';
import { answerSent, changedAnswer, leadsElsewhere, programRequest } from './hand-over.ts';
import { type BodyCache, type KeptBody, keptBody } from './kept-body.ts';
import { type NodeBindings, nodeBindings } from './node-bindings.ts';
import { goneResponse, Reply } from './reply.ts';
import { type WebProgram, WebTransport } from './transport.ts';

/** A request as it goes on to the program. */
export interface AskedRequest {
  readonly request: Request;
  /** The request is the one that came: its URL has not changed. */
  readonly isSame: boolean;
  /** Undefined where the rules have not been asked. */
  readonly facts: RulesFacts | undefined;
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
  const node = nodeBindings(visit.env);
  // A connection that was reset meanwhile has no address: rules on addresses could not hold.
  if (node?.incoming.socket.destroyed === true) return goneResponse();
  if (node !== undefined && node.outgoing === undefined) {
    const answer = await besideUpgrade(front, node, visit);
    if (answer !== undefined) return answer;
  }
  const kept = await keptBody(visit.request, visit.bodyCache);
  const reply = new Reply();
  serveVisit(front, { visit, node, kept, reply }).then(
    () => reply.fail(new Error('nothing was answered')),
    (error: unknown) => reply.fail(error),
  );
  return reply.promise;
}

/** A visit, and what was found out about it. */
interface Served {
  readonly visit: WebVisit;
  readonly node: NodeBindings | undefined;
  readonly kept: KeptBody | undefined;
  readonly reply: Reply;
}

async function serveVisit(front: Front, served: Served): Promise<void> {
  const { visit, node, kept, reply } = served;
  const { request, base, given } = visit;
  const ends = webEnds(request.url, node, given);
  const arrived = arrivedRequest(request, node);
  const before: string[] = [];
  const program = programFor(served, arrived.target, before);
  const place = { base, ...front.documents };
  const transport = new WebTransport({ signal: request.signal, ends, node }, place, program, reply);
  transport.lostBody = kept?.lost;
  const body = (head: RequestHead) => arrived.body(head, kept?.bytes);
  await front.serve(transport, { head: arrived.head, body }, (x) => {
    for (const text of x.headers.flat) before.push(text);
  });
}

function programFor(
  { visit, node, kept, reply }: Served,
  target: string,
  before: readonly string[],
): WebProgram {
  const { request, ask } = visit;
  if (ask === undefined) return undefined;
  const change = { request, target, before, kept: kept?.bytes };
  return async (x, to) => {
    try {
      if (kept?.lost !== undefined && to.errorStatus === 0 && leadsElsewhere(request, to, target))
        throw kept.lost;
      const asked = programRequest({ ...change, to, after: x.headers.flat });
      const response = await ask({ request: asked, isSame: asked === request, facts: factsOf(x) });
      const answer = changedAnswer(x, to, response);
      if (node !== undefined && changesAnswers(x)) sendHeadAsBytes(node);
      const sent = answerSent(node, answer);
      reply.give(answer);
      return sent;
    } catch (error) {
      reply.fail(error);
      return { status: 500, bytes: 0, wireBytes: 0, complete: false };
    }
  };
}

/**
 * @hono/node-server asks the program for WebSockets, while the rules decide by their own listener (node/upgrade.ts): what
 * they take is not the program's. Undefined where that listener is not set up: the rules then answer a request that has
 * no wish to upgrade.
 */
async function besideUpgrade(
  front: Front,
  { incoming }: NodeBindings,
  { request, ask }: WebVisit,
): Promise<Response | undefined> {
  // All listeners of the event are called before a promise goes on.
  await undefined;
  const isTaken = await upgradeDecision(front, incoming);
  if (isTaken === undefined) return undefined;
  if (isTaken || ask === undefined) return goneResponse();
  const response = await ask({ request, isSame: true, facts: undefined });
  // Each of the two listeners leaves it to the other one.
  if (response.status >= 400) refuseUpgrade(incoming.socket, response.status);
  return response;
}
