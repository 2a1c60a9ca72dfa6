// What the page begins with: a link's draft, the file that the command was given, what was here last, or an example.

import { type Draft, EMPTY_DRAFT } from './draft.ts';
import { EXAMPLES } from './examples.ts';
import { keptDraft } from './kept.ts';
import { draftOf } from './share.ts';

export interface Beginning {
  readonly draft: Draft;
  /** What to look at in an example. */
  readonly hint: string | undefined;
  /** What the visitor should know of it. */
  readonly notice: string | undefined;
}

export async function beginning(): Promise<Beginning> {
  const fragment = location.hash.slice(1);
  const draft = fragment === '' ? undefined : await draftOf(fragment);
  if (typeof draft === 'object') return { draft, hint: undefined, notice: undefined };
  return { ...(await withoutLink()), notice: draft };
}

async function withoutLink(): Promise<Omit<Beginning, 'notice'>> {
  const draft = givenDraft() ?? (await keptDraft());
  return draft === undefined ? EXAMPLES[0]! : { draft, hint: undefined };
}

/** `portico playground FILE` puts the file into the page, as data. */
function givenDraft(): Draft | undefined {
  const text = document.getElementById('given')?.textContent?.trim() ?? '';
  return text === '' ? undefined : { ...EMPTY_DRAFT, ...(JSON.parse(text) as Partial<Draft>) };
}
