// Rules that lead to each other and never to an answer: which they are, where they lead, and what ends it.

import type { JSX } from 'preact';
import type { LoopStory } from '../../tools/story.ts';
import { Code } from './code.tsx';
import { Step } from './step.tsx';
import type { Surroundings } from './surroundings.ts';

export function LoopNote({ loop, ...around }: Surroundings & { readonly loop: LoopStory }): JSX.Element {
  const { lines, urls } = loop;
  return (
    <section class="loop">
      <h3>
        {lines.length === 0
          ? 'A loop'
          : lines.length === 1
            ? 'A loop: this rule leads to itself'
            : 'A loop: these rules lead to each other'}
      </h3>
      {lines.map((line) => (
        <Step {...around} line={line} sign="applied">
          <Code text={line.text} />
        </Step>
      ))}
      <Round urls={urls} />
      <p>
        {urls.length === 0 ? (
          <>
            <code>[N]</code> starts over with the first rule: give it a condition that comes to an end.
          </>
        ) : (
          <>
            <code>[END]</code> in the place of <code>[L]</code>, or{' '}
            <code>RewriteCond %&#123;ENV:REDIRECT_STATUS&#125; ^$</code> above the rule, ends it.
          </>
        )}
      </p>
    </section>
  );
}

/** A redirect that leads a client back to where it was. */
export function ClientLoopNote({ urls }: { readonly urls: readonly string[] }): JSX.Element {
  return (
    <section class="loop">
      <h3>A loop: a client that follows comes back to where it was</h3>
      <Round urls={urls} />
    </section>
  );
}

function Round({ urls }: { readonly urls: readonly string[] }): JSX.Element | null {
  if (urls.length === 0) return null;
  return (
    <ol class="round">
      {urls.map((url) => (
        <li>
          <code>{url}</code>
        </li>
      ))}
      <li>…</li>
    </ol>
  );
}
