// Serving: the whole life of an exchange from the head just read to the line in the access log.

import { HeaderList } from '../wire/header-list.ts';
import { answer, die } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { logEvent, logException } from './log.ts';
import { runPhase } from './run.ts';
import { send } from './send.ts';
import { type Sent, UnsafeAnswer } from './transport.ts';

/** What the wire found wrong with a request before any phase could run. */
export interface EarlyError {
  readonly status: number;
  /** Apache's remark under the 400 page, already safe as HTML. */
  readonly note?: string;
}

const NOT_SENT: Sent = { bytes: 0, wireBytes: 0, complete: false };

/** Answers one request and logs it. Never rejects: a defect is a 500 or, once bytes are out, a cut connection. */
export async function serve(x: Exchange, early?: EarlyError): Promise<Sent> {
  if (early === undefined) await answer(x);
  else {
    if (early.note !== undefined) x.notes.set('error-notes', early.note);
    await die(x, early.status);
  }
  const sent = await sendLast(x);
  await logged(x);
  return sent;
}

/** The connection was handed over or given up by the handler: there is nothing left to send. */
export const HANDED_OVER = 'handed-over';

async function sendLast(x: Exchange): Promise<Sent> {
  const last = x.last();
  if (last.note(HANDED_OVER) !== undefined)
    return { bytes: x.bytesSent, wireBytes: x.wireBytesSent, complete: x.complete };
  try {
    await runPhase(last, 'insertFilter');
    return await send(last);
  } catch (error) {
    if (error instanceof UnsafeAnswer) return sendInstead(last, error);
    logException(last, 'core', error);
    last.transport.drop();
    return NOT_SENT;
  }
}

/** A field that would split the response is never sent: 500 takes its place, as in Apache. */
async function sendInstead(x: Exchange, error: UnsafeAnswer): Promise<Sent> {
  logEvent(x, 'http', 'error', `AH02430: Response header cannot be sent: ${error.message}`);
  x.headersOut = new HeaderList();
  x.errHeadersOut = new HeaderList();
  // Only what was a success before can still have an ErrorDocument.
  if (x.status !== 200) x.errorStatus = 500;
  await die(x, 500);
  return send(x.last());
}

async function logged(x: Exchange): Promise<void> {
  try {
    await runPhase(x, 'logTransaction');
  } catch (error) {
    logException(x, 'core', error);
  }
}
