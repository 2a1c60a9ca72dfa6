// Where the page's links and forms lead: to the page itself.

import type { Exchange } from '../../../request/exchange.ts';
import { escapeTargetPath } from '../target.ts';

/** The page's own path, escaped. Never one that a browser takes for another host's. */
export function ownPath({ uri }: Exchange): string {
  return escapeTargetPath(uri.replace(/^\/+/, '/'), false);
}

/** A value in the query of a link. */
export function escapeParameter(text: string): string {
  return text.replace(
    /[^A-Za-z0-9\-_.~!*(),:@/]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
