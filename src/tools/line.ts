// Places of the configuration as stories show them.

import type { Place } from '../kit/place.ts';
import type { Line } from './story.ts';

/** The rule engine carries places without looking at them. */
export function isPlace(place: unknown): place is Place {
  return typeof place === 'object' && place !== null && 'file' in place && 'line' in place && 'text' in place;
}

export function lineOf(place: Place): Line;
export function lineOf(place: unknown): Line | undefined;
export function lineOf(place: unknown): Line | undefined {
  if (!isPlace(place)) return undefined;
  const { file, line, text } = place;
  return { file, line, text: text.trim() };
}

/** Tells lines apart. */
export function keyOf({ file, line }: Pick<Line, 'file' | 'line'>): string {
  return `${file}:${line}`;
}
