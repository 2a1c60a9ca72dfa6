// Which header lines of an answer are worth telling: those that are not said of nearly every answer.

import type { Story } from './story.ts';

/** Said of nearly every answer, or in its first line. */
const SAID_OFTEN: ReadonlySet<string> = new Set([
  'date',
  'server',
  'content-length',
  'accept-ranges',
  'last-modified',
  'etag',
  'location',
]);

/** The type of a page that the server makes itself is no news. */
function isOfPage({ kind }: Story['outcome'], name: string): boolean {
  return (kind === 'status' || kind === 'redirect') && /^(?:content-type|vary|connection)$/i.test(name);
}

/** Whether a header line of the answer that a story comes to says something of its own. */
export function isTold(outcome: Story['outcome'], name: string): boolean {
  return !SAID_OFTEN.has(name.toLowerCase()) && !isOfPage(outcome, name);
}
