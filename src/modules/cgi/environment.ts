// What a CGI script gets with its start: its environment, and the words of its query.

import type { Exchange } from '../../request/exchange.ts';
import { scriptFacts } from '../../request/script-environment.ts';
import { buildCgiEnvironment } from '../../wire/cgi-environment.ts';

/** The server's time zone is the script's, unless the configuration says otherwise. */
function timeZone(x: Exchange): [string, string][] {
  const zone = x.site.io.env('TZ');
  return zone === undefined ? [] : [['TZ', zone]];
}

/** The variables of a script, as byte strings. */
export async function scriptEnvironment(x: Exchange): Promise<Map<string, string>> {
  const facts = await scriptFacts(x);
  return buildCgiEnvironment({
    ...facts,
    requestEnvironment: [...timeZone(x), ...facts.requestEnvironment],
  });
}

/** The words of a query without `=`, which a script gets as arguments (RFC 3875 section 4.4). */
export function searchWords(query: string | undefined): string[] {
  if (query === undefined || query === '' || query.includes('=')) return [];
  return query
    .split('+')
    .map((word) =>
      word.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
}
