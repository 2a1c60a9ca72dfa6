// What the page begins with: a link's draft, the file that the command was given, what was here last, or an example.

import { type Draft, EMPTY_DRAFT } from './draft.ts';
import { EXAMPLES } from './examples.ts';
import { keptDraft } from './kept.ts';
import { draftOf } from './share.ts';

export interface Beginning {
  readonly draft: Draft;
  /** What the visitor should know of it. */
  readonly notice: string | undefined;
}

export async function beginning(): Promise<Beginning> {
  const fragment = location.hash.slice(1);
  if (fragment !== '') {
    const draft = await draftOf(fragment);
    if (typeof draft === 'object') return { draft, notice: undefined };
    return { draft: await withoutLink(), notice: `${draft} This is what was here before.` };
  }
  return { draft: await withoutLink(), notice: undefined };
}

async function withoutLink(): Promise<Draft> {
  return givenDraft() ?? (await keptDraft()) ?? EXAMPLES[0]!.draft;
}

/** `portico playground FILE` puts the file into the page, as data. */
function givenDraft(): Draft | undefined {
  const text = document.getElementById('given')?.textContent?.trim() ?? '';
  return text === '' ? undefined : { ...EMPTY_DRAFT, ...(JSON.parse(text) as Partial<Draft>) };
}
