// `portico test`: expectations of rules, tried without a server.

import { readFileSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { coreServer } from '../../request/core-config.ts';
import { latin1 } from '../../tools/bytes.ts';
import { checkExpectation, type Folders, outcomeOf } from '../../tools/check-expectation.ts';
import { Coverage } from '../../tools/coverage.ts';
import { drawGaps, drawJunit, drawResults, drawTap, type Result } from '../../tools/draw-results.ts';
import { type Expectation, readExpectations } from '../../tools/expectations.ts';
import { type Explained, explain } from '../../tools/explain.ts';
import { putQuestion, QuestionError } from '../../tools/question.ts';
import { readable } from '../../tools/readable.ts';
import { failureOf } from '../explain/failure.ts';
import { type OpenedSource, openSource } from '../explain/open.ts';
import { printText, storyPainter } from '../explain/print.ts';
import { say } from '../terminal.ts';
import type { TestOptions } from './arguments.ts';

/** Answers the exit code: 0 when all is met, 1 when something is not or cannot be read. */
export async function runTest(options: TestOptions): Promise<number> {
  return options.watches ? watchAndRun(options) : runGuarded(options);
}

async function runGuarded(options: TestOptions): Promise<number> {
  try {
    return await runOnce(options);
  } catch (error) {
    return failureOf(error);
  }
}

async function runOnce(options: TestOptions): Promise<number> {
  const opened = await openSource(options);
  if (opened === undefined) return 1;
  try {
    if (options.record !== undefined) return await record(options.record, opened);
    return await testAll(options, opened);
  } finally {
    await opened.site.close();
  }
}

async function testAll(options: TestOptions, opened: OpenedSource): Promise<number> {
  const results: Result[] = [];
  const coverage = new Coverage();
  let isFaulty = false;
  for (const file of options.files) {
    const { expectations, faults } = readExpectations(readFileSync(file, 'latin1'));
    for (const { line, message } of faults) say(`${file}:${line}: ${readable(message)}`);
    isFaulty ||= faults.length > 0;
    for (const expectation of expectations) {
      const result = await tryOne(file, expectation, opened);
      if (result === undefined) isFaulty = true;
      else {
        results.push(result);
        coverage.add(result.story);
      }
    }
  }
  const draw = { painter: storyPainter, shorten: opened.shorten };
  if (options.format === 'tap') printText(drawTap(results));
  else if (options.format === 'junit') printText(drawJunit(results, draw));
  else printText(drawResults(results, draw));
  if (options.showsCoverage && options.format === 'text')
    printText(`\n${drawGaps(coverage.gaps(opened.site.live), draw)}`);
  return isFaulty || results.length === 0 || results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function tryOne(
  file: string,
  expectation: Expectation,
  { site }: OpenedSource,
): Promise<Result | undefined> {
  const { line, question } = expectation;
  try {
    const explained = await explain(site, putQuestion(question, site.live));
    return {
      file,
      line,
      title: `${question.method ?? 'GET'} ${question.url}`,
      problems: checkExpectation(expectation, explained.story, foldersOf(explained)),
      story: explained.story,
    };
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error;
    say(`${file}:${line}: ${readable(error.message)}`);
    return undefined;
  }
}

/** Files are named from the DocumentRoot of the server that answers, or from here. */
function foldersOf({ injected }: Explained): Folders {
  const root = coreServer(injected.first.server).documentRoot;
  return [...(root === undefined ? [] : [root]), latin1(process.cwd())];
}

/** `[METHOD] URL` a line → expectations as they are met today. */
async function record(file: string, { site }: OpenedSource): Promise<number> {
  const text = readFileSync(file, 'latin1')
    .split('\n')
    .map((line) => (/^\s*(?:#|$)/.test(line) ? line.trim() : `${line.trim()}\n  -> ?`))
    .join('\n');
  const { expectations, faults } = readExpectations(text);
  for (const { message } of faults) say(`${file}: ${readable(message)}`);
  for (const { question } of expectations) {
    const explained = await explain(site, putQuestion(question, site.live));
    const fields = (question.headers ?? []).map(([name, value]) => `  ${name}: ${value}`).join('');
    const outcome = outcomeOf(explained.story.outcome, foldersOf(explained));
    printText(
      `${readable(`${question.method ?? 'GET'} ${question.url}${fields}\n`.trimEnd())}\n  -> ${readable(outcome)}\n`,
    );
  }
  return faults.length > 0 || expectations.length === 0 ? 1 : 0;
}

/** Editors write a file in several steps. */
const SETTLE_MS = 150;

/** Runs, and again after each change in the folders of the files; ends with Ctrl-C. */
async function watchAndRun(options: TestOptions): Promise<number> {
  const named = [...options.files, options.file, options.htaccess].filter((file) => file !== undefined);
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> = Promise.resolve();
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(() => {
        printText(process.stdout.isTTY ? '\x1b[2J\x1b[H' : '\n');
        return runGuarded(options);
      });
    }, SETTLE_MS);
  };
  // Nothing that changes while the first run is under way is missed.
  const watchers = [...new Set(named.map((file) => dirname(file)))].map((folder) => watch(folder, again));
  running = runGuarded(options);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  for (const watcher of watchers) watcher.close();
  clearTimeout(timer);
  await running;
  return 0;
}
