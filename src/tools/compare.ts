// Two configurations asked the same: which requests come to something else.

import { BriefTeller } from './brief-teller.ts';
import { outcomeText } from './draw-outcome.ts';
import type { RehearsedSite } from './inject.ts';
import { outcomeOf } from './outcome.ts';
import type { Put } from './question.ts';
import type { Outcome } from './story.ts';
import type { Watch } from './watch.ts';

/** A request that two configurations answer differently. */
export interface Difference {
  readonly method: string;
  readonly url: string;
  readonly before: string;
  readonly after: string;
  /** Header lines, or lines of the request to the backend, that only one side has. */
  readonly lost: readonly string[];
  readonly gained: readonly string[];
  /** Why the second one refuses, where it does. */
  readonly why: string | undefined;
}

/** `puts`: the same request, put to the one and to the other. Undefined where nothing differs. */
export async function compare(
  sites: readonly [RehearsedSite, RehearsedSite],
  puts: readonly [Put, Put],
  watches: readonly [Watch, Watch] | undefined = undefined,
): Promise<Difference | undefined> {
  const before = await answerOf(sites[0], puts[0], watches?.[0]);
  const after = await answerOf(sites[1], puts[1], watches?.[1]);
  const texts = [outcomeText(before.outcome), outcomeText(after.outcome)] as const;
  const isOther = texts[0] !== texts[1];
  const lines = [linesOf(before), linesOf(after)] as const;
  const lost = lines[0].filter((line) => !lines[1].includes(line));
  const gained = lines[1].filter((line) => !lines[0].includes(line));
  if (!isOther && lost.length === 0 && gained.length === 0) return undefined;
  return {
    method: puts[0].method,
    url: puts[0].url,
    before: texts[0],
    after: texts[1],
    lost: isOther ? [] : lost,
    gained: isOther ? [] : gained,
    why: isOther && after.outcome.kind === 'status' ? after.outcome.why : undefined,
  };
}

/** What a request comes to, without its story. */
interface Answered {
  readonly outcome: Outcome;
  readonly headers: Iterable<readonly [string, string]>;
}

async function answerOf(site: RehearsedSite, put: Put, watch: Watch | undefined): Promise<Answered> {
  const teller = new BriefTeller();
  const injected = await site.inject(put.bytes, {
    ends: put.ends,
    onStep: teller.take,
    ...(watch === undefined ? {} : { watch }),
  });
  return {
    outcome: outcomeOf(injected, teller.chapters, teller.findings),
    headers: injected.answer?.headers ?? [],
  };
}

const UNTOLD = /^(?:date|server|content-length|etag|last-modified|expires)$/i;

/** What is said besides the outcome. */
function linesOf({ outcome, headers }: Answered): string[] {
  const own: string[] = [];
  for (const [name, value] of headers) if (!UNTOLD.test(name)) own.push(`${name}: ${value}`);
  if (outcome.kind === 'proxy')
    own.push(...outcome.bytes.slice(0, outcome.bytes.indexOf('\r\n\r\n')).split('\r\n'));
  if (outcome.kind === 'fastcgi')
    own.push(...Object.entries(outcome.parameters).map(([name, value]) => `${name}=${value}`));
  return own;
}
