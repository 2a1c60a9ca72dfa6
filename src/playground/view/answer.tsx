// The answer: what the request comes to, its header lines, the story, and the trace in Apache's words.

import type { JSX } from 'preact';
import type { Story } from '../../tools/story.ts';
import type { Answered } from '../engine.ts';
import { type Headline, headlineOf } from '../headline.ts';
import { ownLine, shortName } from '../names.ts';
import { ClientLoopNote } from './loop.tsx';
import { Steps } from './steps.tsx';
import { Upgrade } from './upgrade.tsx';
import { Disclosed, Verdict, Words } from './verdict.tsx';

/** What there is to show: while the engine is asked, the answer before. */
export interface Result {
  readonly isAsked: boolean;
  readonly answer: Answered | undefined;
  readonly problem: string | undefined;
}

interface AnswerProps {
  readonly result: Result;
  readonly here: number;
  readonly reveal: (line: number) => void;
  readonly follow: (url: string) => void;
}

export function Answer({ result, here, reveal, follow }: AnswerProps): JSX.Element {
  const { isAsked, answer, problem } = result;
  const story = answer?.story;
  return (
    <div id="answer" class={isAsked ? 'answer is-asked' : 'answer'}>
      <p class="spoken" role="status">
        {isAsked ? '' : spokenAnswer(story, problem)}
      </p>
      {problem === undefined ? null : (
        <div class="verdict problem tone-bad" data-testid="problem">
          <p class="headline">
            <span class="what">{problem}</span>
          </p>
          {answer !== undefined && isRefused(answer) ? <p>{REFUSED[answer.question.kind]}</p> : null}
        </div>
      )}
      {answer === undefined && problem === undefined ? <p class="faint">The engine starts …</p> : null}
      {answer === undefined || story === undefined ? null : (
        <Told {...answer} story={story} here={here} reveal={reveal} follow={follow} />
      )}
    </div>
  );
}

/** What Apache does with a text that has such an error. */
const REFUSED = {
  htaccess: 'Apache answers 500 to every request for this folder and those below.',
  configuration: 'Apache does not start with it.',
} as const;

/** The text is what cannot be used, and not the question. */
function isRefused({ remarks }: Answered): boolean {
  return remarks.some(({ severity, code }) => severity === 'error' && code.startsWith('conf/'));
}

/** On narrow screens, where the answer is out of sight: its first line, which leads there. */
export function ToAnswer({ result: { answer, problem } }: Pick<AnswerProps, 'result'>): JSX.Element | null {
  const headline: Headline | undefined =
    problem !== undefined
      ? { tone: 'bad', status: '', what: problem, where: '' }
      : answer?.story && headlineOf(answer.story.outcome, shortName);
  if (headline === undefined) return null;
  return (
    <button
      type="button"
      class={`to-answer tone-${headline.tone}`}
      onClick={() => document.getElementById('answer')?.scrollIntoView()}
    >
      <Words {...headline} />
    </button>
  );
}

function spokenAnswer(story: Story | undefined, problem: string | undefined): string {
  if (problem !== undefined) return problem;
  if (story === undefined) return '';
  const { status, what, where } = headlineOf(story.outcome, shortName);
  return `${status} ${what} ${where}`;
}

type ToldProps = Omit<AnswerProps, 'result'> &
  Pick<Answered, 'question' | 'changes' | 'trace'> & { readonly story: Story };

function Told({ story, question, changes, trace, here, reveal, follow }: ToldProps): JSX.Element {
  const { clientLoop, remarks } = story;
  return (
    <>
      <Verdict story={story} shorten={shortName} follow={follow} />
      {clientLoop === undefined ? null : <ClientLoopNote urls={clientLoop} />}
      {remarks.map((remark) => (
        <p class="faint">({remark})</p>
      ))}
      <HeaderLines story={story} />
      <Upgrade version={question.apache} changes={changes} />
      <h2 class="story-title">What happened</h2>
      <Steps story={story} here={here} reveal={reveal} own={ownLine} shorten={shortName} />
      {trace.length === 0 ? null : (
        <Disclosed title="In Apache’s words: LogLevel rewrite:trace8">
          <pre class="trace">{trace.join('\n')}</pre>
        </Disclosed>
      )}
    </>
  );
}

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

function HeaderLines({ story }: { readonly story: Story }): JSX.Element | null {
  const { headers, outcome } = story;
  const isOfPage = (name: string): boolean =>
    (outcome.kind === 'status' || outcome.kind === 'redirect') &&
    /^(?:content-type|vary|connection)$/i.test(name);
  const told = headers.filter(([name]) => !SAID_OFTEN.has(name.toLowerCase()) && !isOfPage(name));
  if (told.length === 0) return null;
  return (
    <dl class="headers" aria-label="Header lines of the answer">
      {told.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
