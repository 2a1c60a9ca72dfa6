// `portico explain`: the stories of requests on standard output.

import { readFileSync } from 'node:fs';
import { ERAS } from '../../kit/era.ts';
import { latin1 } from '../../tools/bytes.ts';
import { outcomeText } from '../../tools/draw-outcome.ts';
import { drawStory } from '../../tools/draw-story.ts';
import {
  type Explained,
  type ExplainOptions as ExplainHow,
  explain,
  explainQuestion,
} from '../../tools/explain.ts';
import type { RehearsedSite } from '../../tools/inject.ts';
import { type Put, putBytes, putQuestion, type Question } from '../../tools/question.ts';
import { readSavedRequests } from '../../tools/saved-requests.ts';
import type { Story } from '../../tools/story.ts';
import { TraceLines } from '../../tools/trace-lines.ts';
import { type Change, drawUpgrade, laterThan } from '../../tools/upgrade.ts';
import type { ExplainOptions } from './arguments.ts';
import { failureOf } from './failure.ts';
import { type OpenedSource, openSource } from './open.ts';
import { printJson, printText, storyPainter } from './print.ts';
import { runReplay } from './replay.ts';

/** Answers the exit code: 0 when every request was explained, 1 when something failed, 2 for a question without sense. */
export async function runExplain(options: ExplainOptions): Promise<number> {
  try {
    if (options.log !== undefined) return await runReplay(options, options.log);
    const era = options.version === undefined ? undefined : ERAS.get(options.version);
    const opened = await openSource(options, { era });
    if (opened === undefined) return 1;
    try {
      return await explainAll(options, opened);
    } finally {
      await opened.site.close();
    }
  } catch (error) {
    return failureOf(error);
  }
}

/** What is known of one request. */
interface Told {
  readonly story: Story;
  readonly changes: readonly Change[] | undefined;
  readonly trace: string;
}

async function explainAll(options: ExplainOptions, { site, shorten }: OpenedSource): Promise<number> {
  const later = options.version === undefined ? [] : await openLater(options, options.version);
  try {
    const all: Told[] = [];
    const questions = askAll(options, site.live);
    // A question without sense is said before the first one is answered.
    for (const asked of questions) if ('question' in asked) putQuestion(asked.question, site.live);
    for (const asked of questions) {
      const told = await tell(options, site, later, asked);
      all.push(told);
      if (options.format === 'trace') printText(told.trace);
      else if (options.format === 'story') printStory(options, told, shorten, all.length === 1);
    }
    if (options.format === 'json') {
      const values = all.map(({ story, changes }) =>
        changes === undefined ? story : { ...story, upgrade: changes },
      );
      printJson(values.length === 1 ? values[0] : values);
    }
    return 0;
  } finally {
    for (const one of later) await one.site.close();
  }
}

function printStory(
  { version, isVerbose }: ExplainOptions,
  { story, changes }: Told,
  shorten: (file: string) => string,
  isFirst: boolean,
): void {
  const drawn = drawStory(story, { painter: storyPainter, shorten, isVerbose });
  const upgrade =
    version === undefined || changes === undefined
      ? ''
      : `\n${drawUpgrade(version, changes, { painter: storyPainter })}`;
  printText((isFirst ? '' : '\n') + drawn + upgrade);
}

/** A release behind the one that is asked about. */
interface LaterSite {
  readonly version: string;
  readonly site: RehearsedSite;
}

async function openLater(options: ExplainOptions, version: string): Promise<LaterSite[]> {
  const sites: LaterSite[] = [];
  for (const later of laterThan(version)) {
    const opened = await openSource(options, { era: ERAS.get(later) });
    if (opened !== undefined) sites.push({ version: later, site: opened.site });
  }
  return sites;
}

async function tell(
  options: ExplainOptions,
  site: RehearsedSite,
  later: readonly LaterSite[],
  asked: Asked,
): Promise<Told> {
  const environment = new Map([...options.environment].map(([name, value]) => [latin1(name), latin1(value)]));
  const trace = new TraceLines();
  const { story } = await ask(site, asked, { environment, onStep: trace.take });
  const changes: Change[] = [];
  let before = outcomeText(story.outcome);
  for (const { version, site: other } of later) {
    const { story: after }: Explained = await ask(other, asked, { environment });
    const outcome = outcomeText(after.outcome);
    if (outcome !== before)
      changes.push({
        version,
        outcome,
        why: after.outcome.kind === 'status' ? after.outcome.why : undefined,
      });
    before = outcome;
  }
  return {
    story,
    changes: options.version === undefined ? undefined : changes,
    trace: trace.lines.map((line) => `${line}\n`).join(''),
  };
}

/** A question, or a request whose bytes are at hand. */
type Asked = { readonly question: Question } | { readonly put: Put };

function ask(site: RehearsedSite, asked: Asked, options: ExplainHow): Promise<Explained> {
  return 'put' in asked ? explain(site, asked.put, options) : explainQuestion(site, asked.question, options);
}

function askAll(options: ExplainOptions, live: RehearsedSite['live']): readonly Asked[] {
  const { urls, requests, method, host, data, remote } = options;
  const common = remote === undefined ? {} : { remote };
  if (requests !== undefined) {
    const saved = readSavedRequests(readFileSync(requests, 'latin1'));
    return saved.kind === 'bytes'
      ? [{ put: putBytes(saved.bytes, live, common) }]
      : saved.questions.map((question) => ({ question: { ...question, ...common } }));
  }
  const headers = options.headers.map(([name, value]) => [latin1(name), latin1(value)] as const);
  return urls.map((url) => ({
    question: {
      url: latin1(url),
      headers,
      ...common,
      ...(method === undefined ? {} : { method }),
      ...(host === undefined ? {} : { host: latin1(host) }),
      ...(data === undefined ? {} : { body: latin1(data) }),
    },
  }));
}
