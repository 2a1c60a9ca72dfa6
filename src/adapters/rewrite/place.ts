// Where a rule stands, for those who are told of it.

import type { Place } from '../../kit/place.ts';

/** A line of one of the texts; the engine carries places without looking at them. */
export function placeOf(place: unknown): Place | undefined {
  return typeof place === 'object' && place !== null && 'file' in place ? (place as Place) : undefined;
}
