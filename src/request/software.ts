// How portico names itself: the Server field, SERVER_SOFTWARE and the signature under error pages.

import { coreServer } from './core-config.ts';
import type { LiveSite } from './exchange.ts';

/** portico's own version; a test holds it against package.json. */
export const PORTICO_VERSION = '0.1.0';

/** `portico/0.1.0`, or `portico` with ServerTokens Prod. */
export function serverSoftware(site: LiveSite): string {
  return coreServer(site.main).serverTokens === 'prod' ? 'portico' : `portico/${PORTICO_VERSION}`;
}
