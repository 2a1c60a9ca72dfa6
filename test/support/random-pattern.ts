// Random patterns for property tests: every construct both engines know, over a small alphabet.

import fc from 'fast-check';

const ATOMS = ['a', 'b', 'c', '.', '[ab]', '[^a]', '\\w', '^', '$', '\\b', '(?<=a)', '(?<!b)'];
const QUANTIFIERS = [
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{1,2}',
  '{0,3}',
  '*+',
  '++',
  '{2,}?',
];
const OPENINGS = ['(', '(', '(?:', '(?:', '(?=', '(?!', '(?>', '(?i:'];

/** Patterns that parse, a few groups deep. */
export const randomPattern: fc.Arbitrary<string> = fc.letrec<{
  choice: string;
  branch: string;
  item: string;
}>((tie) => ({
  choice: fc.array(tie('branch'), { minLength: 1, maxLength: 2 }).map((branches) => branches.join('|')),
  branch: fc.array(tie('item'), { maxLength: 3 }).map((items) => items.join('')),
  item: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.tuple(fc.constantFrom(...ATOMS), fc.constantFrom(...QUANTIFIERS)).map(([atom, quantifier]) => {
      return /^[\^$]|\\b/.test(atom) ? atom : atom + quantifier;
    }),
    fc
      .tuple(fc.constantFrom(...OPENINGS), tie('choice'), fc.constantFrom(...QUANTIFIERS))
      .map(([opening, body, quantifier]) => `${opening}${body})${quantifier}`),
  ),
})).choice;
