// What the log says, and the status, when a FastCGI application cannot answer: Apache's words and numbers.

import type { Exchange } from '../../../request/exchange.ts';
import { logEvent } from '../../../request/log.ts';
import { defaultPort, schemeOf, serverPort } from '../../../request/self-url.ts';
import type { Verdict } from '../../../request/verdict.ts';
import type { CgiError } from '../../../wire/cgi-response.ts';
import type { FcgiFault } from '../../../wire/fastcgi-reader.ts';

/** The name of the script, for messages. */
function scriptName(x: Exchange): string {
  const { filename = '' } = x;
  return filename.slice(filename.lastIndexOf('/') + 1);
}

/** Apache's line on a request that broke off; `reason` says why, where that is known. */
export function logBrokenOff(x: Exchange, reason: string, system: string = ''): void {
  const port = serverPort(x);
  const shown = port === defaultPort(schemeOf(x)) ? '' : `:${port}`;
  logEvent(
    x,
    'proxy_fcgi',
    'error',
    `${system === '' ? '' : `${system}: `}AH01075: Error dispatching request to ${shown}: ${reason}`,
  );
}

/** Bytes that are no records of this request. */
export function logFault(x: Exchange, { kind, value }: FcgiFault): void {
  const text =
    kind === 'version'
      ? `AH01068: Got bogus version ${value}`
      : `AH01069: Got bogus rid ${value}, expected 1`;
  logEvent(x, 'proxy_fcgi', 'error', text);
}

/** A header block that cannot be passed on. */
export function badHead(x: Exchange, error: CgiError): Verdict {
  const line = error.text.slice(0, 30);
  logEvent(x, 'proxy_fcgi', 'error', `malformed header from script '${scriptName(x)}': Bad header: ${line}`);
  logEvent(x, 'proxy_fcgi', 'error', 'AH01070: Error parsing script headers');
  return 500;
}

/** The request ended, and there was no header block. differs: "A FastCGI answer has a header block". */
export function endedEarly(x: Exchange): Verdict {
  logEvent(x, 'proxy_fcgi', 'error', `End of script output before headers: ${scriptName(x)}`);
  return 502;
}
