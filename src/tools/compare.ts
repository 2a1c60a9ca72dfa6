// Two configurations asked the same: which requests come to something else.

import { outcomeText } from './draw-outcome.ts';
import { explain } from './explain.ts';
import type { RehearsedSite } from './inject.ts';
import type { Put } from './question.ts';
import type { Story } from './story.ts';

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
): Promise<Difference | undefined> {
  const [{ story: before }, { story: after }] = [
    await explain(sites[0], puts[0]),
    await explain(sites[1], puts[1]),
  ];
  const texts = [outcomeText(before.outcome), outcomeText(after.outcome)] as const;
  const lines = [linesOf(before), linesOf(after)] as const;
  const lost = lines[0].filter((line) => !lines[1].includes(line));
  const gained = lines[1].filter((line) => !lines[0].includes(line));
  if (texts[0] === texts[1] && lost.length === 0 && gained.length === 0) return undefined;
  const isOther = texts[0] !== texts[1];
  return {
    method: before.method,
    url: before.url,
    before: texts[0],
    after: texts[1],
    lost: isOther ? [] : lost,
    gained: isOther ? [] : gained,
    why: isOther && after.outcome.kind === 'status' ? after.outcome.why : undefined,
  };
}

/** What is said besides the outcome. */
function linesOf({ outcome, headers }: Story): string[] {
  const own = headers
    .filter(([name]) => !/^(?:date|server|content-length|etag|last-modified|expires)$/i.test(name))
    .map(([name, value]) => `${name}: ${value}`);
  if (outcome.kind === 'proxy')
    own.push(...outcome.bytes.slice(0, outcome.bytes.indexOf('\r\n\r\n')).split('\r\n'));
  if (outcome.kind === 'fastcgi')
    own.push(...Object.entries(outcome.parameters).map(([name, value]) => `${name}=${value}`));
  return own;
}
