// What a request wants from an application that is not ready: a page that says so, or to wait for the real answer.

import { equalsIgnoreCase, lowerAscii } from '../../kit/ascii.ts';
import type { Exchange } from '../../request/exchange.ts';

/**
 * A person's browser asks for a page: GET or HEAD, no upgrade, and either the browser says that it navigates or the
 * client names HTML. Everything else (programs, scripts of pages, images, forms that are sent) waits.
 */
export function isPageRequest(x: Exchange): boolean {
  if (x.method !== 'GET' && x.method !== 'HEAD') return false;
  if (x.isSubrequest() || x.headers.has('upgrade')) return false;
  // Fetch Metadata: `navigate` for what goes into a window or frame, other words for what scripts and pages load.
  const mode = x.headers.get('sec-fetch-mode');
  if (mode !== undefined) return equalsIgnoreCase(mode.trim(), 'navigate');
  return namesHtml(x.headers.combined('accept') ?? '');
}

/** A client that takes anything (`*` `/` `*`) does not ask for a page. */
function namesHtml(accept: string): boolean {
  return accept.split(',').some((item) => {
    const [type = '', ...parameters] = item.split(';').map((part) => lowerAscii(part.trim()));
    if (type !== 'text/html' && type !== 'application/xhtml+xml') return false;
    return !parameters.some((parameter) => /^q\s*=\s*0(?:\.0*)?$/.test(parameter));
  });
}
