// The linter on configurations as people have them: what it finds there is written down with the reason, and nothing else
// is found. Notes are not looked at: they are shown only to who asks for them; what the reader says has its own tests.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createMemoryIo } from '../../src/conf/memory-io.ts';
import { lint, reaches, readConfigTarget, readHtaccessTarget } from '../../src/tools/lint/index.ts';
import { type Case, readCaseFile } from '../support/case-file.ts';
import { caseFiles, topicOf } from '../support/case-list.ts';
import { commonBeginning, loadModuleLines } from '../support/prelude.ts';
import { expandNames } from '../support/request-template.ts';

const NAMES = new Map([
  ['PORT', '8080'],
  ['ECHO', '9001'],
  ['ECHO2', '9002'],
  ['DEAD', '9003'],
  ['FCGI', '9004'],
  ['SOCK', '/srv/echo.sock'],
  ['FSOCK', '/srv/fastcgi.sock'],
  ['DOCROOT', '/srv/htdocs'],
  ['CGIBIN', '/srv/cgi-bin'],
  ['ROOT', '/srv'],
]);

/** `FILE ID`, with the number of lines where there are several, in the order of their ids. */
function findingsIn(testCase: Case): string[] {
  const io = { ...createMemoryIo(filesOf(testCase)), assumesDocumentRoots: true };
  const targets = [
    readConfigTarget({ sources: [{ file: '/srv/conf/httpd.conf' }], io, serverRoot: '/srv' }),
    ...testCase.entries.flatMap((entry) => {
      if (entry.kind !== 'file' || !entry.path.endsWith('.htaccess')) return [];
      const path = `/srv/${entry.path}`;
      const directory = path.slice(0, path.lastIndexOf('/'));
      const source = { path: entry.path, text: expandNames(entry.text, NAMES), directory };
      return [readHtaccessTarget({ ...source, documentRoot: '/srv/htdocs' }, io)];
    }),
  ];
  const found = targets
    .flatMap((target) => lint(target))
    .filter((finding) => reaches(finding, 'warning') && !finding.id.startsWith('conf/'));
  const names = found.map(
    ({ id, diagnostic: { place } }) => `${(place?.file ?? '').replaceAll('/srv/', '')} ${id}`,
  );
  return [...new Set(names)].sort().map((name) => {
    const count = names.filter((one) => one === name).length;
    return count === 1 ? name : `${name} x${count}`;
  });
}

function filesOf({ conf, hasPrelude, modules, entries }: Case): Record<string, string> {
  const names = new Map([...NAMES, ['MODULES', loadModuleLines(modules)]]);
  const files: Record<string, string> = {
    '/srv/conf/httpd.conf': expandNames(`${hasPrelude ? commonBeginning : ''}${conf}`, names),
    '/srv/conf/mime.types': '',
    '/srv/htdocs/index.html': '',
    '/srv/cgi-bin/env.cgi': '',
  };
  for (const entry of entries)
    if (entry.kind === 'file' || entry.kind === 'raw file')
      files[`/srv/${expandNames(entry.path, NAMES)}`] = expandNames(entry.text, NAMES);
  return files;
}

/** By `topic case`: each finding, and why it is right. */
function readExpected(): Map<string, Map<string, string>> {
  const expected = new Map<string, Map<string, string>>();
  let current = new Map<string, string>();
  for (const line of readFileSync(join(import.meta.dirname, 'wild.expected.txt'), 'utf8').split('\n')) {
    if (line.startsWith('#') || line.trim() === '') continue;
    if (line.startsWith('  ')) {
      const at = line.indexOf(': ');
      current.set(line.slice(2, at), line.slice(at + 2));
    } else {
      current = new Map();
      expected.set(line, current);
    }
  }
  return expected;
}

describe('the linter on configurations as people have them', () => {
  const expected = readExpected();
  const files = caseFiles('conformance').filter((file) => topicOf(file).startsWith('wild/'));
  const cases = files
    .flatMap(readCaseFile)
    .map((one): [string, Case] => [`${topicOf(one.file)} ${one.name}`, one]);

  it('has enough of them, and knows no others', () => {
    expect(cases.length).toBeGreaterThan(60);
    expect([...expected.keys()].filter((name) => !cases.some(([one]) => one === name))).toEqual([]);
  });

  it.each(cases)('%s', (name, testCase) => {
    const known = expected.get(name) ?? new Map<string, string>();
    expect(findingsIn(testCase)).toEqual([...known.keys()].sort());
    for (const reason of known.values()) expect(reason.length).toBeGreaterThan(10);
  });
});
