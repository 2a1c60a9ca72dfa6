// The table of attacks: every place that it names is there, and every attack that a test names is in the table.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const table = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
const rows = table.split('\n').filter((line) => line.startsWith('| ') && line.includes(' › '));

const NUMBER = /(?:CVE-\d{4}-\d+|GHSA(?:-\w{4}){3})/g;

interface Held {
  readonly path: string;
  readonly text: string;
}

/** The text of a file, or of all files of a folder; '' where there is none. */
function textOf(path: string): string {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return '';
  if (!facts.isDirectory()) return readFileSync(path, 'utf8');
  return readdirSync(path)
    .map((name) => textOf(join(path, name)))
    .join('\n');
}

function placesOf(row: string): Held[] {
  const places = row.split(' | ')[1]?.replace(/ \|$/, '').split('; ') ?? [];
  return places.map((place) => {
    const [, path = '', text = place] = /^`([^`]+)` › (.+)$/.exec(place) ?? [];
    return { path, text };
  });
}

describe('the table of attacks', () => {
  it('names places that are there', () => {
    const missing = rows
      .flatMap(placesOf)
      .filter(({ path, text }) => path === '' || !textOf(join(root, path)).includes(text));
    expect(missing).toEqual([]);
    expect(rows.length).toBeGreaterThan(50);
  });

  it('has every attack that a test here names', () => {
    const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.test.ts'));
    const named = files.flatMap(
      (file) => readFileSync(join(import.meta.dirname, file), 'utf8').match(NUMBER) ?? [],
    );
    expect(named.filter((number) => !table.includes(number))).toEqual([]);
  });
});
