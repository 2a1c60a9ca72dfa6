// What a client is told, and what the log says, when the proxy cannot answer for a backend: Apache's pages of both
// kinds, its statuses and its numbered lines.

import { coreDir } from '../../request/core-config.ts';
import { escapeHtml } from '../../request/error-page.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { HANDED_OVER } from '../../request/serve.ts';
import { DONE, type Verdict } from '../../request/verdict.ts';
import type { ResponseError } from '../../wire/response-parser.ts';
import type { Attempt } from './attempt.ts';
import type { Loss } from './backend-roles.ts';
import { ConnectRefusal } from './remote/connect-stream.ts';
import type { Origin } from './target.ts';

/** The "Proxy Error" page: status line and title say so, and the reason stands below the usual text. */
export function proxyError(x: Exchange, status: number, reason: string): Verdict {
  logEvent(x, 'proxy', 'error', `AH00898: ${reason} returned by ${x.uri}`);
  const notes = `The proxy server could not handle the request<p>Reason: <strong>${escapeHtml(reason)}</strong></p>`;
  x.notes.set('error-notes', notes);
  x.notes.set('verbose-error-to', '*');
  x.reason = 'Proxy Error';
  return status;
}

/** How the module that wanted a connection speaks of one that never came to be. */
export interface ConnectWords {
  readonly name: string;
  readonly module: string;
  readonly failed: string;
}

const HTTP_FAILURE: ConnectWords = {
  name: 'http',
  module: 'proxy_http',
  failed: 'AH01114: HTTP: failed to make connection to backend',
};

export interface ConnectContext {
  readonly attempt: Attempt | undefined;
  readonly words?: ConnectWords;
}

/** A connection that never came to be. */
export function connectFailed(
  x: Exchange,
  origin: Origin,
  loss: Loss,
  { attempt, words: { name, module, failed } = HTTP_FAILURE }: ConnectContext,
): Verdict {
  if (loss.kind === 'lookup') {
    attempt?.unnamed();
    return lookupFailed(x, origin.host);
  }
  const error = lastError(loss.error);
  const text = errorText(error);
  const shown = name === HTTP_FAILURE.name ? origin.scheme : name;
  if (loss.error instanceof ConnectRefusal) logRefusal(x, origin, shown, loss.error);
  else logEvent(x, 'proxy', 'error', `${text}: ${attemptText(shown, origin, error.address)}`);
  logEvent(x, module, 'error', `${failed}: ${origin.socket === undefined ? origin.host : 'httpd-UDS'}`);
  attempt?.refused();
  return attempt === undefined ? refusalStatus(x, module) : 503;
}

function attemptText(name: string, origin: Origin, address: string | undefined): string {
  const { socket, host, port } = origin;
  if (socket === undefined) {
    return `AH00957: ${name}: attempt to connect to ${shownEnd(origin.through?.origin ?? origin, address)} failed`;
  }
  return `AH02454: ${name}: attempt to connect to Unix domain socket ${socket} (${host}:${port}) failed`;
}

/** The proxy on the way has opened none. */
function logRefusal(x: Exchange, origin: Origin, name: string, { answered }: ConnectRefusal): void {
  const { host, port, through } = origin;
  const proxy = through === undefined ? '' : shownEnd(through.origin);
  logEvent(
    x,
    'proxy',
    'error',
    `AH00950: send_http_connect: the forward proxy returned code is '${answered}'`,
  );
  logEvent(
    x,
    'proxy',
    'error',
    `AH00958: ${name}: attempt to connect to ${host}:${port} via http CONNECT through ${proxy} failed`,
  );
}

/**
 * Apache's 503 for a backend that cannot be reached; 502 where the site has an ErrorDocument for 502 and none for
 * 503, since the page that was written for this very case is better than none.
 */
export function refusalStatus(x: Exchange, module: string): Verdict {
  const documents = coreDir(x.dirConfig).errorDocuments;
  if (documents === undefined || documents.has(503) || !documents.has(502)) return 503;
  logEvent(
    x,
    module,
    'error',
    'answering 502 instead of 503, which Apache answers for a backend that cannot be reached: ' +
      'there is an ErrorDocument for 502 and none for 503',
  );
  return 502;
}

/** TLS is wanted and SSLProxyEngine is not on, or its directives cannot be used. */
export function noTls(x: Exchange, { scheme, host, port }: Origin, why = ''): Verdict {
  const end = `${host}:${port} (${host})`;
  logEvent(
    x,
    'proxy',
    'error',
    `AH00961: ${scheme}: failed to enable ssl support for ${end}` +
      (why === '' ? ': write SSLProxyEngine On in this server, or in a <Proxy> section for the target' : why),
  );
  return 500;
}

/** OpenSSL's reason, without the places in its source. */
function handshakeText(error: Error | undefined): string {
  if (error === undefined) return 'the other end closed the connection';
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

/** The connection came to be, and TLS did not. */
export function handshakeFailed(x: Exchange, origin: Origin, { error, fault }: Loss): Verdict {
  if (fault !== undefined) logEvent(x, 'ssl', 'error', `${fault.text}: ${fault.hint}`);
  else {
    logEvent(x, 'ssl', 'error', `AH02003: SSL Proxy connect failed: ${handshakeText(error)}`);
  }
  logEvent(
    x,
    'proxy',
    'error',
    `(20014)Internal error: AH01084: pass request body failed to ${shownEnd(origin)}`,
  );
  return proxyError(x, 500, 'Error during SSL Handshake with remote server');
}

export function lookupFailed(x: Exchange, host: string): Verdict {
  return proxyError(x, 500, `DNS lookup failure for: ${host}`);
}

/** No connection became free in time. */
export function poolExhausted(x: Exchange, { scheme, host, port }: Origin): Verdict {
  logEvent(
    x,
    'proxy',
    'error',
    `(70007)The timeout specified has expired: AH00941: ${scheme}: failed to acquire connection for (${host}:${port}): ` +
      'none became free within the time that acquire= gives',
  );
  return 503;
}

/** The configuration keeps requests away from the worker (`status=+D`). */
export function workerShut(x: Exchange, { scheme, host, port }: Origin): Verdict {
  logEvent(x, 'proxy', 'error', `AH00940: ${scheme}: disabled connection for (${host}:${port})`);
  return 503;
}

/** What the system calls the loss of a connection. */
export function lossText(loss: Loss): string {
  if (loss.kind === 'timeout') return '(70007)The timeout specified has expired';
  return loss.error === undefined ? '(70014)End of file found' : errorText(loss.error);
}

/**
 * The connection broke, or nothing came, before a status line was complete. `mayDrop`: a client on a connection that was
 * used before is let try again.
 */
export function readFailed(x: Exchange, origin: Origin, loss: Loss, mayDrop = true): Verdict {
  logEvent(
    x,
    'proxy_http',
    'error',
    `${lossText(loss)}: AH01102: error reading status line from remote server ${origin.host}:${origin.port}`,
  );
  if (mayDrop && loss.kind !== 'timeout' && x.transport.served > 0) return dropClient(x, origin);
  return proxyError(x, 502, 'Error reading from remote server');
}

/** A stream of a connection that carries many was reset, or came to no answer. Apache: 502 for the first alone. */
export function streamFailed(x: Exchange, origin: Origin, loss: Loss): Verdict {
  const { fault, error, kind } = loss;
  if (fault !== undefined) logEvent(x, 'ssl', 'error', `${fault.text}: ${fault.hint}`);
  const why = kind === 'timeout' || error === undefined ? lossText(loss) : error.message;
  logEvent(x, 'proxy_http2', 'error', `${why}: no answer from ${shownEnd(origin)}`);
  return loss.isReset === true ? 502 : 503;
}

/** On a connection that was used before, closing without an answer lets the client try again, as Apache does. */
function dropClient(x: Exchange, origin: Origin): Verdict {
  logEvent(
    x,
    'proxy_http',
    'info',
    `AH01103: Closing connection to client because reading from backend server ${origin.host}:${origin.port} failed. Number of keepalives ${x.transport.served}`,
  );
  return abandonClient(x);
}

/** Ends the exchange without an answer: the client's connection is closed, or it is gone already. */
export function abandonClient(x: Exchange): Verdict {
  x.notes.set(HANDED_OVER, '1');
  x.complete = false;
  x.transport.drop();
  return DONE;
}

/** A response head that cannot be passed on. */
export function headFailed(x: Exchange, origin: Origin, error: ResponseError): Verdict {
  const end = `${origin.host}:${origin.port}`;
  switch (error.kind) {
    case 'status-line':
      return proxyError(x, 502, `Corrupt status line returned by remote server: ${error.text}`);
    case 'empty':
      return proxyError(x, 502, 'Error reading from remote server');
    case 'invalid-header':
      logEvent(
        x,
        'http',
        'error',
        `AH02430: Response header from ${end} contains invalid characters: ${error.text}`,
      );
      return 500;
    case 'content-length':
      logEvent(x, 'proxy_http', 'error', `AH01110: bad Content-Length from ${end}: ${error.text}`);
      return 502;
    case 'transfer-encoding':
      logEvent(x, 'proxy_http', 'error', `bad Transfer-Encoding from ${end}: ${error.text}`);
      return 502;
    case 'bad-header':
      logEvent(
        x,
        'proxy_http',
        'error',
        `AH01106: bad HTTP header ${JSON.stringify(error.text)} returned by ${end} (${x.method})`,
      );
      return 502;
    default:
      logEvent(
        x,
        'proxy_http',
        'error',
        `AH10124: header size is over the limit allowed by ResponseFieldSize in a response of ${end}`,
      );
      return 502;
  }
}

/** `address:port (host:port)`. */
function shownEnd({ host, port }: Origin, address: string = host): string {
  const shown = address.includes(':') ? `[${address}]` : address;
  return `${shown}:${port} (${host}:${port})`;
}

/** What the system says of one address. */
interface AddressError {
  readonly code?: string | undefined;
  readonly errno?: number | undefined;
  readonly address?: string | undefined;
}

/** Why the last of several addresses could not be connected to; silence where nothing is known. */
function lastError(error: (Error & AddressError) | undefined): AddressError {
  if (error instanceof AggregateError) return lastError(error.errors.at(-1));
  return error ?? { code: 'ETIMEDOUT', errno: -110 };
}

const ERROR_TEXTS: { readonly [code: string]: string } = {
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  ETIMEDOUT: 'Connection timed out',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  EMFILE: 'Too many open files',
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  EPIPE: 'Broken pipe',
};

/** `(111)Connection refused`. */
function errorText(error: AddressError): string {
  const text = ERROR_TEXTS[error.code ?? ''] ?? error.code ?? 'unknown error';
  return error.errno === undefined ? text : `(${Math.abs(error.errno)})${text}`;
}
