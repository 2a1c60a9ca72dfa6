// From a URL path to a file: the mapping of last resort, and the walk that finds what applies to the file.
// TRACE and `OPTIONS *` are answered here: they speak of the server, not of a file.

import { coreServer } from '../../request/core-config.ts';
import { directoryWalk } from '../../request/directory-walk.ts';
import type { Exchange } from '../../request/exchange.ts';
import { logEvent } from '../../request/log.ts';
import { DECLINED, DONE, OK, type Verdict } from '../../request/verdict.ts';
import { documentRoot, fileWalk } from '../../request/walk.ts';

/** A path that rewriting gave `..` segments must not leave the root. */
function climbs(path: string): boolean {
  return path.includes('/..') && path.split('/').includes('..');
}

/** DocumentRoot and the path. Proxied requests that came this far were handled by nobody. */
export function translateName(x: Exchange): Verdict {
  if (x.proxied) return 403;
  if (x.uri === '*') {
    x.filename = documentRoot(x);
    return OK;
  }
  if (!x.uri.startsWith('/')) {
    logEvent(x, 'core', 'error', `AH00126: Invalid URI in request '${x.requestLine}'`);
    return 400;
  }
  if (climbs(x.uri)) {
    logEvent(x, 'core', 'error', `AH00127: Cannot map ${x.requestLine} to file`);
    return 403;
  }
  const root = documentRoot(x);
  x.filename = root === '/' ? x.uri : root + x.uri;
  return OK;
}

/** Everything that a <Directory>, an .htaccess file or a <Files> section says about the file. */
export function mapToStorage(x: Exchange): Verdict {
  if (x.proxied) return DECLINED;
  if (x.method === 'TRACE' && !x.isSubrequest()) return answerTrace(x);
  if (x.uri === '*') return x.method === 'OPTIONS' ? answerPong(x) : 400;
  const walked = directoryWalk(x);
  if (walked !== OK) return walked;
  fileWalk(x);
  return OK;
}

/** `OPTIONS *` (RFC 9110 section 9.3.7): the server is there. */
function answerPong(x: Exchange): Verdict {
  x.contentLength = 0;
  return DONE;
}

/** TRACE (RFC 9110 section 9.3.8): the request as it was understood. */
function answerTrace(x: Exchange): Verdict {
  const trace = coreServer(x.server).traceEnable ?? 'on';
  if (trace === 'off') return 405;
  if (x.body !== undefined) {
    // `extended` would also echo the body; nothing is known to rely on it, and an echo is a risk.
    x.notes.set('error-notes', 'TRACE with a request body is not allowed');
    return 413;
  }
  let echo = `${x.requestLine}\r\n`;
  for (const [name, value] of x.headers) echo += `${name}: ${value}\r\n`;
  echo += '\r\n';
  x.contentType = 'message/http';
  x.responseBody = echo;
  x.contentLength = echo.length;
  return DONE;
}
