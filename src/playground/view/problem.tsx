// Why there is no answer, and what Apache does with such a text.

import type { JSX } from 'preact';
import type { Answered } from '../engine.ts';

interface ProblemProps {
  readonly text: string;
  readonly answer: Answered | undefined;
  readonly readAsConfiguration: () => void;
}

const REFUSED = {
  htaccess: 'Apache answers 500 to every request for this folder and those below.',
  configuration: 'Apache does not start with it.',
} as const;

export function Problem({ text, answer, readAsConfiguration }: ProblemProps): JSX.Element {
  return (
    <div class="verdict problem tone-bad" data-testid="problem">
      <p class="headline">
        <span class="what">{text}</span>
      </p>
      {answer !== undefined && isRefused(answer) ? <p>{REFUSED[answer.question.kind]}</p> : null}
      {answer !== undefined && isOfServer(answer) ? (
        <p>
          <button type="button" class="small" onClick={readAsConfiguration}>
            Read it as httpd.conf
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** The text is what cannot be used, and not the question. */
function isRefused({ remarks }: Answered): boolean {
  return remarks.some(({ severity, code }) => severity === 'error' && code.startsWith('conf/'));
}

/** Something in it stands in no .htaccess, as in a configuration that was pasted. */
function isOfServer({ question, remarks }: Answered): boolean {
  return question.kind === 'htaccess' && remarks.some(({ code }) => code === 'conf/not-allowed-here');
}
