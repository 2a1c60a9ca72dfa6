// Which sections of a long list can apply at all, so that a request pays for those about it and not for all there are.
// What is found is still compared as always, in file order.

import type { DirectorySection, FilesSection, LocationSection, RegexMatcher } from '../conf/section.ts';
import { needsOfGlob } from '../kit/glob.ts';
import { PathIndex } from '../kit/path-index.ts';
import { inOrder, PatternIndex } from '../kit/pattern-index.ts';

/** Lists shorter than this are simply walked. */
const WORTHWHILE = 24;

/** The sections that are worth comparing with a subject. */
type Choice<S> = (subject: string) => readonly S[];

/** The same for any list. */
type ChooseAmong<S> = (sections: readonly S[], subject: string) => readonly S[];

/** Makes a choice for each list, once; of a short list everything is chosen. */
function choosing<S>(compile: (sections: readonly S[]) => Choice<S>): ChooseAmong<S> {
  const choices = new WeakMap<readonly S[], Choice<S>>();
  return (sections, subject) => {
    if (sections.length < WORTHWHILE) return sections;
    const choice = choices.get(sections) ?? compile(sections);
    choices.set(sections, choice);
    return choice(subject);
  };
}

function fileByPattern(
  index: PatternIndex,
  section: PatternSection,
  text: string,
  position: number,
): boolean {
  return index.add({ needs: section.regex?.needs ?? needsOfGlob(text) }, position);
}

interface PatternSection {
  readonly regex?: RegexMatcher;
  readonly glob?: (text: string) => boolean;
}

function isPattern({ regex, glob }: PatternSection): boolean {
  return regex !== undefined || glob !== undefined;
}

/** `<Location>` sections by URL path. */
export const chooseLocations: ChooseAmong<LocationSection> = choosing((sections) => {
  const byPath = new PathIndex();
  const byPattern = new PatternIndex();
  const always: number[] = [];
  for (const [position, section] of sections.entries()) {
    if (!isPattern(section)) byPath.add(section.path, position);
    else if (!fileByPattern(byPattern, section, section.path, position)) always.push(position);
  }
  return (uri) => {
    const found: number[] = [];
    byPath.collect(uri, found);
    byPattern.collect(uri, found);
    return inOrder(always, found).map((position) => sections[position]!);
  };
});

/** Those that name something exactly, by the name, and those that have a pattern. */
function chooseByName<S extends PatternSection>(nameOf: (section: S) => string): ChooseAmong<S> {
  return choosing((sections) => {
    const byName = new Map<string, number[]>();
    const byPattern = new PatternIndex();
    const always: number[] = [];
    for (const [position, section] of sections.entries()) {
      const name = nameOf(section);
      if (isPattern(section)) {
        if (!fileByPattern(byPattern, section, name, position)) always.push(position);
      } else byName.set(name, [...(byName.get(name) ?? []), position]);
    }
    return (subject) => {
      const found = [...(byName.get(subject) ?? [])];
      byPattern.collect(subject, found);
      return inOrder(always, found).map((position) => sections[position]!);
    };
  });
}

/** `<Files>` sections by file name. */
export const chooseFiles: ChooseAmong<FilesSection> = chooseByName(({ name }) => name);

/** `<Directory>` sections by the path of one level. */
export const chooseDirectories: ChooseAmong<DirectorySection> = chooseByName(({ path }) => path);
