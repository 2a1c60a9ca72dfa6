// The places `^ $ \A \z \Z \b \B \G` stand for.

import { WORD } from './byte-set.ts';
import type { Place } from './tree.ts';

const NEWLINE = 0x0a;

/** True when the position is such a place; `from` is where the search began. */
export function isAtPlace(place: Place, subject: string, position: number, from: number): boolean {
  const { length } = subject;
  switch (place) {
    case 'start':
      return position === 0;
    case 'lineStart':
      return position === 0 || (position < length && subject.charCodeAt(position - 1) === NEWLINE);
    case 'end':
      return position === length;
    case 'endOrNewline':
      return position === length || (position === length - 1 && subject.charCodeAt(position) === NEWLINE);
    case 'lineEnd':
      return position === length || subject.charCodeAt(position) === NEWLINE;
    case 'wordEdge':
      return isWord(subject, position - 1) !== isWord(subject, position);
    case 'noWordEdge':
      return isWord(subject, position - 1) === isWord(subject, position);
    case 'from':
      return position === from;
  }
}

function isWord(subject: string, position: number): boolean {
  return position >= 0 && position < subject.length && WORD[subject.charCodeAt(position)] === 1;
}
