// The directives and sections that belong to the language itself and not to a module, in one list for whoever explains
// or documents them.

import { conditions } from './conditions.ts';
import type { ArgShape, DirectiveBase } from './directive.ts';
import { macroSection } from './macro.ts';
import { readDirectives } from './read-directives.ts';
import { builtInSections } from './sections.ts';

/** A line with its argument shape, or a section without one. */
export interface OwnDirective extends DirectiveBase {
  readonly args?: ArgShape;
}

export const ownDirectives: readonly OwnDirective[] = [
  ...readDirectives,
  ...conditions,
  macroSection,
  ...builtInSections,
];

/** Their names, sections with `<`. */
export const ownNames: readonly string[] = ownDirectives.map(({ name, args }) => (args ? name : `<${name}`));
