// The answer: what the request comes to, its header lines, the story, and the trace in Apache's words.

import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Story } from '../../tools/story.ts';
import { isTold } from '../../tools/told-headers.ts';
import type { Answered } from '../engine.ts';
import { type Headline, headlineOf } from '../headline.ts';
import { ownLine, shortName } from '../names.ts';
import { ClientLoopNote } from './loop.tsx';
import { Problem } from './problem.tsx';
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

export function Answer({
  result,
  here,
  reveal,
  follow,
  readAsConfiguration,
}: AnswerProps & { readonly readAsConfiguration: () => void }): JSX.Element {
  const { isAsked, answer, problem } = result;
  const story = answer?.story;
  return (
    <div id="answer" class={isAsked ? 'answer is-asked' : 'answer'}>
      <p class="spoken" role="status">
        {isAsked ? '' : spokenAnswer(story, problem)}
      </p>
      {problem === undefined ? null : (
        <Problem text={problem} answer={answer} readAsConfiguration={readAsConfiguration} />
      )}
      {answer === undefined && problem === undefined ? <p class="faint">The engine starts …</p> : null}
      {answer === undefined || story === undefined ? null : (
        <Told {...answer} story={story} here={here} reveal={reveal} follow={follow} />
      )}
    </div>
  );
}

/** On narrow screens, where the answer is out of sight: its first line, which leads there. */
export function ToAnswer({ result: { answer, problem } }: Pick<AnswerProps, 'result'>): JSX.Element | null {
  const headline: Headline | undefined =
    problem !== undefined
      ? { tone: 'bad', status: '', what: problem, where: '' }
      : answer?.story && headlineOf(answer.story.outcome, shortName);
  const isSeen = useIsSeen('answer');
  if (headline === undefined) return null;
  return (
    <button
      type="button"
      class={`to-answer tone-${headline.tone}${isSeen ? ' is-idle' : ''}`}
      onClick={() => document.getElementById('answer')?.scrollIntoView()}
    >
      <Words {...headline} />
    </button>
  );
}

/** Whether any of an element is in sight. */
function useIsSeen(id: string): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting === true));
    observer.observe(document.getElementById(id)!);
    return () => observer.disconnect();
  }, [id]);
  return isSeen;
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

function HeaderLines({ story }: { readonly story: Story }): JSX.Element | null {
  const { headers, outcome } = story;
  const told = headers.filter(([name]) => isTold(outcome, name));
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
