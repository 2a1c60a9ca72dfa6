// The story of a request, step by step: its ways through the phases, one after the other.

import type { JSX } from 'preact';
import type { Chapter, Part, Story } from '../../tools/story.ts';
import { Code } from './code.tsx';
import { LoopNote } from './loop.tsx';
import { Rules } from './rules.tsx';
import { Step } from './step.tsx';
import type { Surroundings } from './surroundings.ts';

interface StepsProps extends Surroundings {
  readonly story: Story;
}

export function Steps({ story, ...around }: StepsProps): JSX.Element {
  const { chapters, loop } = story;
  const most = loop === undefined ? chapters.length : loop.round + 1;
  const told = tellOnce(chapters.slice(0, most), around);
  const more = chapters.length - most;
  return (
    <>
      {story.server.why === 'the only server' ? null : (
        <Step {...around} line={story.server.line} sign="applied">
          <strong>{story.server.name}</strong> <span class="faint">{story.server.why}</span>
        </Step>
      )}
      {told.map((chapter) => (
        <ChapterSteps {...around} chapter={chapter} />
      ))}
      {more > 0 ? <p class="faint and-so-on">and so on, {more} times more</p> : null}
      {loop === undefined ? null : <LoopNote {...around} loop={loop} />}
    </>
  );
}

/** What a chapter has in common with those before it is not told again; nor what nobody has written. */
function tellOnce(chapters: readonly Chapter[], { shorten }: Surroundings): Chapter[] {
  const seen = new Set<string>();
  const isNews = (part: Part): boolean => {
    if (part.kind === 'log') return false;
    if (part.kind === 'rules' || part.kind === 'line') return true;
    const key = part.kind === 'htaccess' ? part.path : `${part.kind} ${part.line.file}:${part.line.line}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return part.kind === 'htaccess' || shorten(part.line.file) !== '';
  };
  return chapters
    .filter((chapter) => chapter.kind !== 'subrequest' || isTelling(chapter))
    .map((chapter) => ({ ...chapter, parts: chapter.parts.filter(isNews) }));
}

/** A look at another URL is worth telling where a rule has had a hand in it. */
function isTelling({ parts }: Chapter): boolean {
  return parts.some((part) => part.kind === 'rules' && part.rules.some(({ applies }) => applies));
}

function ChapterSteps({ chapter, ...around }: Surroundings & { readonly chapter: Chapter }): JSX.Element {
  return (
    <section class="chapter">
      <ChapterTitle {...chapter} />
      {chapter.parts.map((part) => (
        <PartSteps {...around} part={part} />
      ))}
    </section>
  );
}

function ChapterTitle({ kind, url, status }: Chapter): JSX.Element | null {
  const where = <code>{url}</code>;
  switch (kind) {
    case 'request':
      return null;
    case 'redirect':
      return <h3>Once more from the top, as {where}</h3>;
    case 'error-document':
      return (
        <h3>
          {status}, so its ErrorDocument {where}
        </h3>
      );
    case 'subrequest':
      return <h3 class="faint">A look at {where}</h3>;
  }
}

function PartSteps({ part, ...around }: Surroundings & { readonly part: Part }): JSX.Element | null {
  switch (part.kind) {
    case 'section':
      return (
        <Step {...around} line={part.line} sign="applied">
          <Code text={part.line.text} />
        </Step>
      );
    case 'section-left':
      return (
        <Step {...around} line={part.line} sign="missed" note="does not hold">
          <Code text={part.line.text} />
        </Step>
      );
    case 'htaccess':
      return <HtaccessStep {...around} {...part} />;
    case 'line':
      return (
        <Step {...around} line={part.line} sign="applied" note={`→ ${part.result}`}>
          <Code text={part.line.text} />
        </Step>
      );
    case 'rules':
      return <Rules {...around} run={part} />;
    case 'log':
      return null;
  }
}

interface HtaccessProps extends Surroundings {
  readonly path: string;
  readonly error: string | undefined;
}

/** The errors of a file; each begins with the path, as in Apache's log. */
function HtaccessStep({ path, error, shorten, ...around }: HtaccessProps): JSX.Element {
  const name = shorten(path) || path;
  if (error === undefined)
    return (
      <p class="reads">
        <code>{name}</code> is read
      </p>
    );
  return (
    <>
      {error.split(' | ').map((message) => {
        const line = Number(/: line (\d+)|:(\d+)/.exec(message.replace(path, ''))?.[1] ?? Number.NaN);
        return (
          <Step
            {...around}
            shorten={shorten}
            line={Number.isNaN(line) ? undefined : { file: path, line, text: '' }}
            sign="missed"
          >
            {message.replace(`${path}: `, '')}
          </Step>
        );
      })}
    </>
  );
}
