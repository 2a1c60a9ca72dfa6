import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryIo } from '../conf/memory-io.ts';
import { readSite } from '../conf/site.ts';
import { chooseDirectories, chooseFiles, chooseLocations } from './section-index.ts';

function siteOf(lines: readonly string[]) {
  const { site, diagnostics } = readSite({
    sources: [{ name: 'test', text: lines.join('\n') }],
    modules: [],
    io: createMemoryIo({}),
  });
  if (site === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return site;
}

const segment = fc.constantFrom('a', 'b', 'ab', 'c.d', '*', '?b', '[ab]');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
const pattern = fc.constantFrom('^/a', '/b$', '^/ab/(.*)$', '^/a?b', '^/(a|b)', 'c\\.d', '.', '(?i)AB');
const subject = fc.stringMatching(/^(\/(a|b|ab|c\.d|A)){1,4}\/?$/);
const lists = fc.array(
  fc.tuple(
    fc.boolean(),
    fc.oneof(
      path.map((one) => ({ path: one })),
      pattern.map((one) => ({ pattern: one })),
    ),
  ),
  { minLength: 24, maxLength: 60 },
);

interface Section {
  readonly path: string;
  readonly glob?: (text: string) => boolean;
  readonly regex?: { exec(text: string): unknown };
}

function matches(section: Section, text: string, isUnder: (path: string) => boolean): boolean {
  if (section.regex) return section.regex.exec(text) !== null;
  return section.glob ? section.glob(text) : isUnder(section.path);
}

describe('the index of sections', () => {
  it('leaves out no <Location> that matches, and keeps the order', () => {
    fc.assert(
      fc.property(lists, subject, (list, uri) => {
        const { locations } = siteOf(
          list.map(([slash, one]) =>
            'path' in one
              ? `<Location "${one.path}${slash ? '/' : ''}">\n</Location>`
              : `<LocationMatch "${one.pattern}">\n</LocationMatch>`,
          ),
        ).main;
        expect(locations.length).toBe(list.length);
        const isUnder = (start: string): boolean =>
          uri === start || uri.startsWith(start.endsWith('/') ? start : `${start}/`);
        const chosen = chooseLocations(locations, uri);
        const expected = locations.filter((each) => matches(each, uri, isUnder));
        expect(chosen.filter((each) => matches(each, uri, isUnder))).toEqual(expected);
        expect(locations.filter((each) => chosen.includes(each))).toEqual(chosen);
      }),
      { numRuns: 100 },
    );
  });

  it('leaves out no <Directory> and no <Files> that matches', () => {
    fc.assert(
      fc.property(lists, subject, (list, name) => {
        const lines = list.map(([, one]) =>
          'path' in one
            ? `<Directory "${one.path}">\n</Directory>\n<Files "${one.path}">\n</Files>`
            : `<DirectoryMatch "${one.pattern}">\n</DirectoryMatch>\n<FilesMatch "${one.pattern}">\n</FilesMatch>`,
        );
        const { directories, directoryMatches, defaults } = siteOf(lines).main;
        for (const sections of [directories, directoryMatches]) {
          const expected = sections.filter((each) => matches(each, name, (start) => start === name));
          const chosen = chooseDirectories(sections, name);
          expect(chosen.filter((each) => matches(each, name, (start) => start === name))).toEqual(expected);
        }
        const files = defaults.files.map((each) => ({ ...each, path: each.name }));
        const expected = files.filter((each) => matches(each, name, (start) => start === name));
        const chosen = chooseFiles(files, name) as readonly (typeof files)[number][];
        expect(chosen.filter((each) => matches(each, name, (start) => start === name))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  it('looks at few of eight thousand', () => {
    const lines = Array.from({ length: 8000 }, (_, i) => `<Location "/area-${i}">\n</Location>`);
    const { locations } = siteOf(lines).main;
    expect(chooseLocations(locations, '/area-7777/page').map((each) => each.path)).toEqual(['/area-7777']);
    expect(chooseLocations(locations, `/${'x/'.repeat(4000)}`)).toEqual([]);
  });
});
