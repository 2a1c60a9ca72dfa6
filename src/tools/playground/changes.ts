// What later releases of Apache make of a question that was put to an older one.

import { outcomeText } from '../draw-outcome.ts';
import type { Story } from '../story.ts';
import { type Change, laterThan } from '../upgrade.ts';
import { type PlayQuestion, play } from './play.ts';

/** One change for each release that answers otherwise than the one before it; `story` is the question's own. */
export async function changesAfter(question: PlayQuestion, story: Story): Promise<readonly Change[]> {
  if (question.apache === '') return [];
  const changes: Change[] = [];
  let before = outcomeText(story.outcome);
  for (const version of laterThan(question.apache)) {
    const after = (await play({ ...question, apache: version })).story?.outcome;
    if (after === undefined) continue;
    const outcome = outcomeText(after);
    const why = after.kind === 'status' ? after.why : undefined;
    if (outcome !== before) changes.push({ version, outcome, why });
    before = outcome;
  }
  return changes;
}
