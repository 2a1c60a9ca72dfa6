// What the playground says of a request is what explain says of it: for the configurations of conformance cases, over the
// files of this machine and over the list of them that somebody could have typed; and for .htaccess files, as the command
// prints it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSite } from '../../src/conf/site.ts';
import { modules } from '../../src/modules/index.ts';
import { explainQuestion } from '../../src/tools/explain.ts';
import { openRehearsal } from '../../src/tools/inject.ts';
import { type PlayQuestion, play, TYPED_FILE } from '../../src/tools/playground/play.ts';
import { asQuestion } from '../../src/tools/playground/question.ts';
import { tidyStory } from '../../src/tools/playground/tidy-story.ts';
import type { Chapter, Story } from '../../src/tools/story.ts';
import { onDisk } from '../explain/parity.ts';
import { readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { type CaseSite, createCaseSite } from '../support/case-site.ts';
import { openWorkshop } from '../support/command.ts';
import { questionsOf } from './case-questions.ts';
import { HTACCESS_QUESTIONS } from './questions.ts';

/** Of files that are typed times are others, names come in the order of the list, and the machine has its own settings. */
function comparable(story: Story | undefined): string {
  const text = JSON.stringify(story, (name, value: unknown) => {
    if (name === 'PATH' || name === 'TZ') return undefined;
    if (name === 'chapters')
      return (value as unknown[]).toSorted((a, b) => order(a) - order(b) || compareText(a, b));
    if (!Array.isArray(value) || typeof value[0] !== 'string') return value;
    return /^(?:date|last-modified|etag|expires)$/i.test(value[0]) ? [value[0], '…'] : value;
  });
  return text.replaceAll(/boundary=[0-9a-f]+/g, 'boundary=…');
}

function order(chapter: unknown): number {
  return (chapter as Chapter).kind === 'subrequest' ? 1 : 0;
}

function compareText(a: unknown, b: unknown): number {
  if (order(a) === 0) return 0;
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

let checked = 0;
let left = 0;

async function compareAll(questions: readonly PlayQuestion[], place: CaseSite): Promise<void> {
  const machine = onDisk.machineFor(place);
  const sources = [{ name: TYPED_FILE, text: readFileSync(place.confFile, 'latin1') }];
  const { site } = readSite({ sources, modules, io: machine, serverRoot: `${place.root}/conf` });
  const rehearsed = await openRehearsal(site!, machine);
  try {
    for (const question of questions) {
      const { story } = await explainQuestion(rehearsed, asQuestion(question));
      const played = await play(question);
      expect(played.problem).toBeUndefined();
      expect(comparable(played.story)).toBe(comparable(tidyStory(story, TYPED_FILE)));
      checked += 1;
    }
  } finally {
    await rehearsed.close();
  }
}

for (const file of caseFiles('conformance').filter((name) => /^(?:traps|howto|wild)\b/.test(topicOf(name))))
  describe(`the playground on ${topicOf(file)}`, () => {
    for (const testCase of readCaseFile(file))
      test(testCase.name, async () => {
        const place = await createCaseSite(testCase);
        try {
          const questions = questionsOf(testCase, place);
          const requests = testCase.steps.filter(({ kind }) => kind === 'request').length;
          left += requests - (questions?.length ?? 0);
          if (questions !== undefined) await compareAll(questions, place);
        } finally {
          await place.close();
        }
      });
  });

test('most of the requests of these cases can be typed', () => {
  expect(checked).toBeGreaterThan(left);
});

afterAll(() => {
  process.stdout.write(
    `playground: ${checked} stories are those of explain; ${left} requests cannot be typed\n`,
  );
});

describe('the playground on .htaccess files', () => {
  test.each(HTACCESS_QUESTIONS)('says what the command prints: $url', async (question) => {
    const workshop = await openWorkshop();
    try {
      const file = join(workshop.root, question.folder, '.htaccess');
      for (const name of question.files.split('\n').filter(Boolean))
        lay(join(workshop.root, name), `This is ${name}.\n`);
      lay(file, question.text);
      const { out, err } = await workshop.run([
        'explain',
        ...['--htaccess', file, '--root', workshop.root, '--json', question.url],
        ...question.headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
        ...(question.apache === '' ? [] : ['--apache', question.apache]),
      ]);
      const { story, problem } = await play(question);
      if (problem !== undefined) expect(err).toContain(problem.replace(/^line \d+: /, ''));
      else {
        const root = '/var/www/html';
        const { upgrade: _, ...printed } = JSON.parse(out.replaceAll(workshop.root, root)) as Story & {
          upgrade?: unknown;
        };
        const path = join(root, question.folder, '.htaccess');
        expect(JSON.parse(comparable(story))).toEqual(JSON.parse(comparable(tidyStory(printed, path))));
      }
    } finally {
      await workshop.close();
    }
  });
});

function lay(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
