// Finds the case files of a folder of test/.
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Case, readCaseFile } from './case-file.ts';

const TEST_FOLDER = fileURLToPath(new URL('..', import.meta.url));

/** All case files below test/FOLDER, sorted by name. */
export function caseFiles(folder: 'conformance' | 'differences'): string[] {
  return readdirSync(join(TEST_FOLDER, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.case'))
    .sort()
    .map((file) => join(TEST_FOLDER, folder, file));
}

/** The name of a case file as people type it: `howto/static`. */
export function topicOf(caseFile: string): string {
  return relative(TEST_FOLDER, caseFile)
    .replace(/^(conformance|differences)\//, '')
    .replace(/\.case$/, '');
}

/**
 * The cases whose `topic name` contains every word of the filter.
 * @public called by scripts/cases.mjs
 */
export function selectCases(cases: readonly Case[], filter: string): Case[] {
  const words = filter.split(/\s+/).filter(Boolean);
  return cases.filter((one) => words.every((word) => `${topicOf(one.file)} ${one.name}`.includes(word)));
}

/**
 * All cases of a folder.
 * @public called by scripts/cases.mjs
 */
export function allCases(folder: 'conformance' | 'differences'): Case[] {
  return caseFiles(folder).flatMap(readCaseFile);
}
