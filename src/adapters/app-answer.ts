// What the configuration says of answers, said of the program's: Header and Expires lines, cookies of rules.

import { expires } from '../modules/expires/index.ts';
import { headers } from '../modules/headers/index.ts';
import type { Exchange, Hook } from '../request/exchange.ts';
import { HeaderList } from '../wire/header-list.ts';

/** Whether anything is to be said of an answer to this request. */
export function changesAnswers(x: Exchange): boolean {
  if (x.errHeadersOut.size > 0 || x.headersOut.size > 0) return true;
  // A section has them without a line, too.
  const lines = headers.dir(x);
  if (lines !== undefined && lines.success.length + lines.always.length > 0) return true;
  return expires.dir(x)?.isActive === true;
}

/**
 * The fields that an answer of the program's is sent with, from those that it has set. A line whose condition has to wait
 * for something is left out: an answer does not wait.
 */
export function answerFields(x: Exchange, status: number, own: HeaderList): HeaderList {
  const rules = x.headersOut;
  x.status = status;
  x.headersOut = own;
  for (const [name, value] of rules) if (!own.has(name.toLowerCase())) own.append(name, value);
  x.contentType = own.get('content-type');
  for (const hook of HOOKS) hook(x);
  const out = new HeaderList();
  for (const [name, value] of x.errHeadersOut) out.append(name, value);
  // Rules that stand behind each other in one program say the same thing once.
  for (const [name, value] of x.headersOut)
    if (!x.errHeadersOut.getAll(name.toLowerCase()).includes(value)) out.append(name, value);
  return out;
}

/** In the order in which a server runs them. */
const HOOKS: readonly Hook[] = [hookOf(expires.hooks?.insertFilter), hookOf(headers.hooks?.insertFilter)];

function hookOf(hook: NonNullable<typeof headers.hooks>['insertFilter']): Hook {
  if (typeof hook === 'function') return hook;
  const placed = hook?.reallyLast ?? hook?.last ?? hook?.middle;
  if (placed === undefined) throw new Error('the module changes no answers');
  return placed;
}
