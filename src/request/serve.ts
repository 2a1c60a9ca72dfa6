// Serving: the whole life of an exchange from the head just read to the line in the access log.

import { andThen, goOn, type Soon } from '../kit/wait.ts';
import { HeaderList } from '../wire/header-list.ts';
import { answer, die } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { logEvent, logException } from './log.ts';
import { runPhase } from './run-phase.ts';
import { send } from './send.ts';
import { type Sent, UnsafeAnswer } from './transport.ts';
import { OK, type Verdict } from './verdict.ts';

/** What the wire found wrong with a request before any phase could run. */
export interface EarlyError {
  readonly status: number;
  /** Apache's remark under the 400 page, already safe as HTML. */
  readonly note?: string;
  /** The client has not said enough to be answered: the log alone hears of it. */
  readonly isSilent?: boolean;
}

const NOT_SENT: Sent = { bytes: 0, wireBytes: 0, complete: false };

/** Answers one request and logs it. Never fails: a defect is a 500 or, once bytes are out, a cut connection. */
export function serve(x: Exchange, early?: EarlyError): Soon<Sent> {
  const answered = early === undefined ? answer(x) : refuse(x, early);
  return answered === undefined ? sendAndLog(x) : goOn(answered, sendAndLog, x);
}

function sendAndLog(x: Exchange): Soon<Sent> {
  const sent = sendLast(x);
  return sent instanceof Promise ? goOn(sent, logSent, x) : logSent(x, sent);
}

function logSent(x: Exchange, sent: Sent): Soon<Sent> {
  const logged = logTransaction(x);
  return logged instanceof Promise ? logged.then(() => sent) : sent;
}

function refuse(x: Exchange, early: EarlyError): Soon<void> {
  if (early.isSilent === true) {
    x.status = early.status;
    x.closeAfter = true;
    x.notes.set(HANDED_OVER, '1');
    return undefined;
  }
  if (early.note !== undefined) x.notes.set('error-notes', early.note);
  return die(x, early.status);
}

/** The connection was handed over or given up by the handler: there is nothing left to send. */
export const HANDED_OVER = 'handed-over';

function sendLast(x: Exchange): Soon<Sent> {
  const last = x.last();
  if (last.note(HANDED_OVER) !== undefined)
    return { bytes: x.bytesSent, wireBytes: x.wireBytesSent, complete: x.complete };
  return sendFiltered(last, sendInstead);
}

/** Answers in place of an exchange with a field that cannot be sent. */
type Recover = (x: Exchange, error: UnsafeAnswer) => Soon<Sent>;

/** Lets modules change the answer and sends it; `recover` answers where a field cannot be sent. */
function sendFiltered(x: Exchange, recover: Recover): Soon<Sent> {
  try {
    const verdict = x.isMadeEarly ? OK : runPhase(x, 'insertFilter');
    const sent = verdict === OK ? send(x) : filterLater(x, verdict, recover);
    return sent instanceof Promise ? recoverLater(x, sent, recover) : sent;
  } catch (error) {
    return recoverFrom(x, error, recover);
  }
}

async function filterLater(x: Exchange, verdict: Soon<Verdict>, recover: Recover): Promise<Sent> {
  const filtered = await verdict;
  return filtered === OK ? send(x) : refuseFiltered(x, filtered, recover);
}

function recoverLater(x: Exchange, sent: Promise<Sent>, recover: Recover): Promise<Sent> {
  return sent.catch((error) => recoverFrom(x, error, recover));
}

function recoverFrom(x: Exchange, error: unknown, recover: Recover): Soon<Sent> {
  if (error instanceof UnsafeAnswer) return recover(x, error);
  logException(x, 'core', error);
  x.transport.drop();
  return NOT_SENT;
}

/** A filter cannot give the answer: a status takes its place. Pages that the server makes itself are not filtered. */
function refuseFiltered(x: Exchange, status: Verdict, recover: Recover): Soon<Sent> {
  return andThen(die(x, status, x.errorStatus === 0 ? 200 : x.status), () =>
    sendFiltered(x.initial().last(), recover),
  );
}

/** A field that would split the response is never sent: 500 takes its place, as in Apache. */
function sendInstead(x: Exchange, error: UnsafeAnswer): Soon<Sent> {
  clearUnsafe(x, error);
  return andThen(die(x, 500), () => sendFiltered(x.initial().last(), sendNothing));
}

/** The page has the same fault, from a line that every answer gets: what is left is a status. */
function sendNothing(x: Exchange, error: UnsafeAnswer): Soon<Sent> {
  clearUnsafe(x, error);
  x.status = 500;
  x.contentType = undefined;
  x.responseBody = undefined;
  x.contentLength = 0;
  return send(x);
}

function clearUnsafe(x: Exchange, error: UnsafeAnswer): void {
  logEvent(x, 'http', 'error', `AH02430: Response header cannot be sent: ${error.message}`);
  x.headersOut = new HeaderList();
  x.reason = undefined;
  // Shared by all exchanges of the chain: what was wrong in it must not come back with another page.
  x.errHeadersOut.clear();
}

/** What it throws is a line in the log. */
function logTransaction(x: Exchange): Soon<unknown> {
  try {
    const logged = runPhase(x, 'logTransaction');
    return logged instanceof Promise ? catchLog(x, logged) : undefined;
  } catch (error) {
    return logException(x, 'core', error);
  }
}

function catchLog(x: Exchange, logged: Promise<unknown>): Promise<unknown> {
  return logged.catch((error) => logException(x, 'core', error));
}
