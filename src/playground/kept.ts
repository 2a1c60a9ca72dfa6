// What the browser keeps for this page between visits: the last draft and the chosen theme. Some browsers keep nothing,
// and all goes on without.

import type { Draft } from './draft.ts';
import { draftOf, fragmentOf } from './share.ts';

export type Theme = 'light' | 'dark';

const DRAFT = 'portico-playground-draft';
const THEME = 'portico-playground-theme';

/** Keeps a draft, as a link would hold it. */
export async function keepDraft(draft: Draft): Promise<void> {
  const fragment = await fragmentOf(draft);
  if (fragment !== undefined) keep(DRAFT, fragment);
}

export async function keptDraft(): Promise<Draft | undefined> {
  const fragment = kept(DRAFT);
  const draft = fragment === undefined ? undefined : await draftOf(fragment);
  return typeof draft === 'object' ? draft : undefined;
}

export function keepTheme(theme: Theme): void {
  keep(THEME, theme);
}

export function keptTheme(): Theme | undefined {
  const theme = kept(THEME);
  return theme === 'light' || theme === 'dark' ? theme : undefined;
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // Storage is full or forbidden: nothing is kept.
  }
}

function kept(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return undefined;
  }
}
