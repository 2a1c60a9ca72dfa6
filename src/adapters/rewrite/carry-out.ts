// What the engine has decided, put into effect on the attempt: its state changes, or the request ends here.

import type { RewriteResult } from '../../rules/index.ts';
import type { Attempt } from './attempt.ts';
import { placeOf } from './place.ts';

/** An answer that needs no file and no backend. */
export type Ending =
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string };

/** Answers the ending, or undefined where the request goes on. */
export function carryOut(x: Attempt, result: RewriteResult): Ending | undefined {
  const { outcome } = result;
  remember(x, result);
  if (outcome.kind === 'redirect') {
    // Apache: a word that is no status leaves the one that the request stands for.
    if (result.redirectStatus !== 0) x.status = 200;
    return outcome;
  }
  if (outcome.kind === 'status') return outcome.status === 0 ? takeName(x) : refuse(x, outcome);
  x.args = result.query;
  x.pathInfo = result.pathInfo;
  // Apache sends a status it has no words for as 500.
  if (result.redirectStatus !== undefined) x.status = result.redirectStatus || 500;
  switch (outcome.kind) {
    case 'decline':
      return undefined;
    case 'proxy':
      return toProxy(x, outcome);
    case 'pass-through':
      x.uri = outcome.path;
      return undefined;
    case 'file':
      x.filename = outcome.path;
      return takeName(x);
    case 'internal-redirect':
      x.filename = `redirect:${outcome.path}`;
      x.lead = { kind: 'round', target: withQuery(outcome.path, x.args) };
      return undefined;
  }
}

function remember(x: Attempt, { type, handler, ended, filename, rule }: RewriteResult): void {
  if (ended) x.hasEnded = true;
  x.type = type ?? x.type;
  x.handler = handler ?? x.handler;
  x.filename = filename;
  x.rule = placeOf(rule?.place) ?? x.rule;
}

/** The name is the file. Apache: [F,R=word] is a status of 0, which says that all is well. */
function takeName(x: Attempt): undefined {
  x.isFileNamed = true;
  return undefined;
}

function withQuery(path: string, query: string | undefined): string {
  const target = query === undefined ? path : `${path}?${query}`;
  const hash = target.indexOf('#');
  const url = hash < 0 ? target : target.slice(0, hash);
  return url === '' || url.startsWith('?') ? `/${url}` : url;
}

function refuse(
  x: Attempt,
  { status, code, message, byRule, isSet }: Extract<RewriteResult['outcome'], { kind: 'status' }>,
): Ending {
  if (isSet === true) x.status = status;
  else if (byRule === true) x.status = 200;
  if (message !== undefined) x.journey.log.push(code === undefined ? message : `${code}: ${message}`);
  return { kind: 'status', status };
}

function toProxy(
  x: Attempt,
  { url, nocanon, refusal }: Extract<RewriteResult['outcome'], { kind: 'proxy' }>,
): Ending | undefined {
  if (refusal !== undefined) return refuse(x, { kind: 'status', ...refusal });
  x.filename = `proxy:${url}`;
  x.proxied = true;
  x.lead = { kind: 'proxy', url, isRaw: nocanon };
  return undefined;
}
