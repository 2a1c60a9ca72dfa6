// A story for a page: bytes become the text that they spell, and lines of what was typed are known as such.

import { readableLines } from '../readable.ts';
import type { Story } from '../story.ts';
import { TYPED_FILE } from './typed-file.ts';

/** `path` is what the machine calls the text. */
export function tidyStory(story: Story, path: string): Story {
  return tidy(story, path) as Story;
}

function tidy(value: unknown, path: string): unknown {
  if (typeof value === 'string') return readableLines(value);
  if (Array.isArray(value)) return value.map((one) => tidy(one, path));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, tidy(one, path)] as const);
  const tidied: Record<string, unknown> = Object.fromEntries(entries);
  if (isLine(value) && value.file === path) tidied.file = TYPED_FILE;
  return tidied;
}

function isLine(value: object): value is { readonly file: unknown } {
  return 'file' in value && 'line' in value && 'text' in value;
}
