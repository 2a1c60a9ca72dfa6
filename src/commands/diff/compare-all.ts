// Requests of a file, one after the other, put to two configurations; and the list of those that differ.

import { latin1 } from '../../tools/bytes.ts';
import { compare, type Difference } from '../../tools/compare.ts';
import { type Compared, LogComparison } from '../../tools/compare-log.ts';
import { type CountedDifference, drawDifferences } from '../../tools/draw-differences.ts';
import type { RehearsalOptions, RehearsedSite } from '../../tools/inject.ts';
import { type Put, putQuestion, QuestionError } from '../../tools/question.ts';
import { openSource, type SourceOptions } from '../explain/open.ts';
import { printJson, printText, storyPainter } from '../explain/print.ts';
import { readRequests } from '../explain/read-requests.ts';

/** Where the requests come from; exactly one of both is there. */
export interface RequestsInput {
  readonly urls?: string | undefined;
  readonly log?: string | undefined;
  /** The host of requests that name none. */
  readonly host?: string | undefined;
}

export interface ListOptions {
  readonly isAll: boolean;
  readonly isJson: boolean;
}

/** Answers the exit code: 0 when nothing differs, 1 when something does or a configuration cannot be used. */
export async function compareAll(
  sources: readonly [SourceOptions, SourceOptions],
  how: readonly [RehearsalOptions, RehearsalOptions],
  input: RequestsInput,
  list: ListOptions,
): Promise<number> {
  const first = await openSource(sources[0], { ruleLevel: 0, isStill: true, ...how[0] });
  if (first === undefined) return 1;
  const second = await openSource(sources[1], { ruleLevel: 0, isStill: true, ...how[1] });
  try {
    if (second === undefined) return 1;
    return await compareSites([first.site, second.site], input, list);
  } finally {
    await first.site.close();
    await second?.site.close();
  }
}

async function compareSites(
  sites: readonly [RehearsedSite, RehearsedSite],
  input: RequestsInput,
  { isAll, isJson }: ListOptions,
): Promise<number> {
  const found = new Map<string, { readonly difference: Difference; times: number }>();
  let asked = 0;
  let passedOver = 0;
  const count = (compared: Compared): void => {
    if (compared === 'no request') {
      passedOver += 1;
      return;
    }
    asked += 1;
    if (compared === 'same') return;
    const key = [compared.method, compared.url, compared.before, compared.after].join(' ');
    const known = found.get(key);
    if (known === undefined) found.set(key, { difference: compared, times: 1 });
    else known.times += 1;
  };
  const take = taker(sites, input);
  await readRequests(input.urls ?? input.log ?? '', (line) => {
    const compared = take(line);
    return compared instanceof Promise ? compared.then(count) : count(compared);
  });
  const differences: readonly CountedDifference[] = [...found.values()];
  if (isJson)
    printJson({
      asked,
      passedOver,
      differences: differences.map(({ difference, times }) => ({ ...difference, times })),
    });
  else printText(drawDifferences({ asked, passedOver, differences, isAll }, { painter: storyPainter }));
  return differences.length === 0 && asked > 0 ? 0 : 1;
}

/** What takes the lines of the file. */
function taker(
  sites: readonly [RehearsedSite, RehearsedSite],
  { urls, host }: RequestsInput,
): (line: string) => Promise<Compared> | Compared {
  const named = host === undefined ? undefined : latin1(host);
  if (urls === undefined) {
    const comparison = new LogComparison(sites, { host: named });
    return (line) => comparison.take(line);
  }
  return (line) => {
    const first = putLine(line, sites[0], named);
    const second = putLine(line, sites[1], named);
    if (first === undefined || second === undefined) return 'no request';
    return compare(sites, [first, second]).then((difference) => difference ?? 'same');
  };
}

/** `[METHOD] URL`; comments and what is no URL are passed over. */
function putLine(line: string, site: RehearsedSite, host: string | undefined): Put | undefined {
  const words = line.trim().split(/\s+/);
  const [first = '', second] = words;
  if (first === '' || first.startsWith('#') || words.length > 2) return undefined;
  const question = second === undefined ? { url: first } : { method: first, url: second };
  try {
    return putQuestion({ ...question, host: question.url.startsWith('/') ? host : undefined }, site.live);
  } catch (error) {
    if (error instanceof QuestionError) return undefined;
    throw error;
  }
}
