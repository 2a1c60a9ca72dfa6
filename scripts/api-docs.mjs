// The reference of the library, docs/api/: a page for every entry point in the `exports` of a package, and a check that
// everything on it is commented. api-model.mjs reads the declarations, api-page.mjs writes the pages.

import { readEntries } from './api-model.mjs';
import { contentsPage, entryPage, gapsOf } from './api-page.mjs';

/** Entries whose exports need no comment yet. One that has no gap any more is to be taken off. */
const UNFINISHED = [];

/**
 * The pages by name beneath docs/ and, as sentences, what is wrong with the comments that they are made of. `root`: the
 * folder of the package, which is built.
 */
export function apiReference(root, made, unfinished = UNFINISHED) {
  const { name, entries, linkTo } = readEntries(root);
  const pages = { 'api/README.md': contentsPage(name, entries, made) };
  for (const entry of entries) pages[`api/${entry.page}`] = entryPage(entry, linkTo, made);
  return { pages, faults: entries.flatMap((entry) => faultsOf(entry, unfinished)) };
}

function faultsOf(entry, unfinished) {
  const gaps = gapsOf(entry);
  if (!unfinished.includes(entry.path))
    return gaps.map((gap) => `${entry.specifier}: ${gap} has no doc comment`);
  return gaps.length > 0
    ? []
    : [`${entry.specifier} has all its comments: take it off the list of unfinished entries`];
}
