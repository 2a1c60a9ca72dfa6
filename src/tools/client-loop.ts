// Redirects that a client follows and that lead it back to where it was: http to https and back, with and without www.

import type { LiveSite } from '../request/exchange.ts';
import { isNameOf } from '../request/vhosts.ts';
import { parseAuthority } from '../wire/authority.ts';
import type { RehearsedSite } from './inject.ts';
import { putQuestion, type Question, QuestionError } from './question.ts';
import type { Story } from './story.ts';

/** What browsers follow before they give up is more; a loop shows earlier. */
const MOST_STEPS = 10;

/** The URLs of the loop, the first one at its end again; undefined where there is none. */
export async function findClientLoop(
  site: RehearsedSite,
  question: Question,
  { url, outcome }: Story,
): Promise<readonly string[] | undefined> {
  if (outcome.kind !== 'redirect') return undefined;
  const way = [url];
  let next: string | undefined = absolute(outcome.location, url);
  while (next !== undefined && way.length <= MOST_STEPS) {
    const before = way.indexOf(next);
    if (before >= 0) return [...way.slice(before), next];
    if (!isOurs(next, url, site.live)) return undefined;
    way.push(next);
    next = await follow(site, question, next);
  }
  return undefined;
}

function absolute(location: string, from: string): string {
  const withoutFragment = location.replace(/#.*$/s, '');
  if (!withoutFragment.startsWith('/')) return withoutFragment;
  return (/^https?:\/\/[^/]*/i.exec(from)?.[0] ?? '') + withoutFragment;
}

/** The host is one of this configuration, or the one that was asked for. */
function isOurs(url: string, first: string, live: LiveSite): boolean {
  const host = hostOf(url);
  if (host === undefined) return false;
  return host === hostOf(first) || live.servers.some((server) => isNameOf(server, host));
}

function hostOf(url: string): string | undefined {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(url)?.[1];
  return authority === undefined ? undefined : parseAuthority(authority.toLowerCase())?.host;
}

async function follow(site: RehearsedSite, question: Question, url: string): Promise<string | undefined> {
  try {
    const headers = question.headers?.filter(([name]) => name.toLowerCase() !== 'host');
    const put = putQuestion({ url, headers, remote: question.remote }, site.live);
    const { answer } = await site.inject(put.bytes, { ends: put.ends });
    const location = answer?.headers.get('location');
    const leads =
      answer !== undefined && answer.status >= 300 && answer.status < 400 && location !== undefined;
    return leads ? absolute(location, url) : undefined;
  } catch (error) {
    // A URL that no client could ask for ends the way.
    if (error instanceof QuestionError) return undefined;
    throw error;
  }
}
