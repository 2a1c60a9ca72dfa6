// The playground's engine: what `portico explain` and `portico lint` say of a text that somebody types, over files that
// are only listed. Needs nothing of the machine, so that it runs in a browser; whoever types waits for nobody else.

import { explainQuestion } from '../explain.ts';
import { QuestionError } from '../question.ts';
import { readable } from '../readable.ts';
import type { Story } from '../story.ts';
import { KeptText } from './kept-text.ts';
import { takeMissing } from './missing.ts';
import { asQuestion, type PlayQuestion, problemOf } from './question.ts';
import type { Remark } from './remarks.ts';
import { StepWatch } from './step-watch.ts';
import { tidyStory } from './tidy-story.ts';

export { SERVER_ROOT } from './open.ts';
export type { PlayQuestion } from './question.ts';
export type { Remark } from './remarks.ts';
export { DOCUMENT_ROOT, TYPED_FILE } from './typed-file.ts';

export interface PlayAnswer {
  readonly remarks: readonly Remark[];
  /** Undefined where the text or the question cannot be used; `problem` says why. Lines of the text are TYPED_FILE's. */
  readonly story: Story | undefined;
  readonly problem: string | undefined;
  /** The rules' steps in Apache's words (rewrite:trace8). */
  readonly trace: readonly string[];
}

let last: Promise<unknown> = Promise.resolve();

/** Answers one question after the other; a text is read once for as long as it stays the same. Never rejects. */
export function play(question: PlayQuestion): Promise<PlayAnswer> {
  const answer = last.then(() => answerOne(question));
  last = answer;
  return answer;
}

const UNTOLD = { story: undefined, problem: undefined, trace: [] } as const;

async function answerOne(question: PlayQuestion): Promise<PlayAnswer> {
  const problem = problemOf(question);
  if (problem !== undefined) return { ...UNTOLD, remarks: [], problem };
  let remarks: readonly Remark[] = [];
  try {
    takeMissing();
    const text = await textOf(question);
    ({ remarks } = text);
    return { ...(await tell(text, question)), remarks };
  } catch (error) {
    return { ...UNTOLD, remarks, problem: takeMissing() ?? messageOf(error) };
  }
}

type Told = Omit<PlayAnswer, 'remarks'>;

async function tell(text: KeptText, question: PlayQuestion): Promise<Told> {
  const site = await text.siteFor(question.apache);
  if (typeof site === 'string') return { ...UNTOLD, problem: site };
  const watch = new StepWatch();
  const { story } = await explainQuestion(site, asQuestion(question), { onStep: watch.take });
  // What is thrown on the way has become an error page of the server: that is not what Apache answers.
  const problem = takeMissing() ?? watch.problem;
  if (problem !== undefined) return { ...UNTOLD, problem };
  return { story: tidyStory(story, text.path), problem: undefined, trace: watch.trace.lines };
}

function messageOf(error: unknown): string {
  if (error instanceof QuestionError) return readable(error.message);
  // The stack, or the longest string there can be.
  if (error instanceof RangeError) return 'the text is too large, or nests too deeply, to be tried out here';
  return `this cannot be answered: ${error instanceof Error ? error.message : error}`;
}

let kept: KeptText | undefined;

/** What is known of the text: of the last one, while that is the same. */
async function textOf(question: PlayQuestion): Promise<KeptText> {
  if (kept?.isOf(question) === true) return kept;
  const before = kept;
  kept = undefined;
  await before?.close();
  kept = new KeptText(question);
  return kept;
}
