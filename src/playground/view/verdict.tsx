// What the request comes to: the first line of the answer, and what belongs to it.

import type { ComponentChildren, JSX } from 'preact';
import type { Outcome, Story } from '../../tools/story.ts';
import { type Headline, headlineOf } from '../headline.ts';

export interface VerdictProps {
  readonly story: Story;
  readonly shorten: (file: string) => string;
  /** Asks for the URL of a redirect next. */
  readonly follow: (url: string) => void;
}

export function Verdict({ story, shorten, follow }: VerdictProps): JSX.Element {
  const { outcome } = story;
  const headline = headlineOf(outcome, shorten);
  return (
    <div class={`verdict tone-${headline.tone}`}>
      <p class="headline" data-testid="headline">
        <Words {...headline} />
      </p>
      <Details outcome={outcome} shorten={shorten} follow={follow} />
    </div>
  );
}

export function Words({ status, what, where }: Headline): JSX.Element {
  return (
    <>
      {status === '' ? null : <strong class="status">{status}</strong>} <span class="what">{what}</span>{' '}
      {where === '' ? null : <code class="where">{where}</code>}
    </>
  );
}

interface DetailsProps extends Omit<VerdictProps, 'story'> {
  readonly outcome: Outcome;
}

function Details({ outcome, shorten, follow }: DetailsProps): JSX.Element | null {
  switch (outcome.kind) {
    case 'redirect':
      return (
        <p>
          <button type="button" class="small" onClick={() => follow(outcome.location)}>
            Follow it
          </button>
        </p>
      );
    case 'proxy':
      return (
        <Disclosed title="What the backend receives, byte for byte" isOpen>
          <pre>{outcome.bytes.replaceAll('\r\n', '\n').trimEnd()}</pre>
        </Disclosed>
      );
    case 'fastcgi':
      return <Variables title="What the application receives" all={outcome.parameters} />;
    case 'program':
      return <Variables title="The program's environment" all={outcome.environment} />;
    case 'status':
      return (
        <>
          {outcome.why === undefined ? null : <p class="why">{outcome.why.split(' | ', 1)[0]!}</p>}
          {outcome.page === undefined ? null : (
            <p>
              with the page <code>{shorten(outcome.page)}</code>
            </p>
          )}
        </>
      );
    default:
      return null;
  }
}

interface DisclosedProps {
  readonly title: string;
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}

export function Disclosed({ title, isOpen = false, children }: DisclosedProps): JSX.Element {
  return (
    <details open={isOpen}>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

function Variables({
  title,
  all,
}: {
  readonly title: string;
  readonly all: Readonly<Record<string, string>>;
}): JSX.Element {
  return (
    <Disclosed title={title}>
      <pre>
        {Object.entries(all)
          .map(([name, value]) => `${name}=${value}`)
          .join('\n')}
      </pre>
    </Disclosed>
  );
}
