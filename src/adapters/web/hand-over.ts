// A web request on its way from the rules to the program, and the program's Response on its way back.

import type { Exchange } from '../../request/exchange.ts';
import { reasonPhrase } from '../../wire/reason.ts';
import { answerFields, changesAnswers } from '../app-answer.ts';
import type { AppAnswered, HandedOver } from '../framework-transport.ts';
import { answered } from '../node/hand-over.ts';
import { applyChanges, fieldsOf, listOf, replaceFields } from './fields.ts';
import { type NodeBindings, pathStart } from './node-bindings.ts';

/** What a request for the program is made of. */
export interface RequestChange {
  readonly request: Request;
  readonly to: HandedOver;
  /** The target as it came to the rules. */
  readonly target: string;
  /** Fields as they came and as rules have left them: name, value, name, value … */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The body, where it was read before. */
  readonly kept: Buffer | undefined;
}

/** The request for the program: the same object where it stands for the same URL, with its fields changed. */
export function programRequest(change: RequestChange): Request {
  const { request, to, before, after } = change;
  const asked = leadsElsewhere(request, to, change.target) ? elsewhere(change) : request;
  applyChanges(asked.headers, before, after);
  return asked;
}

/** Whether the program is asked for something else than what came. */
export function leadsElsewhere(request: Request, to: HandedOver, target: string): boolean {
  return to.errorStatus !== 0 || (to.url !== target && webUrl(request, to) !== request.url);
}

function webUrl({ url }: Request, to: HandedOver): string {
  return url.slice(0, pathStart(url)) + escapeForWeb(to.url);
}

function elsewhere({ request, to, kept }: RequestChange): Request {
  const url = webUrl(request, to);
  if (to.errorStatus === 0 && kept === undefined) return new Request(url, request);
  const headers = new Headers(request.headers);
  const { method, signal } = request;
  if (to.errorStatus === 0) return new Request(url, { method, headers, signal, body: kept! });
  for (const name of OF_A_BODY) headers.delete(name);
  return new Request(url, { headers, signal });
}

const OF_A_BODY: readonly string[] = ['content-length', 'content-type', 'transfer-encoding'];

/** A URL of the web would make UTF-8 of a byte that stands in a query as it came, and a fragment of what follows `#`. */
function escapeForWeb(url: string): string {
  return url.replace(/[#\\\x00-\x20\x7f-\xff]/g, (byte) => {
    const code = byte.charCodeAt(0);
    return `%${code < 16 ? '0' : ''}${code.toString(16).toUpperCase()}`;
  });
}

/** @hono/node-server takes it for an answer that somebody else has sent. */
export const ALREADY_SENT = 'x-hono-already-sent';

/** The program's answer as the configuration has it. Its body is not touched. */
export function changedAnswer(x: Exchange, { errorStatus }: HandedOver, response: Response): Response {
  // What @hono/node-server is told of an answer that the program has written itself, and what is no answer yet.
  if (response.status < 200 || response.headers.has(ALREADY_SENT)) return response;
  const status = errorStatus !== 0 && response.status === 200 ? errorStatus : response.status;
  const fields = changesAnswers(x) ? answerFields(x, status, listOf(response.headers)) : undefined;
  if (status === response.status) {
    if (fields === undefined) return response;
    try {
      replaceFields(response.headers, fields);
      return response;
    } catch (error) {
      // Of fetch() and Response.redirect(): another Response takes the same body.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return new Response(response.body, {
    status,
    statusText: status === response.status ? response.statusText : reasonPhrase(status),
    headers: fields === undefined ? response.headers : fieldsOf(fields),
  });
}

/** Settles when the program's answer is out; where nothing tells of that, at once. */
export function answerSent(
  node: NodeBindings | undefined,
  { status, headers }: Response,
): Promise<AppAnswered> {
  if (node?.outgoing !== undefined) return answered(node.incoming, node.outgoing);
  const length = Number(headers.get('content-length') ?? 0);
  return Promise.resolve({
    status,
    bytes: Number.isSafeInteger(length) ? length : 0,
    wireBytes: 0,
    complete: true,
  });
}
