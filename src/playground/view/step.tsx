// One step of a story: the line that it speaks of, a sign, what stands there and what came of it. A step whose line is
// in the editor is a button that leads there.

import type { ComponentChildren, JSX } from 'preact';
import type { Line } from '../../tools/story.ts';
import { type MarkKind, SIGNS } from '../marks.ts';
import type { Surroundings } from './surroundings.ts';

export interface StepProps extends Surroundings {
  readonly line: Line | undefined;
  readonly sign: MarkKind;
  /** A few words below. */
  readonly note?: ComponentChildren;
  readonly isInner?: boolean;
  readonly children: ComponentChildren;
}

/** What the signs say to those who hear the page. */
const SPOKEN: Readonly<Record<MarkKind, string>> = {
  applied: 'yes:',
  missed: 'no:',
  idle: 'not looked at:',
};

export function Step({ line, sign, note, isInner = false, children, ...around }: StepProps): JSX.Element {
  const number = around.own(line);
  const classes = ['step', `step-${sign}`];
  if (isInner) classes.push('inner');
  if (number !== undefined && number === around.here) classes.push('is-here');
  const content = (
    <>
      <span class="place">{placeOf(line, number, around)}</span>
      <span class="sign" aria-hidden="true">
        {SIGNS[sign]}
      </span>
      <span class="spoken">{SPOKEN[sign]}</span>
      <span class="said">
        {children}
        {note === undefined ? null : <span class="note">{note}</span>}
      </span>
    </>
  );
  if (number === undefined) return <div class={classes.join(' ')}>{content}</div>;
  return (
    <button
      type="button"
      class={classes.join(' ')}
      data-line={number}
      title={`Show line ${number}`}
      onClick={() => around.reveal(number)}
    >
      {content}
    </button>
  );
}

function placeOf(line: Line | undefined, number: number | undefined, { shorten }: Surroundings): string {
  if (line === undefined) return '';
  return number === undefined ? `${shorten(line.file)}:${line.line}` : String(number);
}
